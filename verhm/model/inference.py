"""From a recording of any length to emotions per window and a face per frame."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch

from verhm.labels import MORPHS
from verhm.model.calibration import calibrate
from verhm.model.checkpoint import VoiceModel
from verhm.model.expression import express
from verhm.model.features import FRAME_RATE, SAMPLE_RATE, SAMPLES_PER_FRAME
from verhm.model.network import Output
from verhm.model.pooling import Windows
from verhm.model.segments import (
    Segment,
    count_frames,
    place_segments,
    speech_frames,
    window_frames,
)
from verhm.model.synthesizer import MOUTH_COLUMNS
from verhm.settings import AnalysisSettings
from verhm.stages import Progress, Stage, no_progress
from verhm.types import SpeechActivity, Waveform

_BATCH = 4  # segments at once: 36 s of sound with windows of 3 s
_NEUTRAL = 0.0  # strength of the expression in neutral speech


@dataclass(frozen=True, eq=False)
class Inference:
    """What the network found in a recording.

    Attributes:
        probabilities: (W, K) calibrated, each row sums to 1
        mouth: (F, M) morph weights of speech in [0, 1] at the settings' frame rate
        expression: (W, M) morph weights of the vocal expression in [0, 1]
        neutral_mouth: (F, M) of the same words, had they been spoken neutrally
        novelty: (W,) distance from the training windows; about 1 for speech like theirs
        embedding: (W, E) emotion embedding, in which the speaker still is
    """

    probabilities: np.ndarray
    mouth: np.ndarray
    expression: np.ndarray
    neutral_mouth: np.ndarray
    novelty: np.ndarray
    embedding: np.ndarray


def infer(
    model: VoiceModel,
    waveform: Waveform,
    activity: SpeechActivity,
    starts: np.ndarray,
    ends: np.ndarray,
    settings: AnalysisSettings,
    progress: Progress = no_progress,
    usual: np.ndarray | None = None,
) -> Inference:
    """Find the emotion of each window and the mouth of each frame.

    Time is linear in the recording's length; memory beyond the result's does not depend on it.

    Args:
        model: as loaded
        waveform: at 16 kHz
        activity: where somebody speaks
        starts: (W,) of the windows, ascending, s
        ends: (W,) s, all windows of the same length
        settings: the frame rate
        progress: told the share done after each batch; may raise `Cancelled`
        usual: (E,) embedding of the speaker, see `verhm.model.baseline`; None when unknown
    """
    if waveform.sample_rate != SAMPLE_RATE:
        raise ValueError(f"emotions are found at {SAMPLE_RATE} Hz, not {waveform.sample_rate}")
    samples = _at_least_two_frames(waveform.samples)
    frames = count_frames(len(samples))
    first, length = window_frames(starts, ends, frames)
    segments = place_segments(first, length, frames)
    speech = speech_frames(activity, frames)
    usual = None if usual is None else usual.astype(np.float32)
    speaker = None if usual is None else torch.from_numpy(usual).to(model.device)
    found: list[tuple[np.ndarray, ...]] = []
    mouths: tuple[list[np.ndarray], ...] = ([], [])
    for done, batch in _batches(segments):
        output = _run(model, batch, samples, speech, first, length, speaker)
        parts = (output.embedding, output.logits, output.novelty)
        found.append(tuple(part.cpu().numpy() for part in parts))
        for mouth, intensity in zip(mouths, (settings.expression_strength, _NEUTRAL), strict=True):
            mouth += _home_frames(batch, _speak(model, output, intensity))
        progress(Stage.EMOTION, done)
    embedding, logits, novelty = (np.concatenate(parts) for parts in zip(*found, strict=True))
    probabilities = calibrate(logits, model.reading_with(usual).temperature)
    shown, neutral = (
        resample_mouth(np.concatenate(mouth), waveform.duration, settings.frame_rate)
        for mouth in mouths
    )
    return Inference(
        probabilities,
        shown,
        _expression(model, embedding if usual is None else embedding - usual, probabilities),
        neutral,
        novelty,
        embedding,
    )


def resample_mouth(mouth: np.ndarray, duration: float, frame_rate: float) -> np.ndarray:
    """Place the encoder's mouth frames on the video's.

    Args:
        mouth: (F', M') weights of `MOUTH_MORPHS` at the encoder's 50 frames per second
        duration: of the recording, s
        frame_rate: wanted, Hz

    Returns:
        (F, M) weights of all morphs, F = duration × frame rate, at least 1
    """
    count = max(1, round(duration * frame_rate))
    times, known = np.arange(count) / frame_rate, np.arange(len(mouth)) / FRAME_RATE
    weights = np.zeros((count, len(MORPHS)), dtype=np.float32)
    for column, values in zip(MOUTH_COLUMNS, mouth.T, strict=True):
        weights[:, column] = np.interp(times, known, values)
    return weights.clip(0.0, 1.0)


def _at_least_two_frames(samples: np.ndarray) -> np.ndarray:
    missing = 2 * SAMPLES_PER_FRAME - len(samples)
    return np.pad(samples, (0, missing)) if missing > 0 else samples


def _batches(segments: list[Segment]) -> Iterator[tuple[float, list[Segment]]]:
    """Share done and a few segments of the same length, in order."""
    done = 0
    for _, group in groupby(segments, key=len):
        alike = list(group)
        for start in range(0, len(alike), _BATCH):
            batch = alike[start : start + _BATCH]
            done += len(batch)
            yield done / len(segments), batch


@torch.inference_mode()
def _run(
    model: VoiceModel,
    batch: list[Segment],
    samples: np.ndarray,
    speech: np.ndarray,
    first: np.ndarray,
    length: int,
    speaker: torch.Tensor | None,
) -> Output:
    sound = np.stack([samples[segment.samples] for segment in batch])
    spoken = np.stack([speech[segment.start : segment.end] for segment in batch])
    owner = np.repeat(np.arange(len(batch)), [len(segment.windows) for segment in batch])
    inside = np.concatenate([first[segment.windows] - segment.start for segment in batch])
    on_device = [
        torch.from_numpy(array).to(model.device) for array in (sound, spoken, owner, inside)
    ]
    return model.network(*on_device[:2], Windows(on_device[2], on_device[3], length), speaker)


def _home_frames(batch: list[Segment], mouth: np.ndarray) -> list[np.ndarray]:
    """The stretch of each segment's mouth that no neighbour knows better."""
    return [
        weights[segment.home_start - segment.start : segment.home_end - segment.start]
        for segment, weights in zip(batch, mouth, strict=True)
    ]


@torch.inference_mode()
def _speak(model: VoiceModel, output: Output, intensity: float) -> np.ndarray:
    """(B, F, M') weights of the mouth."""
    mouth = model.network.synthesizer(output.content, output.emotion, intensity)
    return mouth.cpu().numpy()


@torch.inference_mode()
def _expression(model: VoiceModel, embedding: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    units = model.network.expression(
        torch.from_numpy(embedding).to(model.device),
        torch.from_numpy(probabilities.astype(np.float32)).to(model.device),
    )
    return express(units.cpu().numpy(), probabilities).astype(np.float32)
