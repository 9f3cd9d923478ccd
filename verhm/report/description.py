"""How a voice sounds in a window, in plain sentences, against its own usual values.

What is compared is one voice with itself: what is high for one speaker is usual for another. The
sentences describe sound. They name no emotion and no condition, and nothing follows from them.
"""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np

from verhm.audio.levels import contains, decibels
from verhm.language import N_
from verhm.types import Acoustics, Analysis, SpeechActivity

LEAST_WINDOWS: Final = 10  # with fewer, a standard deviation is itself typically off by a quarter
# Two thirds of a voice's own windows lie within 1 SD of its mean: that much is everyday.
_REMARKABLE = 1.0  # SD
_LEAST_VOICED = 5  # steps of the grid (0.5 s); with fewer, a window's pitch is a syllable's
_LOWEST = 27.5  # Hz; semitones count from here, as in eGeMAPS


@dataclass(frozen=True)
class Prosody:
    """How a voice sounds in one window; every figure is NaN where it is unknown.

    Attributes:
        pitch: semitones above 27.5 Hz, median of what is voiced
        pitch_range: semitones between the 20th and the 80th percentile (eGeMAPS, Eyben et al. 2016,
            doi:10.1109/TAFFC.2015.2457417)
        loudness: dBFS, RMS of the speech
        speech: share of the window in [0, 1]; the rest is pauses
    """

    pitch: float
    pitch_range: float
    loudness: float
    speech: float

    @property
    def is_known(self) -> bool:
        """Whether there is enough voiced speech for every figure."""
        return bool(np.all(np.isfinite(astuple(self))))


@dataclass(frozen=True)
class UsualVoice:
    """What is usual for one voice: mean and standard deviation over its windows.

    Attributes:
        mean: of each figure
        deviation: of each figure
        windows: how many there were
    """

    mean: Prosody
    deviation: Prosody
    windows: int


@dataclass(frozen=True)
class _Figure:
    name: str
    unit: str
    finest: float  # least SD: smaller ones are the measurement's own steps, and nobody hears them


_FIGURES = (
    _Figure(N_("Pitch"), "Hz", 0.5),
    _Figure(N_("Pitch range"), "semitones", 0.5),
    _Figure(N_("Loudness"), "dBFS", 1.0),
    _Figure(N_("Share of speech"), "%", 0.05),
)


def measure_prosody(
    acoustics: Acoustics, activity: SpeechActivity, starts: np.ndarray, ends: np.ndarray
) -> list[Prosody]:
    """Measure how a voice sounds in each window.

    Args:
        acoustics: of the recording
        activity: where somebody speaks
        starts: (W,) s
        ends: (W,) s
    """
    shares = activity.seconds_within(starts, ends) / (ends - starts)
    is_speech = contains(activity, acoustics.times)
    return [
        _measure(acoustics, is_speech & (acoustics.times >= start) & (acoustics.times < end), share)
        for start, end, share in zip(starts, ends, shares, strict=True)
    ]


def apart_from(starts: np.ndarray, ends: np.ndarray, window: int | None = None) -> list[int]:
    """Choose windows that overlap neither each other nor a given one, if one is given.

    Windows that share sound are alike for that reason alone: they would make the voice look
    steadier than it is, and one among them would hide what is particular about itself.

    Args:
        starts: (W,) s, ascending
        ends: (W,) s
        window: index of the one that will be compared with them, if it is among them

    Returns:
        indices, ascending
    """
    chosen: list[int] = []
    for index, start in enumerate(starts):
        is_clear = window is None or ends[index] <= starts[window] or start >= ends[window]
        if is_clear and (not chosen or start >= ends[chosen[-1]]):
            chosen.append(index)
    return chosen


def usual_voice(voices: Sequence[Prosody]) -> UsualVoice:
    """Sum up what is usual for a voice.

    Args:
        voices: windows of one speaker that do not overlap (see `apart_from`), of one recording or
            of several; those with too little voiced speech are left out

    Returns:
        all NaN where fewer than two windows are left
    """
    known = np.array([astuple(voice) for voice in voices if voice.is_known])
    if len(known) < 2:
        nothing = Prosody(*[np.nan] * len(_FIGURES))
        return UsualVoice(nothing, nothing, len(known))
    deviation = known.std(axis=0, ddof=1)
    return UsualVoice(
        Prosody(*known.mean(axis=0).tolist()), Prosody(*deviation.tolist()), len(known)
    )


def describe_voice(voice: Prosody, usual: UsualVoice, is_same_recording: bool = True) -> list[str]:
    """Say how a window's voice differs from what is usual for it.

    Args:
        voice: of the window
        usual: of the same speaker
        is_same_recording: whether that is from the window's own recording, not from other ones

    Returns:
        one sentence per figure; where no comparison can be made, the last sentence says why
    """
    if not voice.is_known:
        return [N_("Too little voiced speech to describe the voice.")]
    values = list(zip(_FIGURES, astuple(voice), strict=True))
    if usual.windows < LEAST_WINDOWS:
        return [f"{figure.name}: {_write(figure, value)}." for figure, value in values] + [
            N_(
                f"Not compared with this voice's usual: that takes {LEAST_WINDOWS} other windows "
                f"of speech that do not overlap; there are {usual.windows}."
            )
        ]
    means, deviations = astuple(usual.mean), astuple(usual.deviation)
    return [
        _with_caveat(_compare(figure, value, mean, deviation), figure, is_same_recording)
        for (figure, value), mean, deviation in zip(values, means, deviations, strict=True)
    ]


def prosody_apart(
    analysis: Analysis, window: int | None = None, skipped: Collection[int] = ()
) -> list[Prosody]:
    """Describe windows that share no sound with each other, nor with the given one.

    Args:
        analysis: of the whole recording
        window: index
        skipped: indices of others that do not count
    """
    starts, ends = analysis.timeline.starts, analysis.timeline.ends
    apart = [each for each in apart_from(starts, ends, window) if each not in skipped]
    return _measured(analysis, apart)


def describe_window(
    analysis: Analysis,
    window: int,
    before: Sequence[Prosody] = (),
    skipped: Collection[int] = (),
) -> list[str]:
    """Say how a window's voice differs from that of earlier recordings.

    Without these, from the rest of its own.

    Args:
        analysis: of the whole recording
        window: index
        before: windows of earlier recordings of the same voice that share no sound
        skipped: indices of windows of this one that say nothing about the voice
    """
    [voice] = _measured(analysis, [window])
    usual = usual_voice(before or prosody_apart(analysis, window, skipped))
    return describe_voice(voice, usual, is_same_recording=not before)


def _measured(analysis: Analysis, windows: list[int]) -> list[Prosody]:
    """How the voice sounds in some windows; all of them take seconds where there are hours."""
    starts, ends = analysis.timeline.starts[windows], analysis.timeline.ends[windows]
    return measure_prosody(analysis.acoustics, analysis.activity, starts, ends)


def _measure(acoustics: Acoustics, is_spoken: np.ndarray, share: float) -> Prosody:
    """One window's voice, from the steps of the grid that are spoken in it."""
    pitch = acoustics.pitch[is_spoken]
    pitch = pitch[np.isfinite(pitch)]
    if len(pitch) < _LEAST_VOICED:
        return Prosody(np.nan, np.nan, np.nan, float(share))
    semitones = 12 * np.log2(pitch / _LOWEST)
    low, high = np.percentile(semitones, (20, 80))
    power = np.mean(10 ** (acoustics.loudness[is_spoken] / 10))
    return Prosody(
        float(np.median(semitones)), float(high - low), float(decibels(power)), float(share)
    )


def _compare(figure: _Figure, value: float, mean: float, deviation: float) -> str:
    distance = (value - mean) / max(deviation, figure.finest)
    if abs(distance) < _REMARKABLE:
        return N_(f"{figure.name} is as usual for this voice ({_write(figure, value)}).")
    apart, found, usual = f"{abs(distance):.1f}", _write(figure, value), _write(figure, mean)
    if distance > 0:
        return N_(
            f"{figure.name} is {apart} SD above this voice's usual ({found}; usually {usual})."
        )
    return N_(f"{figure.name} is {apart} SD below this voice's usual ({found}; usually {usual}).")


def _with_caveat(told: str, figure: _Figure, is_same_recording: bool) -> str:
    """The microphone is the one thing among these that the speaker does not carry along."""
    if figure.unit != "dBFS":
        return told
    if is_same_recording:
        return N_(f"{told} It also depends on the distance to the microphone.")
    return N_(
        f"{told} This says something about the voice only if microphone, gain and distance were "
        "the same in all these recordings."
    )


def _write(figure: _Figure, value: float) -> str:
    """A figure with its unit: pitch in Hz, shares in percent."""
    if figure.unit == "Hz":
        return f"{_LOWEST * 2 ** (value / 12):.0f} Hz"
    if figure.unit == "%":
        return f"{100 * value:.0f} %"
    if figure.unit == "semitones":
        return N_(f"{value:.1f} semitones")
    return f"{value:.0f} {figure.unit}".replace("-", "\u2212")
