"""What the review screen draws: an `Analysis` as one compact JSON value."""

import json
from typing import Any

import numpy as np

from verhm.affect import affect_spread
from verhm.report.look import MEANINGS, REASONS
from verhm.types import Acoustics, Analysis, EmotionTimeline

_FINEST_STEP = 0.05  # s; one pixel at the closest zoom
_MOST_STEPS = 40_000  # of the voice lanes, so that two hours stay below a megabyte


def review_data(analysis: Analysis) -> dict[str, Any]:
    """Gather what the timeline, the readout and the window table show.

    Probabilities and affect of windows without a result are left out (None): nobody is shown them.

    Returns:
        JSON-ready values: times in seconds; `probabilities` K lists of W integers in thousandths;
        `valence`, `arousal` and the spread of both W integers in hundredths; `status` W indices
        into `reasons` and `meanings`; `speech` W integers in percent; `snr` W integers in dB or
        None; `voice` the loudness in dBFS and the pitch in Hz (None where nothing is voiced) on a
        regular grid of `step` seconds
    """
    timeline = analysis.timeline
    shown = timeline.has_result
    affect = timeline.affect
    spread = affect_spread(timeline.probabilities, timeline.labels)
    reasons = ["", *REASONS.values()]  # the empty one: there is a result
    return {
        "duration": round(analysis.duration, 3),
        "window": analysis.settings.window,
        "hop": analysis.settings.hop,
        "labels": list(timeline.labels),
        "starts": np.round(timeline.starts, 2).tolist(),
        "ends": np.round(timeline.ends, 2).tolist(),
        "probabilities": [
            _integers(1000 * column, shown) for column in np.transpose(timeline.probabilities)
        ],
        "valence": _integers(100 * affect[:, 0], shown),
        "arousal": _integers(100 * affect[:, 1], shown),
        "valence_spread": _integers(100 * spread[:, 0], shown),
        "arousal_spread": _integers(100 * spread[:, 1], shown),
        "reasons": reasons,
        "meanings": ["", *(MEANINGS[status] for status in REASONS)],
        "status": [reasons.index(REASONS.get(status, "")) for status in timeline.status],
        "speech": _speech_percent(analysis, timeline),
        "snr": _finite_integers(np.array([quality.snr for quality in analysis.window_quality])),
        "spans": np.round(analysis.activity.spans, 2).tolist(),
        "voice": _voice(analysis.acoustics, analysis.duration),
    }


def as_json(value: dict[str, Any]) -> str:
    """JSON without spaces and without a sign that could be read as markup or template."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    for sign in "<>&$`":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _integers(values: np.ndarray, shown: np.ndarray) -> list[int | None]:
    return [
        int(value) if known else None for value, known in zip(np.rint(values), shown, strict=True)
    ]


def _finite_integers(values: np.ndarray) -> list[int | None]:
    known = np.isfinite(values)
    return _integers(np.where(known, values, 0.0), known)


def _speech_percent(analysis: Analysis, timeline: EmotionTimeline) -> list[int]:
    spoken = np.array([quality.speech for quality in analysis.window_quality])
    lengths = np.maximum(timeline.ends - timeline.starts, 1e-6)
    return np.rint(100 * np.clip(spoken / lengths, 0, 1)).astype(int).tolist()


def _voice(acoustics: Acoustics, duration: float) -> dict[str, Any]:
    """Loudness and pitch on a grid that is no finer than the screen."""
    step = max(_FINEST_STEP, duration / _MOST_STEPS)
    if len(acoustics.times) > 1:
        step = max(step, float(np.median(np.diff(acoustics.times))))
    count = max(1, round(duration / step))  # less than half a cell has nothing of its own
    cells = np.clip((acoustics.times / step).astype(int), 0, count - 1)
    power = _cell_means(cells, 10 ** (acoustics.loudness / 10), count)
    with np.errstate(divide="ignore"):
        loudness = 10 * np.log10(power)
    return {
        "step": round(step, 4),
        "loudness": _finite_integers(loudness),
        "pitch": _finite_integers(_cell_means(cells, acoustics.pitch, count)),
    }


def _cell_means(cells: np.ndarray, values: np.ndarray, count: int) -> np.ndarray:
    """(count,) mean of the finite values in each cell, NaN where there are none."""
    known = np.isfinite(values)
    number = np.bincount(cells[known], minlength=count)
    total = np.bincount(cells[known], weights=values[known], minlength=count)
    return np.divide(total, number, out=np.full(count, np.nan), where=number > 0)
