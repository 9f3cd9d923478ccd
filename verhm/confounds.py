"""Whether a result hangs on the pitch or the loudness of a voice alone.

A voice may be high or loud without any emotion. So the probabilities are found again with the
pitch and the level moved a little, everything else as it was, and the windows counted whose
likeliest emotion becomes another. The shipped network puts every stretch of sound at one level
before it looks at it; for it, the check of the level shows that this holds.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from verhm.audio.pitch_shift import shift_pitch
from verhm.model.baseline import usual_embedding
from verhm.model.checkpoint import VoiceModel
from verhm.model.inference import Inference, infer
from verhm.model.segments import count_frames, place_segments, window_frames
from verhm.stages import Progress, Stage, no_progress, portion
from verhm.types import Analysis, EmotionTimeline, SpeechActivity, Voice, Waveform

SEMITONES: Final = 2.0
DECIBELS: Final = 6.0

_SEGMENTS = 10  # of the encoder changed at once: 63 s of sound with windows of 3 s
_GUARD = 1600  # samples changed on both sides of these, for a change to have no edges


@dataclass(frozen=True)
class Change:
    """One way to move a voice.

    Attributes:
        quantity: that is moved
        amount: by how much
        unit: of the amount
        apply: moves a stretch of sound by an amount; its times stay
    """

    quantity: str
    amount: float
    unit: str
    apply: Callable[[Waveform, float], Waveform]


def change_level(waveform: Waveform, decibels: float) -> Waveform:
    """Make sound louder without cutting it off at full scale, which would be another sound."""
    samples = waveform.samples * np.float32(10 ** (decibels / 20))
    return Waveform(samples, waveform.sample_rate)


CHANGES: Final = tuple(
    change
    for sign in (-1, 1)
    for change in (
        Change("pitch", sign * SEMITONES, "semitones", shift_pitch),
        Change("level", sign * DECIBELS, "dB", change_level),
    )
)


@dataclass(frozen=True, eq=False)
class Confounds:
    """Which windows change their likeliest emotion with pitch and level.

    Attributes:
        starts: (N,) s of the windows with a result; the others are not looked at
        flips: (C, N) whether each changes, in the order of `CHANGES`
    """

    starts: np.ndarray
    flips: np.ndarray

    def __post_init__(self) -> None:
        if self.flips.shape != (len(CHANGES), len(self.starts)):
            raise ValueError(f"flips must be (C, N), not {self.flips.shape}")

    @property
    def shares(self) -> np.ndarray:
        """(C,) share of the windows that change, in [0, 1]; NaN when there is none."""
        return self.flips.sum(axis=1) / (len(self.starts) or np.nan)

    def flips_with(self, quantity: str) -> np.ndarray:
        """(N,) whether moving the quantity, up or down, changes a window."""
        rows = [change.quantity == quantity for change in CHANGES]
        return np.any(self.flips[rows], axis=0)

    @property
    def sentence(self) -> str:
        """The finding in words."""
        count = len(self.starts)
        if not count:
            return "No window has a result, so none was checked for pitch and level."
        pitch, level = (int(self.flips_with(name).sum()) for name in ("pitch", "level"))
        change = "changes its" if pitch == 1 else "change their"
        advice = ": take them with care" if pitch + level else ""
        return (
            f"{pitch} of {count} windows {change} likeliest emotion when the pitch is moved by "
            f"{SEMITONES:g} semitones, {level} when the level is moved by {DECIBELS:g} dB{advice}."
        )


def check_confounds(
    model: VoiceModel,
    waveform: Waveform,
    analysis: Analysis,
    progress: Progress = no_progress,
    baseline: Voice | None = None,
) -> Confounds:
    """Find a recording's probabilities again under every change.

    Time is linear in the length, about five times that of the first analysis's probabilities;
    memory beside the waveform does not depend on it.

    Args:
        model: that made the analysis
        waveform: of the recording
        analysis: of it
        progress: told the share done; may raise `Cancelled`
        baseline: that the analysis was made with
    """
    if (baseline.windows if baseline else 0.0) != analysis.baseline_windows:
        raise ValueError("the analysis was made with another baseline")
    usual = usual_embedding(baseline, model.id.sha256) if baseline else None
    find = partial(infer, model, settings=analysis.settings, usual=usual)
    timeline = analysis.timeline
    before = timeline.probabilities.argmax(axis=1)
    flips = np.zeros((len(CHANGES), len(timeline)), dtype=bool)
    for row, change in enumerate(CHANGES):
        share = portion(progress, row / len(CHANGES), (row + 1) / len(CHANGES))
        changed = _probabilities(find, waveform, analysis, change, share)
        flips[row] = changed.argmax(axis=1) != before
    return Confounds(timeline.starts[timeline.has_result], flips[:, timeline.has_result])


def write_confounds(confounds: Confounds, path: Path) -> None:
    """Write the counts as JSON (schema `verhm.confounds/1`)."""
    document = {
        "schema": "verhm.confounds/1",
        "windows": len(confounds.starts),
        "changes": [
            {
                "quantity": change.quantity,
                "amount": change.amount,
                "unit": change.unit,
                "flipped": int(flips.sum()),
                "share": float(share) if len(flips) else None,
                "starts": confounds.starts[flips].tolist(),
            }
            for change, flips, share in zip(CHANGES, confounds.flips, confounds.shares, strict=True)
        ],
        "sentence": confounds.sentence,
    }
    path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _probabilities(
    find: Callable[..., Inference],
    waveform: Waveform,
    analysis: Analysis,
    change: Change,
    progress: Progress,
) -> np.ndarray:
    """(W, K) under a change; those of the analysis where no window around has a result."""
    timeline = analysis.timeline
    probabilities = timeline.probabilities.copy()
    for done, block, windows in _blocks(waveform, timeline):
        if timeline.has_result[windows].any():
            changed = _change_inside(change, waveform, block)
            offset = block.start / waveform.sample_rate
            probabilities[windows] = find(
                changed,
                _activity_inside(analysis.activity, offset, changed.duration),
                timeline.starts[windows] - offset,
                timeline.ends[windows] - offset,
            ).probabilities
        progress(Stage.EMOTION, done)
    return probabilities


def _blocks(
    waveform: Waveform, timeline: EmotionTimeline
) -> Iterator[tuple[float, slice, np.ndarray]]:
    """Share done, samples and windows of a few encoder segments at a time.

    Each block starts and ends with a segment of the whole recording, so that the encoder sees
    every window with the same sound around it as in the analysis.
    """
    frames = count_frames(len(waveform.samples))
    segments = place_segments(*window_frames(timeline.starts, timeline.ends, frames), frames)
    for first in range(0, len(segments), _SEGMENTS):
        block = segments[first : first + _SEGMENTS]
        samples = slice(block[0].samples.start, block[-1].samples.stop)
        windows = np.concatenate([segment.windows for segment in block])
        yield min((first + _SEGMENTS) / len(segments), 1.0), samples, windows


def _change_inside(change: Change, waveform: Waveform, block: slice) -> Waveform:
    before = min(_GUARD, block.start)
    wide = Waveform(
        waveform.samples[block.start - before : block.stop + _GUARD], waveform.sample_rate
    )
    samples = change.apply(wide, change.amount).samples[before : before + block.stop - block.start]
    return Waveform(samples, waveform.sample_rate)


def _activity_inside(activity: SpeechActivity, start: float, duration: float) -> SpeechActivity:
    # Rounded, for an edge that lies on an encoder frame to stay on it.
    return SpeechActivity(np.round(np.clip(activity.spans - start, 0.0, duration), 9))
