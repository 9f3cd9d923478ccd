"""A session in a few figures, with intervals that know that neighbouring windows are alike."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy import special

from verhm.annotations import Annotation, excluding
from verhm.report.look import MEANINGS, REASONS
from verhm.types import Analysis, EmotionTimeline, Share, SpeechActivity, Summary, WindowStatus

LEAST_SPEECH = 20.0  # s in windows with a result; with less there is no summary
LEAST_ANALYSED = 0.5  # share of windows with a result; with less there is no summary
_RESAMPLES = 2_000
_AT_ONCE = 50  # resamples; bounds the memory for long recordings
_CONFIDENCE = (0.025, 0.975)
_LONGEST_BLOCK = 10  # times the reach of the overlap
_FEWEST_BLOCKS = 6
_NOTHING = (np.nan, np.nan, np.nan)


def summarize(timeline: EmotionTimeline, activity: SpeechActivity, seed: int) -> Summary:
    """Sum the windows with a result up.

    Shares count how often each emotion is the likeliest; valence and arousal are means. The 95 %
    intervals are those of a moving-block bootstrap (Künsch 1989, doi:10.1214/aos/1176347265): they
    say how far the figures could move if the same person had spoken on, not how right the model is.

    They are too narrow for short recordings in which moods last: where a simulated mood lasts ten
    seconds, about 90 % of the intervals hold the truth at five minutes, 85 % at two and fewer than
    75 % under one. An emotion that is never, or always, the likeliest has an interval of no width,
    since there is nothing else to draw.

    Args:
        timeline: windows in the order of time
        activity: where somebody speaks
        seed: of the bootstrap; the same seed gives the same intervals

    Returns:
        the summary, withheld under 20 s of speech in windows with a result and above 50 % of
        windows without one
    """
    analysed = float(np.mean(timeline.has_result)) if len(timeline) else 0.0
    starts, ends = timeline.analysed_spans
    usable = float(activity.seconds_within(starts, ends).sum())
    withheld = _why_withheld(timeline, activity.seconds, usable)
    if withheld:
        return Summary(activity.seconds, analysed, (), _NOTHING, _NOTHING, np.nan, withheld)
    means, lows, highs = _intervals(timeline, np.random.default_rng(seed))
    figures = [
        (float(mean), float(low), float(high))
        for mean, low, high in zip(means, lows, highs, strict=True)
    ]
    count = len(timeline.labels)
    return Summary(
        speech=activity.seconds,
        analysed=analysed,
        shares=tuple(
            Share(label, *figure)
            for label, figure in zip(timeline.labels, figures[:count], strict=True)
        ),
        valence=figures[count],
        arousal=figures[count + 1],
        transitions=_changes(timeline) / (float((ends - starts).sum()) / 60),
    )


def as_reviewed(analysis: Analysis, annotations: Sequence[Annotation]) -> Analysis:
    """An analysis in no figure of which is what a clinician left out."""
    if not any(each.is_excluded for each in annotations):
        return analysis
    timeline = excluding(analysis.timeline, annotations)
    summary = summarize(timeline, analysis.activity, analysis.settings.seed)
    return replace(analysis, timeline=timeline, summary=summary)


def block_length(timeline: EmotionTimeline) -> int:
    """How many windows a block of the bootstrap has.

    Windows that overlap share sound, so a block is at least as long as the overlap reaches. It is
    up to ten times that (half a minute), since moods outlast windows, where six such blocks fit.
    """
    count = len(timeline)
    if count < 2:
        return 1
    hop = float(np.median(np.diff(timeline.starts)))
    window = float(np.median(timeline.ends - timeline.starts))
    overlap = int(np.ceil(window / hop - 1e-6))
    return min(count, max(overlap, min(_LONGEST_BLOCK * overlap, count // _FEWEST_BLOCKS)))


def _why_withheld(timeline: EmotionTimeline, speech: float, usable: float) -> str:
    """Which of the two conditions fails, and what to do; empty when there is enough of both."""
    count, known = len(timeline), int(timeline.has_result.sum())
    if speech >= LEAST_SPEECH and known < LEAST_ANALYSED * count:
        # Counts, because 49.6 % would round to the half that is needed.
        return (
            f"E23 Only {known} of {count} windows have a result; at least half are needed for a "
            f"summary. {_commonest_reason(timeline)}"
        )
    # Usable speech is part of all speech, so with too little analysed it is too little as well.
    if speech < LEAST_SPEECH:
        found, remedy = f"{int(speech)} s of speech", "Record for longer, in quiet."
    elif usable < LEAST_SPEECH:
        found, remedy = f"{int(usable)} s of usable speech", _commonest_reason(timeline)
    else:
        return ""
    return f"E21 Only {found} found; {LEAST_SPEECH:.0f} s are needed for a summary. {remedy}"


def _commonest_reason(timeline: EmotionTimeline) -> str:
    """Why most of the windows without a result have none, and what to do."""
    missing = Counter(status for status in timeline.status if status is not WindowStatus.OK)
    if not missing:
        return "Record for longer."
    [(status, _)] = missing.most_common(1)
    return f"Most of the others: {REASONS[status]}. {MEANINGS[status]}"


def _changes(timeline: EmotionTimeline) -> int:
    """Count changes of the likeliest emotion between neighbours that both have a result."""
    likeliest = np.argmax(timeline.probabilities, axis=1)
    both = timeline.has_result[1:] & timeline.has_result[:-1]
    return int(np.count_nonzero(both & (likeliest[1:] != likeliest[:-1])))


def _intervals(
    timeline: EmotionTimeline, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(K + 2,) means, lows and highs of the shares, valence and arousal."""
    has_result = timeline.has_result
    likeliest = np.eye(len(timeline.labels))[np.argmax(timeline.probabilities, axis=1)]
    values = np.column_stack([likeliest, timeline.affect]) * has_result[:, None]
    # The last column counts windows with a result, so that every figure is a ratio of two sums.
    columns = np.column_stack([values, has_result])
    means = columns.sum(axis=0)[:-1] / has_result.sum()
    length = block_length(timeline)
    resampled = _resampled_means(columns, length, rng)
    lows, highs = np.nanquantile(resampled, _CONFIDENCE, axis=0)
    stretch = _stretch(len(timeline) / length)
    bottom = np.concatenate([np.zeros(len(means) - 2), [-1.0, -1.0]])
    lows = np.clip(means + stretch * (lows - means), bottom, means)
    highs = np.clip(means + stretch * (highs - means), means, 1.0)
    return means, lows, highs


def _stretch(blocks: float) -> float:
    """How much a percentile interval from few blocks is too narrow.

    Hesterberg 2015 (doi:10.1080/00031305.2015.1089789), section 4.3: resampling n values gives
    (n - 1) / n of their variance, and a normal quantile where Student's is due.
    """
    blocks = max(2.0, blocks)
    student = special.stdtrit(blocks - 1, _CONFIDENCE[1])
    normal = special.ndtri(_CONFIDENCE[1])
    return float(np.sqrt(blocks / (blocks - 1)) * student / normal)


def _resampled_means(columns: np.ndarray, length: int, rng: np.random.Generator) -> np.ndarray:
    """(R, C - 1) sums of the columns over drawn blocks, each divided by the last column's sum."""
    running = np.vstack([np.zeros(columns.shape[1]), np.cumsum(columns, axis=0)])
    blocks = running[length:] - running[:-length]
    per_resample = max(1, round(len(columns) / length))
    sums = []
    for _ in range(_RESAMPLES // _AT_ONCE):
        drawn = rng.integers(len(blocks), size=(_AT_ONCE, per_resample))
        sums.append(blocks[drawn].sum(axis=1))
    totals = np.concatenate(sums)
    counts = totals[:, -1:]
    return np.divide(
        totals[:, :-1], counts, out=np.full(totals[:, :-1].shape, np.nan), where=counts > 0
    )
