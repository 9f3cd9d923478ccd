"""A voice moved in pitch while its tempo and its formants stay.

A phase vocoder stretches the sound, and resampling brings it back to its length at another pitch.
That would move the formants too and make the speaker seem larger or smaller, so each spectrum's
envelope is moved the other way beforehand (Röbel & Rodet 2005, "Efficient spectral envelope
estimation and its application to pitch shifting and envelope preservation", DAFx-05).
"""

import math

import numpy as np
import soxr
import torch

from verhm import torchaudio_support
from verhm.types import Waveform

torchaudio_support.install()

from torchaudio.functional import phase_vocoder  # noqa: E402

_FRAME = 0.064  # s; resolves the harmonics of the lowest voices
_OVERLAP = 8  # frames over each sample
_LIFTER = 0.0015  # s of the cepstrum that make the envelope; below the period of 500 Hz
_FAINTEST = 1e-6  # magnitude below which the envelope is not followed


@torch.inference_mode()
def shift_pitch(waveform: Waveform, semitones: float) -> Waveform:
    """Move the pitch of a voice.

    Time is linear in the length, and memory about a hundred times the sound's: give a long
    recording in parts.

    Args:
        waveform: mono sound
        semitones: up, or negative down

    Returns:
        as long as the waveform, and not cut off at full scale
    """
    ratio = 2 ** (semitones / 12)
    size = 2 ** round(math.log2(_FRAME * waveform.sample_rate))
    window, hop = torch.hann_window(size), size // _OVERLAP
    samples = torch.from_numpy(np.pad(waveform.samples, (0, size)))
    spectra = torch.stft(samples, size, hop, window=window, return_complex=True)
    spectra = spectra * _move_envelope(spectra.abs(), ratio, waveform.sample_rate)
    # Where the phase of a band that does not change would be after one hop.
    advance = torch.linspace(0, math.pi * hop, size // 2 + 1)[:, None]
    stretched = torch.istft(phase_vocoder(spectra, 1 / ratio, advance), size, hop, window=window)
    shifted = soxr.resample(stretched.numpy(), waveform.sample_rate * ratio, waveform.sample_rate)
    return Waveform(_fit(shifted, len(waveform.samples)), waveform.sample_rate)


def _move_envelope(magnitudes: torch.Tensor, ratio: float, sample_rate: int) -> torch.Tensor:
    """(D, F) gains after which band f carries the level that belongs to the band f × ratio."""
    envelope = _log_envelope(magnitudes, sample_rate)
    bands = len(envelope)
    wanted = (torch.arange(bands) * ratio).clamp(max=bands - 1)
    below = wanted.floor().long().clamp(max=bands - 2)
    share = (wanted - below)[:, None]
    moved = envelope[below] * (1 - share) + envelope[below + 1] * share
    return torch.exp(moved - envelope)


def _log_envelope(magnitudes: torch.Tensor, sample_rate: int) -> torch.Tensor:
    """(D, F) natural logarithm of each spectrum without its harmonics, by its cepstrum."""
    cepstrum = torch.fft.irfft(torch.log(magnitudes.clamp(min=_FAINTEST)), dim=0)
    kept = round(_LIFTER * sample_rate)
    cepstrum[kept : len(cepstrum) - kept + 1] = 0.0
    return torch.fft.rfft(cepstrum, dim=0).real


def _fit(samples: np.ndarray, length: int) -> np.ndarray:
    return np.pad(samples, (0, max(0, length - len(samples))))[:length].astype(np.float32)
