"""Where somebody speaks: Silero VAD on sound brought to one level."""

import contextlib
import importlib
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import torch
from scipy import ndimage

from verhm.stages import Progress, Stage, no_progress, portion
from verhm.types import SpeechActivity, Waveform

_SAMPLE_RATE = 16_000  # Hz
_FRAME = 512  # samples per probability
_STRETCH = 256  # frames (8 s) at most that run one after the other; stretches run side by side
_LEAD_IN = 64  # frames (2 s) before a stretch, for the network's memory to settle
_BATCH = 16  # stretches at once
_REPORTED = 64  # frames of a stretch between two reports
_THRESHOLD = 0.4

# RMS of the loud frames around, after the gain. At the first level the network finds quiet
# speech, at the second shouted speech, each of which it may miss at the other: of 854 RAVDESS and
# EMO-DB clips, six hold less than a second of speech at the first level alone, none at both.
# Levels and threshold were chosen on RAVDESS clips among these: no estimate for other voices.
_LEVELS = (0.1, 0.01)
_LOUD = 95  # percentile of the frames' RMS that stands for the level of speech
_NEIGHBOURHOOD = 300  # frames (10 s) over which the level is taken
_MOST_LIFT = 10.0  # a quiet voice is lifted by at most 20 dB over the recording's loudest
_FAINTEST = 1e-5  # RMS below which nothing is lifted further


def detect_speech(waveform: Waveform, progress: Progress = no_progress) -> SpeechActivity:
    """Find the stretches of speech in a recording.

    The result does not depend on the recording's level, and a quiet voice beside a loud one is
    found too. Time and memory are linear in the length; memory beside the waveform is small.

    Args:
        waveform: at 16 kHz
        progress: told the share done; may raise `Cancelled`

    Returns:
        stretches of at least 0.25 s, with pauses of less than 0.1 s inside them
    """
    if waveform.sample_rate != _SAMPLE_RATE:
        raise ValueError(f"speech is found at {_SAMPLE_RATE} Hz, not {waveform.sample_rate}")
    with _single_thread():
        # Imported here because the import sets torch to one thread for the whole process.
        library = importlib.import_module("silero_vad")
        probabilities = _speech_probabilities(library, waveform.samples, progress)
    found = library.get_speech_timestamps_from_probs(
        probabilities.tolist(),
        threshold=_THRESHOLD,
        sampling_rate=_SAMPLE_RATE,
        audio_length_samples=len(waveform.samples),
    )
    spans = np.array([(span["start"], span["end"]) for span in found], dtype=float).reshape(-1, 2)
    return SpeechActivity(spans / _SAMPLE_RATE)


def speech_gain(samples: np.ndarray, frame: int = _FRAME) -> np.ndarray:
    """Gain that brings the speech around each frame to an RMS of 1.

    Args:
        samples: (T,) sound
        frame: samples per frame

    Returns:
        (F,) factors, F = T / frame rounded up; they change slowly
    """
    level = np.array(
        [
            np.sqrt(np.mean(np.square(samples[start : start + frame], dtype=np.float64)))
            for start in range(0, len(samples), frame)
        ]
    )
    overall = max(np.percentile(level, _LOUD), _FAINTEST)
    around = ndimage.percentile_filter(level, _LOUD, size=_NEIGHBOURHOOD, mode="nearest")
    smooth = ndimage.uniform_filter1d(around, _NEIGHBOURHOOD // 2, mode="nearest")
    return 1 / np.clip(smooth, overall / _MOST_LIFT, None)


@contextlib.contextmanager
def _single_thread() -> Iterator[None]:
    """Keep torch to one thread: on steps this small, waiting for others takes most of the time."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _speech_probabilities(
    library: ModuleType, samples: np.ndarray, progress: Progress
) -> np.ndarray:
    """(F,) probability of speech in each frame."""
    # Loaded for every recording: it takes 0.05 s, and it keeps a state that threads must not share.
    model = library.load_silero_vad()
    count = -(-len(samples) // _FRAME)
    gain = speech_gain(samples)
    length = -(-count // max(1, -(-count // _STRETCH)))
    starts = np.arange(0, count, max(1, length))
    probabilities = [np.zeros(0)]
    for first in range(0, len(starts), _BATCH):
        batch = starts[first : first + _BATCH]
        stretches = [_stretch(samples, gain, start, length) for start in batch]
        share = portion(progress, first / len(starts), (first + len(batch)) / len(starts))
        probabilities.append(_run(model, np.stack(stretches), share).ravel())
    return np.concatenate(probabilities)[:count]


def _stretch(samples: np.ndarray, gain: np.ndarray, start: int, length: int) -> np.ndarray:
    """(_LEAD_IN + length, _FRAME) frames at one level, silent outside the recording."""
    frames = np.zeros((_LEAD_IN + length, _FRAME), dtype=np.float32)
    first = max(start - _LEAD_IN, 0)
    part = samples[first * _FRAME : (start + length) * _FRAME]
    offset = first - (start - _LEAD_IN)
    frames.reshape(-1)[offset * _FRAME : offset * _FRAME + len(part)] = part
    factors = gain[first : start + length]
    frames[offset : offset + len(factors)] *= factors[:, None].astype(np.float32)
    return frames


@torch.inference_mode()
def _run(model: Any, stretches: np.ndarray, progress: Progress) -> np.ndarray:
    """(B, F) probabilities of (B, _LEAD_IN + F, _FRAME) frames, the larger of both levels."""
    model.reset_states()
    frames = torch.from_numpy(stretches).unbind(dim=1)
    found = []
    for done, frame in enumerate(frames, start=1):
        found.append(model(torch.cat([level * frame for level in _LEVELS]), _SAMPLE_RATE))
        if done % _REPORTED == 0 or done == len(frames):
            progress(Stage.SPEECH, done / len(frames))
    probabilities = torch.cat(found[_LEAD_IN:], dim=1)
    return probabilities.reshape(len(_LEVELS), len(stretches), -1).amax(dim=0).numpy()
