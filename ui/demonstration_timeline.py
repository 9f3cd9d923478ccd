"""Made-up probabilities for the demonstration: smooth, seeded, and leaning to a story's mood."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy import ndimage, special

from verhm.labels import EMOTIONS
from verhm.settings import AnalysisSettings
from verhm.types import EmotionTimeline, Quality, SpeechActivity, WindowStatus
from verhm.windows import window_bounds

_SMOOTHNESS = 1.6  # s, standard deviation of the blur
_LIVELINESS = 1.35  # standard deviation of the logits
_NOISY_SNR = 6.0  # dB in a window
_LEAST_SPEECH = 1.0  # s in a window
_CERTAIN = 0.3  # probability of the likeliest emotion


@dataclass(frozen=True)
class Story:
    """What one made-up session is like.

    Attributes:
        days_ago: when it was
        phq9, gad7: totals "entered"
        leaning: logits added to some emotions
        snr: dB
    """

    days_ago: int
    phq9: int | None
    gad7: int | None
    leaning: Mapping[str, float] = field(default_factory=dict)
    snr: float = 24.0


def made_up_timeline(
    duration: float, settings: AnalysisSettings, story: Story, rng: np.random.Generator
) -> EmotionTimeline:
    """Probabilities that wander smoothly around a story's mood; every window has a result."""
    starts, ends = window_bounds(duration, settings.window, settings.hop)
    noise = rng.normal(size=(len(starts), len(EMOTIONS)))
    wandering = ndimage.gaussian_filter1d(noise, _SMOOTHNESS / settings.hop, axis=0, mode="wrap")
    wandering *= _LIVELINESS / wandering.std(axis=0)
    leaning = np.array([story.leaning.get(label, -0.4) for label in EMOTIONS])
    probabilities = special.softmax(leaning + wandering, axis=1)
    return EmotionTimeline(starts, ends, probabilities, (WindowStatus.OK,) * len(starts))


def made_up_windows(
    timeline: EmotionTimeline, activity: SpeechActivity, story: Story, rng: np.random.Generator
) -> tuple[EmotionTimeline, tuple[Quality, ...]]:
    """Take the result from windows that a real analysis would leave without one."""
    speech = activity.seconds_within(timeline.starts, timeline.ends)
    swing = ndimage.gaussian_filter1d(rng.normal(size=len(timeline)), 5.0, mode="wrap")
    snr = story.snr + 2.0 * swing / swing.std()
    likeliest = timeline.probabilities.max(axis=1)
    status = tuple(_status(*window) for window in zip(speech, snr, likeliest, strict=True))
    qualities = tuple(
        Quality(-26.0, -8.0, 0.0, round(float(ratio), 1), round(float(spoken), 2), 6_800.0)
        for ratio, spoken in zip(snr, speech, strict=True)
    )
    return replace(timeline, status=status), qualities


def _status(speech: float, snr: float, likeliest: float) -> WindowStatus:
    if speech < 0.1:
        return WindowStatus.SILENCE
    if speech < _LEAST_SPEECH:
        return WindowStatus.TOO_SHORT
    if snr < _NOISY_SNR:
        return WindowStatus.NOISY
    return WindowStatus.OK if likeliest >= _CERTAIN else WindowStatus.UNCERTAIN
