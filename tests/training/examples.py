"""Made-up described clips of made-up speakers, and a branch that knows them."""

import zlib
from pathlib import Path

import numpy as np

from training.cache import Examples, Sequence
from training.corpora.clip import Clip
from training.emotion import Learned
from training.runs import Tuned, name_plain, name_without
from training.tuning import Lessons
from verhm.labels import EMOTIONS
from verhm.model.encoder import EncoderSettings
from verhm.model.network import NetworkSettings
from verhm.types import Quality

GOOD = Quality(-20.0, -6.0, 0.0, 25.0, 2.5, 7_000.0)
EMBEDDING = 6  # of the made-up branch
# Whose statistics are as many as those of `make_examples`.
SETTINGS = NetworkSettings(
    encoder=EncoderSettings(layers=1, width=6, heads=2),
    pooled=(0,),
    components=8,
    trunk=0,
    branch_layers=1,
    branch_embedding=EMBEDDING,
    mouth_width=8,
)


def make_clips(speakers: int = 8, takes: int = 3) -> list[Clip]:
    """Every speaker acts every emotion a few times, in two sentences by turns."""
    return [
        Clip(
            name=f"{speaker}-{emotion}-{take}",
            path=Path("none"),
            speaker=f"speaker-{speaker}",
            emotion=emotion,
            intensity="normal",
            statement=("one", "two")[take % 2],
            repetition=take,
            sex="female",
        )
        for speaker in range(speakers)
        for emotion in EMOTIONS
        for take in range(takes)
    ]


def make_examples(clips: list[Clip], features: int = 12, seed: int = 0) -> Examples:
    """Two windows and the whole of each clip; every emotion, speaker and sentence has its place."""
    rng = np.random.default_rng(seed)
    of_emotion = rng.normal(0, 2.0, (len(EMOTIONS), features))
    speakers = sorted({clip.speaker for clip in clips})
    of_speaker = {name: rng.normal(0, 0.5, features) for name in speakers}
    of_statement = {"one": np.zeros(features), "two": rng.normal(0, 0.5, features)}
    index = np.repeat(np.arange(len(clips)), 3)
    centres = np.array(
        [
            of_emotion[EMOTIONS.index(clip.emotion)]
            + of_speaker[clip.speaker]
            + of_statement[clip.statement]
            for clip in clips
        ]
    )
    statistics = centres[index] + rng.normal(0, 0.5, (len(index), features))
    return Examples(
        tuple(clips),
        statistics.astype(np.float32),
        index,
        np.tile([True, True, False], len(clips)),
        np.ones(len(index), dtype=bool),
        (GOOD,) * len(index),
    )


class MadeUpBranches:
    """Branches that tell emotions, as `training.learned.Branches` reads tuned ones.

    Args:
        originals: the rows of RAVDESS that are no copies
        emodb: likewise of EMO-DB; the same as of RAVDESS by default
    """

    def __init__(self, originals: Examples, emodb: Examples | None = None) -> None:
        self._corpora = {"ravdess": originals, "emodb": emodb or originals}

    def knowing(self, rows: np.ndarray, fold: int | None = None, name: str = "all") -> Learned:
        """What is known to a fit of some rows."""
        final = self.run(name) if fold is None else self.without(fold)
        other = self.run("held out")
        held_out = other.logits("ravdess")[rows]
        bias = np.broadcast_to(other.bias, held_out.shape)
        embedding = final.embedding["ravdess"][rows]
        return Learned(embedding, final.weights, final.bias, held_out, bias)

    def without(self, fold: int, with_copies: bool = True) -> Tuned:
        """What the branch says that did not hear a fold."""
        return self.run(name_without(fold) if with_copies else name_plain(fold))

    def run(self, name: str) -> Tuned:
        """What the branch of a run says; its slips are its own."""
        places = np.random.default_rng(0).normal(0, 1.0, (len(EMOTIONS), EMBEDDING))
        rng = np.random.default_rng(zlib.crc32(name.encode()))
        embedding = {
            corpus: places[rows.labels] + rng.normal(0, 0.7, (len(rows.labels), EMBEDDING))
            for corpus, rows in self._corpora.items()
        }
        return Tuned(embedding, places, -np.square(places).sum(axis=1) / 2)


def make_learned(examples: Examples) -> Learned:
    """What a made-up branch says of rows of which none is a copy."""
    return MadeUpBranches(examples).knowing(np.ones(len(examples.clip), dtype=bool))


def make_sequence(emotion: int, rng: np.random.Generator, width: int = 32) -> Sequence:
    """1.2 to 2.4 s of tokens with an emotion in one of their features, and silence around it."""
    tokens = rng.normal(size=(int(rng.integers(30, 60)), width))
    tokens[:, emotion] += 1.5
    speech = np.zeros(len(tokens), dtype=bool)
    speech[8:-6] = True
    return Sequence(tokens.astype(np.float16), speech, np.array([0]))


def make_lessons(clips: int, copies: int = 1, seed: int = 0) -> Lessons:
    """As many clips of each emotion, with copies beside the original."""
    rng = np.random.default_rng(seed)
    labels = np.arange(clips) % len(EMOTIONS)
    return Lessons(
        [[make_sequence(label, rng) for _ in range(copies + 1)] for label in labels], labels
    )
