"""Made-up described clips of made-up speakers."""

from pathlib import Path

import numpy as np

from training.cache import Examples
from training.corpora.clip import Clip
from verhm.labels import EMOTIONS
from verhm.types import Quality

GOOD = Quality(-20.0, -6.0, 0.0, 25.0, 2.5, 7_000.0)


def make_clips(speakers: int = 8, takes: int = 3) -> list[Clip]:
    """Every speaker acts every emotion a few times."""
    return [
        Clip(
            name=f"{speaker}-{emotion}-{take}",
            path=Path("none"),
            speaker=f"speaker-{speaker}",
            emotion=emotion,
            intensity="normal",
            statement="one",
            repetition=take,
            sex="female",
        )
        for speaker in range(speakers)
        for emotion in EMOTIONS
        for take in range(takes)
    ]


def make_examples(clips: list[Clip], features: int = 12, seed: int = 0) -> Examples:
    """Two windows and the whole of each clip; every emotion and every speaker has its place."""
    rng = np.random.default_rng(seed)
    of_emotion = rng.normal(0, 2.0, (len(EMOTIONS), features))
    of_speaker = {name: rng.normal(0, 0.5, features) for name in {clip.speaker for clip in clips}}
    index = np.repeat(np.arange(len(clips)), 3)
    centres = np.array(
        [of_emotion[EMOTIONS.index(clip.emotion)] + of_speaker[clip.speaker] for clip in clips]
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
