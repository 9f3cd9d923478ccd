"""How usable a recording is, as a whole and window by window."""

from dataclasses import dataclass

import numpy as np

from verhm.audio.clipping import clipped_per_frame
from verhm.audio.levels import contains, decibels, frame_power
from verhm.errors import AudioError
from verhm.settings import AudioLimits
from verhm.stages import Progress, Stage, no_progress
from verhm.types import Quality, SpeechActivity, Waveform

_FRAME = 0.01  # s
_SPECTRUM = 256  # samples per spectrum
_SPECTRA = 16  # summed at once: 0.26 s at 16 kHz, the grain of a window's bandwidth
_BLOCK = 4096  # spectra computed at once
_BAND_EDGE = 50.0  # dB below the strongest band
_GUARD = 0.1  # s around speech that counts as neither speech nor pause: breaths, reverberation
_SHORTEST_PAUSE = 0.2  # s of pauses in all, for the noise to be known


def measure_quality(
    waveform: Waveform,
    activity: SpeechActivity,
    starts: np.ndarray,
    ends: np.ndarray,
    progress: Progress = no_progress,
) -> tuple[Quality, tuple[Quality, ...]]:
    """Measure level, clipping, noise, speech and bandwidth.

    The noise is the median power of all pauses, so that a cough in one of them does not count.
    The bandwidth is where the mean spectrum of the speech falls for good 50 dB below its strongest
    band: about 4 kHz after a telephone, half the sample rate for an open microphone. (The share
    of energy would not tell them apart: 99 % of it lies below 4 kHz in most voices.)

    Args:
        waveform: mono sound
        activity: where somebody speaks
        starts: (W,) s
        ends: (W,) s
        progress: told the share done; may raise `Cancelled`

    Returns:
        of the whole recording, and W of its windows; time and memory are linear in the length
    """
    frames = _measure_frames(waveform, activity)
    spectra = _Spectra.of(waveform, activity, progress)
    first = np.concatenate([[0.0], starts])
    last = np.concatenate([[waveform.duration], ends])
    seconds = activity.seconds_within(first, last)
    bandwidth = spectra.bandwidth(first, last)
    rows = _rows(first, last, len(frames.power))
    noise = _noise(frames, activity)
    found = [
        _summarize(frames, slice(*row), noise, float(speech), float(width))
        for row, speech, width in zip(rows, seconds, bandwidth, strict=True)
    ]
    return found[0], tuple(found[1:])


def refuse_unusable(
    waveform: Waveform, limits: AudioLimits, channel: str = "all", other_level: float = np.nan
) -> None:
    """Raise when a recording is too short or silent.

    Args:
        waveform: mono sound
        limits: what a recording may be
        channel: that it was taken from
        other_level: dBFS of the one beside it (see `Recording`)

    Raises:
        AudioError: E20 when its loudest second is silence, E22 when it is too short, E25 when
            there is sound on the other channel alone
    """
    if waveform.duration < limits.shortest:
        raise AudioError(
            "E22",
            f"The recording lasts {waveform.duration:.1f} s; "
            f"at least {limits.shortest:g} s is needed.",
            "Record again, a little longer.",
        )
    power = np.cumsum(np.pad(frame_power(waveform, round(waveform.sample_rate * _FRAME)), (1, 0)))
    second = min(round(1 / _FRAME), len(power) - 1)
    loudest = decibels(np.max(power[second:] - power[:-second]) / second)
    if loudest < limits.silence_level:
        if other_level >= limits.silence_level:
            raise _voice_elsewhere(f"The {channel} channel is silent; the other one is not.")
        raise AudioError(
            "E20",
            "The recording is silent.",
            "Check that the right microphone is chosen and not muted, then record again.",
        )


def refuse_too_little_speech(
    activity: SpeechActivity,
    limits: AudioLimits,
    channel: str = "all",
    other_level: float = np.nan,
) -> None:
    """Raise when a recording holds too little speech to say anything about it.

    Args:
        activity: where somebody speaks
        limits: what a recording may be
        channel, other_level: as for `refuse_unusable`

    Raises:
        AudioError: E21, or E25 when there is another channel, with sound
    """
    if activity.seconds < limits.shortest_speech:
        if other_level >= limits.silence_level:
            raise _voice_elsewhere(
                f"The {channel} channel holds {activity.seconds:.1f} s of speech; "
                f"at least {limits.shortest_speech:g} s is needed."
            )
        raise AudioError(
            "E21",
            f"The recording holds {activity.seconds:.1f} s of speech; "
            f"at least {limits.shortest_speech:g} s is needed.",
            "Record again, closer to the microphone or for longer.",
        )


def _voice_elsewhere(cause: str) -> AudioError:
    return AudioError("E25", cause, "Choose the other channel, or the whole recording.")


@dataclass(frozen=True, eq=False)
class _Frames:
    """(F,) arrays, one entry per 10 ms."""

    power: np.ndarray
    peak: np.ndarray
    clipped: np.ndarray  # share
    is_speech: np.ndarray


def _measure_frames(waveform: Waveform, activity: SpeechActivity) -> _Frames:
    length = round(waveform.sample_rate * _FRAME)
    power = frame_power(waveform, length)
    whole = waveform.samples[: len(power) * length].reshape(-1, length)
    peak = np.maximum(whole.max(axis=1, initial=0.0), -whole.min(axis=1, initial=0.0))
    clipped = clipped_per_frame(waveform.samples, float(peak.max(initial=0.0)), length) / length
    times = (np.arange(len(power)) + 0.5) * _FRAME
    return _Frames(power, peak, clipped, contains(activity, times))


def _rows(starts: np.ndarray, ends: np.ndarray, count: int) -> np.ndarray:
    """(W, 2) first and last frame of each window, at least one frame apart."""
    first = np.clip(np.round(starts / _FRAME).astype(int), 0, max(count - 1, 0))
    last = np.clip(np.round(ends / _FRAME).astype(int), first + 1, None)
    return np.column_stack([first, last])


def _noise(frames: _Frames, activity: SpeechActivity) -> float:
    """Power of the pauses; NaN when there is hardly any."""
    times = (np.arange(len(frames.power)) + 0.5) * _FRAME
    wide = SpeechActivity(_widen(activity.spans, _GUARD))
    pauses = frames.power[~contains(wide, times)]
    return float(np.median(pauses)) if len(pauses) * _FRAME >= _SHORTEST_PAUSE else np.nan


def _widen(spans: np.ndarray, guard: float) -> np.ndarray:
    """(S, 2) spans made longer at both ends; those that meet share a border."""
    wide = spans + np.array([-guard, guard])
    middle = np.minimum(wide[:-1, 1], (spans[:-1, 1] + spans[1:, 0]) / 2)
    wide[:-1, 1] = middle
    wide[1:, 0] = np.maximum(wide[1:, 0], middle)
    return wide


def _summarize(
    frames: _Frames, row: slice, noise: float, speech: float, bandwidth: float
) -> Quality:
    power, is_speech = frames.power[row], frames.is_speech[row]
    spoken = power[is_speech]
    level = np.mean(spoken if len(spoken) else power)
    snr = np.nan
    if len(spoken) and np.isfinite(noise):
        snr = float(decibels(level - noise) - decibels(noise))
    return Quality(
        level=float(decibels(level)),
        peak=float(decibels(np.square(frames.peak[row].max(), dtype=np.float64))),
        clipped=float(frames.clipped[row].mean()),
        snr=snr,
        speech=speech,
        bandwidth=bandwidth,
    )


@dataclass(frozen=True, eq=False)
class _Spectra:
    """Running sum of the power spectra of speech.

    Attributes:
        sums: (G + 1, D) power up to each quarter of a second
        grain: s between them
        top: Hz of the last of the D bands
    """

    sums: np.ndarray
    grain: float
    top: float

    @classmethod
    def of(cls, waveform: Waveform, activity: SpeechActivity, progress: Progress) -> "_Spectra":
        """Sum the spectra of the frames that lie in speech."""
        count = len(waveform.samples) // _SPECTRUM
        frames = waveform.samples[: count * _SPECTRUM].reshape(count, _SPECTRUM)
        times = (np.arange(count) + 0.5) * _SPECTRUM / waveform.sample_rate
        is_speech = contains(activity, times)
        sums = [np.zeros((1, _SPECTRUM // 2 + 1))]
        for first in range(0, count, _BLOCK):
            rows = slice(first, first + _BLOCK)
            spectra = np.fft.rfft(frames[rows] * np.hanning(_SPECTRUM), axis=1)
            power = np.square(np.abs(spectra)) * is_speech[rows, None]
            sums.append(np.add.reduceat(power, np.arange(0, len(power), _SPECTRA)))
            progress(Stage.SPEECH, min((first + _BLOCK) / count, 1.0))
        grain = _SPECTRA * _SPECTRUM / waveform.sample_rate
        return cls(np.cumsum(np.concatenate(sums), axis=0), grain, waveform.sample_rate / 2)

    def bandwidth(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """(W,) Hz; NaN in windows without speech."""
        last = len(self.sums) - 1
        first = np.clip(np.floor(starts / self.grain).astype(int), 0, last)
        final = np.clip(np.ceil(ends / self.grain).astype(int), 0, last)
        mean = self.sums[final] - self.sums[first]
        strongest = mean.max(axis=1, keepdims=True)
        is_heard = mean > strongest * 10 ** (-_BAND_EDGE / 10)
        highest = mean.shape[1] - 1 - np.argmax(is_heard[:, ::-1], axis=1)
        frequency = highest * self.top / (mean.shape[1] - 1)
        return np.where(strongest[:, 0] > 0, frequency, np.nan)
