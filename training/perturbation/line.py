"""Lines: narrow bands and lossy codecs, in memory through libsndfile."""

import io

import numpy as np
import soundfile
import soxr
from scipy import signal

from verhm.model.features import SAMPLE_RATE

_TELEPHONE = (300.0, 3_400.0)  # Hz
_TELEPHONE_RATE = 8_000  # Hz
# libsndfile gives an Opus channel 6 to 256 kbit/s, linear in 1 - level (its ogg_opus.c).
_LEAST, _SPAN = 6.0, 250.0  # kbit/s
# 41 kbit/s at 16 kHz. At fewer, libsndfile leaves out the header that tells the decoder how many
# samples the encoder put in front.
_MP3_LEVEL = 0.8


def band_limit(samples: np.ndarray, low: float, high: float) -> np.ndarray:
    """Keep what lies between two frequencies in Hz (Butterworth, fourth order)."""
    band = signal.butter(4, (low, high), "bandpass", fs=SAMPLE_RATE, output="sos")
    return signal.sosfilt(band, samples)


def telephone(samples: np.ndarray) -> np.ndarray:
    """Pass through a fixed line: 300 to 3400 Hz, 8 kHz, μ-law (ITU-T G.711, G.712)."""
    return _through_telephone_rate(band_limit(samples, *_TELEPHONE), "ULAW")


def mobile(samples: np.ndarray) -> np.ndarray:
    """Pass through a mobile telephone: its band, and GSM full rate (ETSI 06.10, 13 kbit/s)."""
    return _through_telephone_rate(band_limit(samples, *_TELEPHONE), "GSM610")


def opus(samples: np.ndarray, rate: float) -> np.ndarray:
    """Pass through Opus, as calls over the internet do.

    Args:
        samples: (T,)
        rate: kbit/s aimed at, from 8
    """
    level = 1 - (rate - _LEAST) / _SPAN
    return _code(samples, SAMPLE_RATE, "OGG", "OPUS", compression_level=level)


def mp3(samples: np.ndarray) -> np.ndarray:
    """Pass through MP3 at 41 kbit/s."""
    return _code(
        samples,
        SAMPLE_RATE,
        "MP3",
        "MPEG_LAYER_III",
        compression_level=_MP3_LEVEL,
        bitrate_mode="CONSTANT",
    )


def _through_telephone_rate(samples: np.ndarray, subtype: str) -> np.ndarray:
    narrow = soxr.resample(samples, SAMPLE_RATE, _TELEPHONE_RATE)
    coded = _code(narrow, _TELEPHONE_RATE, "WAV", subtype)
    return _fit(soxr.resample(coded, _TELEPHONE_RATE, SAMPLE_RATE), len(samples))


def _code(
    samples: np.ndarray, sample_rate: int, container: str, subtype: str, **options: float | str
) -> np.ndarray:
    """Encode and decode; codecs of whole packets may give some samples too many or too few."""
    file = io.BytesIO()
    clipped = np.clip(samples, -1.0, 1.0).astype(np.float32)
    soundfile.write(file, clipped, sample_rate, format=container, subtype=subtype, **options)
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    return _fit(decoded, len(samples))


def _fit(samples: np.ndarray, length: int) -> np.ndarray:
    return np.pad(samples, (0, max(0, length - len(samples))))[:length]
