"""Made-up results, for tests that are about something else than the analysis."""

import numpy as np

from verhm.labels import EMOTIONS, MORPHS
from verhm.settings import AnalysisSettings
from verhm.stages import Stage
from verhm.types import (
    Acoustics,
    Analysis,
    EmotionTimeline,
    ModelId,
    MorphSequence,
    Quality,
    Share,
    Source,
    SpeechActivity,
    Summary,
    Voice,
    Waveform,
    WindowStatus,
)
from verhm.windows import window_bounds


def make_waveform(duration: float = 4.0, sample_rate: int = 16_000, seed: int = 0) -> Waveform:
    """A tone with a little noise."""
    times = np.arange(round(duration * sample_rate)) / sample_rate
    noise = np.random.default_rng(seed).normal(0, 0.01, len(times))
    return Waveform((0.3 * np.sin(2 * np.pi * 220 * times) + noise).astype(np.float32), sample_rate)


def make_timeline(duration: float = 60.0, seed: int = 0) -> EmotionTimeline:
    """Probabilities that wander smoothly, with two windows without a result."""
    starts, ends = window_bounds(duration, 3.0, 0.5)
    rng = np.random.default_rng(seed)
    logits = np.cumsum(rng.normal(0, 0.4, (len(starts), len(EMOTIONS))), axis=0)
    probabilities = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    status = [WindowStatus.OK] * len(starts)
    if len(starts) > 8:
        status[4], status[5] = WindowStatus.SILENCE, WindowStatus.UNCERTAIN
    return EmotionTimeline(starts, ends, probabilities, tuple(status), plausible_from=0.125)


def make_analysis(duration: float = 60.0, seed: int = 0) -> Analysis:
    """A complete analysis of a recording that does not exist."""
    timeline = make_timeline(duration, seed)
    rng = np.random.default_rng(seed)
    times = np.arange(0.05, duration, 0.1)
    return Analysis(
        source=Source("0" * 64, "wav", "pcm_s16le", 44_100, 2),
        duration=duration,
        model=ModelId("made up", "0", "0" * 64),
        settings=AnalysisSettings(),
        timeline=timeline,
        window_quality=tuple(
            Quality(-20.0, -6.0, 0.0, 25.0, 2.5, 7_000.0) for _ in range(len(timeline))
        ),
        quality=Quality(-20.0, -6.0, 0.0, 25.0, duration * 0.8, 7_000.0),
        activity=SpeechActivity(np.array([[0.0, duration * 0.8]])),
        acoustics=Acoustics(times, 180 + 20 * np.sin(times), np.full(len(times), -25.0)),
        morphs=MorphSequence(rng.uniform(0, 0.3, (round(duration * 30), len(MORPHS))), 30.0),
        summary=Summary(
            speech=duration * 0.8,
            analysed=float(timeline.has_result.mean()),
            shares=tuple(Share(label, 1 / 8, 0.05, 0.2) for label in EMOTIONS),
            valence=(0.1, 0.0, 0.2),
            arousal=(0.2, 0.1, 0.3),
            transitions=4.0,
        ),
        voice=Voice("0" * 64, duration / 4, rng.normal(size=8).astype(np.float32)),
        baseline_windows=12.0,
        seconds={Stage.DECODE: 0.1, Stage.EMOTION: 1.0},
    )
