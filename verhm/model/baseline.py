"""How one voice usually sounds, without labels, so that its windows can be read against it.

Voices differ more than the moods of one voice do. What a speaker's emotion embeddings have in
common is mostly the speaker, so their mean is taken off, and a layer of its own classifies what is
left. The mean of a few windows says more about their moods than about the speaker and makes things
worse; it is drawn towards the mean of all voices as in maximum a posteriori adaptation (Gauvain &
Lee 1994, doi:10.1109/89.279278, eq. 25).
"""

from collections.abc import Sequence

import numpy as np

from verhm.errors import RequestError
from verhm.types import EmotionTimeline, Voice

LEAST = 10  # windows; with fewer there is no baseline
_PRIOR = 5.0  # windows that the mean of all voices counts for


def measure_voice(embedding: np.ndarray, timeline: EmotionTimeline, model: str) -> Voice:
    """Average a recording's windows with a result.

    Args:
        embedding: (W, E) emotion embedding
        timeline: which of the W windows have a result
        model: SHA-256 of the checkpoint
    """
    starts, ends = timeline.analysed_spans
    length = float(np.median(timeline.ends - timeline.starts))
    windows = float(np.sum(ends - starts)) / length
    chosen = embedding[timeline.has_result]
    return Voice(model, windows, chosen.sum(axis=0) / max(1, len(chosen)))


def join_voices(voices: Sequence[Voice]) -> Voice:
    """Average several recordings of the same person, each counting as many times as its windows.

    Raises:
        RequestError: E74 when there are none, or they were measured by different models
    """
    models = {voice.model for voice in voices}
    if len(models) != 1:
        raise RequestError(
            "E74",
            "The recordings for the baseline were not analysed by one and the same model.",
            "Analyse them again, or go on without a baseline.",
        )
    windows = np.array([voice.windows for voice in voices])
    means = np.array([voice.mean for voice in voices])
    return Voice(models.pop(), float(windows.sum()), windows @ means / max(windows.sum(), 1.0))


def usual_embedding(voice: Voice, model: str) -> np.ndarray:
    """Estimate what is the speaker's own in the embedding.

    Args:
        voice: of the same person's earlier recordings
        model: SHA-256 of the checkpoint in use

    Returns:
        (E,) to take off each window's embedding; 0 would be the mean of all voices

    Raises:
        RequestError: E74 when another model measured it, or fewer than `LEAST` windows
    """
    if voice.model != model:
        raise RequestError(
            "E74",
            "The baseline was made by another model.",
            "Analyse the earlier recordings again, or go on without a baseline.",
        )
    if voice.windows < LEAST:
        raise RequestError(
            "E74",
            f"The baseline holds {voice.windows:.1f} windows with a result that do not overlap.",
            f"Make it from at least {LEAST}, which is {3 * LEAST} s with windows of 3 s, or go on "
            "without a baseline.",
        )
    return voice.mean * kept_share(voice.windows)


def kept_share(windows: float) -> float:
    """How much of a mean over that many windows is kept; the rest is that of all voices."""
    return windows / (windows + _PRIOR)
