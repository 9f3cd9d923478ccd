"""Teaching the mouth: first the words, then how an emotion moves them.

Words come from one captured speaker at rest and from synthesised speech. No such capture exists of
acted emotions, so a mouth that speaks neutrally shows the actors' words, opened as wide as the
action units of the same takes say, and the whole mouth learns from that: the take itself, and the
words of one take with the emotion of another of the same actor and sentence, as in EmoTalk's
cross-reconstruction (Peng et al. 2023, doi:10.48550/arXiv.2303.11089, section 3.2).
"""

from pathlib import Path

import numpy as np

from training.alignment import align
from training.cache import frames_path, read_frames, read_mouth, read_spoken
from training.corpora.clip import Clip
from training.hearing import Listener
from training.mouth import Heard, MouthLesson, SpokenLesson, fit_mouth, make_mouth, show
from training.visemes import teach_closures
from verhm.model.branch import PACE
from verhm.model.expression import ACTION_UNIT_MORPHS, ACTION_UNITS
from verhm.model.synthesizer import MOUTH_MORPHS, MouthSynthesizer

_CLOSURE_LESSONS = 2  # times that the lips are corrected
_TAKES = 400  # that the mouth hears as they are, and as many pairs
_STEPS = 1200  # of the optimiser in the last lesson
_WHOLE_DROP = 2.8  # AU26's intensity of a jaw that is dropped as far as the morph shows
_LEAST_JAW = 0.03  # mean weight below which a take counts as opened this wide
_WIDER = (0.5, 2.5)  # bounds of how much wider or narrower an emotion opens the mouth
_OPENING = [
    MOUTH_MORPHS.index(name)
    for name in (
        *("jawOpen", "mouthLowerDownLeft", "mouthLowerDownRight"),
        *("mouthUpperUpLeft", "mouthUpperUpRight"),
    )
]
_JAW = MOUTH_MORPHS.index("jawOpen")
_DROP = ACTION_UNITS.index("AU26")


def teach_mouth(
    work: Path,
    listener: Listener,
    recordings: tuple[str, ...],
    takes: list[Clip],
    offsets: np.ndarray,
    width: int,
    seed: int = 0,
) -> MouthSynthesizer:
    """Train a mouth.

    Args:
        work: folder that was prepared
        listener: that hears for it
        recordings: names of those with curves to train on
        takes: C clips of RAVDESS
        offsets: (C, A) action units of each above its actor's neutral
        width: channels of the network
        seed: of everything random
    """
    rng = np.random.default_rng(seed)
    neutral = neutral_tokens(work, listener, takes)
    token = neutral.mean(axis=0).astype(np.float16)
    captured = read_mouth(work, recordings, with_copies=True)
    still = [
        MouthLesson(listener.hear_neutrally(clip.frames, clip.speech, token), clip.targets)
        for clip in captured
    ]
    network = fit_mouth(make_mouth(still, neutral, width, seed), still, seed=seed)
    spoken = read_spoken(work, is_held_out=False)
    quiet = [
        SpokenLesson(listener.hear_neutrally(one.frames, one.speech, token), one.phonemes)
        for one in spoken
    ]
    for _ in range(_CLOSURE_LESSONS):
        closed = join(teach_closures(network, quiet))
        network = fit_mouth(make_mouth(still, neutral, width, seed), [*still, closed], seed=seed)
    moved = [
        MouthLesson(listener.hear(clip.frames, clip.speech), clip.targets) for clip in captured
    ]
    lively = [SpokenLesson(listener.hear(one.frames, one.speech), one.phonemes) for one in spoken]
    acted = act(network, hear_takes(work, listener, takes), takes, offsets, token, rng)
    lessons = [*still, closed, *moved, join(teach_closures(network, lively)), join(acted)]
    return fit_mouth(network, lessons, _STEPS, seed)


def neutral_tokens(work: Path, listener: Listener, takes: list[Clip]) -> np.ndarray:
    """(N, D) emotion tokens of what was said neutrally."""
    tokens = []
    for take in takes:
        if take.emotion == "neutral":
            frames, speech = read_frames(frames_path(work, take))
            heard = listener.hear(frames, speech)
            tokens.append(heard.emotion[_spoken_tokens(speech)])
    return np.concatenate(tokens).astype(np.float32)


def hear_takes(work: Path, listener: Listener, takes: list[Clip]) -> list[tuple[Heard, np.ndarray]]:
    """Each take, and (F,) whether somebody speaks."""
    found = []
    for take in takes:
        frames, speech = read_frames(frames_path(work, take))
        found.append((listener.hear(frames, speech), speech))
    return found


def act(
    network: MouthSynthesizer,
    heard: list[tuple[Heard, np.ndarray]],
    takes: list[Clip],
    offsets: np.ndarray,
    neutral: np.ndarray,
    rng: np.random.Generator,
) -> list[MouthLesson]:
    """Takes as they are, and words of one take with the emotion of another.

    Args:
        network: that speaks neutrally
        heard: C takes, and where somebody speaks
        takes: C
        offsets: (C, A) of action units
        neutral: (D,) emotion token
        rng: chooses takes and pairs
    """
    lessons = []
    for index in rng.permutation(len(takes))[:_TAKES]:
        own, speech = heard[index]
        shown = open_wider(show(network, _calm(own, neutral)), speech, offsets[index, _DROP])
        lessons.append(MouthLesson(own, shown))
        other = _partner(takes, int(index), rng)
        words, theirs = heard[other]
        place = align(words.content, theirs, own.content, speech)
        tokens = place[::PACE] // PACE
        emotion = own.emotion[np.minimum(tokens, len(own.emotion) - 1)]
        lessons.append(MouthLesson(Heard(words.content, emotion), shown[place]))
    return lessons


def open_wider(mouth: np.ndarray, speech: np.ndarray, drop: float) -> np.ndarray:
    """Open a mouth in speech as wide as it was measured.

    Args:
        mouth: (F, M') in [0, 1], of neutral speech
        speech: (F,) bool
        drop: AU26 of the take, above the actor's neutral

    Returns:
        (F, M') in [0, 1], whose jaw is on average as much lower as the action unit says
    """
    jaw = max(_LEAST_JAW, float(mouth[speech, _JAW].mean()) if speech.any() else 0.0)
    added = ACTION_UNIT_MORPHS["AU26"]["jawOpen"] * drop / _WHOLE_DROP
    wider = mouth.copy()
    wider[:, _OPENING] *= np.clip((jaw + added) / jaw, *_WIDER)
    return wider.clip(0.0, 1.0)


def join(lessons: list[MouthLesson]) -> MouthLesson:
    """One lesson after the other; of each, whole tokens."""
    ends = [len(lesson.targets) // PACE for lesson in lessons]
    return MouthLesson(
        Heard(
            np.concatenate(
                [one.heard.content[: end * PACE] for one, end in zip(lessons, ends, strict=True)]
            ),
            np.concatenate(
                [one.heard.emotion[:end] for one, end in zip(lessons, ends, strict=True)]
            ),
        ),
        np.concatenate([one.targets[: end * PACE] for one, end in zip(lessons, ends, strict=True)]),
    )


def _calm(heard: Heard, neutral: np.ndarray) -> Heard:
    return Heard(heard.content, np.broadcast_to(neutral, heard.emotion.shape))


def _partner(takes: list[Clip], index: int, rng: np.random.Generator) -> int:
    """A take of the same actor and sentence with another emotion."""
    take = takes[index]
    others = [
        number
        for number, other in enumerate(takes)
        if (other.speaker, other.statement) == (take.speaker, take.statement)
        and other.emotion != take.emotion
    ]
    return int(rng.choice(others))


def _spoken_tokens(speech: np.ndarray) -> np.ndarray:
    """(T,) bool: tokens with speech."""
    padded = np.pad(speech, (0, -len(speech) % PACE))
    return np.any(padded.reshape(-1, PACE), axis=1)
