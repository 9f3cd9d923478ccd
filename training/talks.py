"""Made-up recordings of one or two actors who speak in turns, put together from their clips."""

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np
import soundfile

from training.corpora.clip import Clip
from verhm.audio.activity import detect_speech
from verhm.model.features import SAMPLE_RATE
from verhm.types import Waveform

_TURN: Final = (3.0, 10.0)  # s
_GAP: Final = (0.15, 0.6)  # s between clips
_LENGTH: Final = 60.0  # s
_NOISE: Final = 30.0  # dB below the speech
_LEVELS: Final = 4.0  # dB that either voice is louder or softer
_CALM: Final = frozenset({"neutral", "calm"})


@dataclass(frozen=True, eq=False)
class Talk:
    """A made-up recording.

    Attributes:
        samples: (T,) at 16 kHz
        spans: (S, 2) s of speech
        speakers: (S,) who speaks, 0 or 1
        sexes: of the one or two voices
    """

    samples: np.ndarray
    spans: np.ndarray
    speakers: np.ndarray
    sexes: tuple[str, ...]


def make_talks(clips: list[Clip], count: int, rng: np.random.Generator) -> list[Talk]:
    """Of each kind of recording `count`: two voices of one sex, of both sexes, one voice.

    Half of each have one calm voice and one with two moods, as clinician and patient may be; in the
    others any turn has any mood.
    """
    by_speaker: dict[str, list[Clip]] = {}
    for clip in clips:
        by_speaker.setdefault(clip.speaker, []).append(clip)
    voices = list(by_speaker.values())
    pairs = list(combinations(voices, 2))
    alike = [pair for pair in pairs if pair[0][0].sex == pair[1][0].sex]
    unlike = [pair for pair in pairs if pair[0][0].sex != pair[1][0].sex]
    kinds: tuple[list, ...] = (alike, unlike, [(voice,) for voice in voices])
    return [
        make_talk(list(kind[rng.integers(len(kind))]), number % 2 == 0, rng)
        for kind in kinds
        for number in range(count)
    ]


def make_talk(voices: list[list[Clip]], has_calm: bool, rng: np.random.Generator) -> Talk:
    """Let actors speak in turns.

    Args:
        voices: clips of each of one or two actors
        has_calm: whether the first of two stays calm and the last has two moods
        rng: what is drawn
    """
    rng.shuffle(voices)
    moods = _moods(voices, has_calm, rng)
    gains = 10 ** (rng.uniform(-_LEVELS, _LEVELS, len(voices)) / 20)
    parts: list[np.ndarray] = []
    spans: list[np.ndarray] = []
    speakers: list[int] = []
    now, turn = 0.0, 0
    while now < _LENGTH:
        voice, until = turn % len(voices), now + rng.uniform(*_TURN)
        mood = rng.choice(moods[voice])
        fitting = [clip for clip in voices[voice] if clip.emotion == mood]
        while now < until:
            sound, spoken = _speech_of(fitting[rng.integers(len(fitting))])
            parts += [gains[voice] * sound, np.zeros(round(rng.uniform(*_GAP) * SAMPLE_RATE))]
            spans.append(spoken + now)
            speakers += [voice] * len(spoken)
            now += (len(parts[-2]) + len(parts[-1])) / SAMPLE_RATE
        turn += 1
    sexes = tuple(clips[0].sex for clips in voices)
    return Talk(
        _with_noise(np.concatenate(parts), rng), np.concatenate(spans), np.array(speakers), sexes
    )


def _moods(voices: list[list[Clip]], has_calm: bool, rng: np.random.Generator) -> list[list[str]]:
    """Which moods the turns of each voice may have."""
    known = [sorted({clip.emotion for clip in clips}) for clips in voices]
    if not has_calm:
        return known
    two = [str(mood) for mood in rng.choice(known[-1], 2, replace=False)]
    return [*([sorted(_CALM.intersection(known[0]))] if len(voices) == 2 else []), two]


@cache
def _speech_of(clip: Clip) -> tuple[np.ndarray, np.ndarray]:
    """A clip without the silence around its speech, and (S, 2) s where it is."""
    samples, _ = soundfile.read(clip.path, dtype="float32")
    spans = detect_speech(Waveform(samples, SAMPLE_RATE)).spans
    if not len(spans):
        return samples, spans
    first, last = round(spans[0, 0] * SAMPLE_RATE), round(spans[-1, 1] * SAMPLE_RATE)
    return samples[first:last], spans - spans[0, 0]


def _with_noise(samples: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    power = np.mean(np.square(samples)) * 10 ** (-_NOISE / 10)
    noisy = samples + rng.normal(0, np.sqrt(power), len(samples))
    return (0.8 * noisy / np.abs(noisy).max()).astype(np.float32)
