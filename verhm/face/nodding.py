"""How the head moves while somebody speaks: nods where the voice stresses, and a slow drift.

Heads of speakers hardly ever keep still, move by a few degrees and mostly slower than 2 Hz (Hadar
et al. 1983, doi:10.1016/0167-9457(83)90004-0; Graf et al. 2002, Visual prosody, doi:10.1109/
AFGR.2002.1004186), least in calm speech (Busso et al. 2007, doi:10.1109/TASL.2006.885910), and in
step with pitch and loudness (Munhall et al. 2004, doi:10.1111/j.0963-7214.2004.01502010.x). The
figures below stay at the calm end of that: the head must not say what was not heard.
"""

from typing import Final

import numpy as np
from scipy import ndimage, signal

from verhm.types import Acoustics, EmotionTimeline, SpeechActivity

# Angles are degrees here, radians in what is returned: down, to the person's left, and tilted to
# the person's right.
_POSTURE: Final = np.array([0.9, 1.7, 1.0])  # standard deviation of where the head drifts to
_FARTHEST: Final = 2.0  # standard deviations
_MEDIAN_STAY, _SPREAD = 2.4, 0.5  # s from one drift to the next, and of its logarithm
_SHORTEST, _LONGEST = 1.2, 6.0  # s
_DRIFT: Final = (0.7, 1.2)  # s that a drift takes
_SWAY: Final = 0.18  # amplitude of each of the waves that never rest
_SWAY_PACE: Final = (0.15, 0.7)  # Hz

_DEEPEST: Final = 3.2  # a nod
_FALL, _RISE = (0.16, 0.26), (0.32, 0.55)  # s; the lowest point is that of the stress
_APART: Final = 0.7  # s; no syllable in between is nodded
_KEPT: Final = 0.75  # share of stresses that are nodded
_AROUND: Final = 0.8  # s, standard deviation of what a moment's voice is compared with
_LOUDER, _HIGHER = 6.0, 3.0  # dB and semitones above it that are a full stress
_LEAST: Final = 0.45  # stress, of a full one, from which on there is a nod

_BEFORE, _AFTER = 0.3, 0.6  # s around speech in which the head may move; shorter pauses vanish
_EASE: Final = 0.8  # s from straight to free
_HEAD: Final = 2  # beside the seed, so that nothing else is drawn alike


def move_head(
    times: np.ndarray,
    acoustics: Acoustics,
    activity: SpeechActivity,
    timeline: EmotionTimeline,
    seed: int,
) -> np.ndarray:
    """Nod where the voice is louder and higher than around, and drift in between.

    Args:
        times: (F,) ascending, s
        acoustics: of the voice
        activity: where somebody speaks; elsewhere the head is straight
        timeline: which windows have a result; in the middle of the others it is straight
        seed: what is not heard

    Returns:
        (F, 3) radians down, to the person's left, and tilted to their right; a frame's angles
        depend on its time only
    """
    if not len(times):
        return np.zeros((0, 3))
    angles = _drift(times, np.random.default_rng([seed, _HEAD, 0]))
    angles[:, 0] += _nods(times, acoustics, np.random.default_rng([seed, _HEAD, 1]))
    free = np.minimum(_within(times, _talking(activity)), _within(times, _with_result(timeline)))
    return np.deg2rad(angles * _smooth(free / _EASE)[:, None])


def _smooth(share: np.ndarray) -> np.ndarray:
    """From 0 to 1 without a jerk, as limbs move (Flash & Hogan 1985: minimum jerk)."""
    share = share.clip(0, 1)
    return share**3 * (10 - 15 * share + 6 * share**2)


def _drift(times: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(F, 3) degrees: from posture to posture, swaying all the time."""
    pace, phase = rng.uniform(*_SWAY_PACE, (3, 3)), rng.uniform(0, 2 * np.pi, (3, 3))
    sway = _SWAY * np.sin(2 * np.pi * pace * times[:, None, None] + phase).sum(axis=2)
    starts, lengths, postures = [0.0], [1.0], [np.zeros(3)]
    while starts[-1] < times[-1]:
        stay = np.clip(_MEDIAN_STAY * np.exp(_SPREAD * rng.normal()), _SHORTEST, _LONGEST)
        starts.append(starts[-1] + float(stay))
        lengths.append(rng.uniform(*_DRIFT))
        postures.append(_POSTURE * rng.normal(size=3).clip(-_FARTHEST, _FARTHEST))
    latest = np.searchsorted(starts, times, side="right") - 1
    done = _smooth((times - np.array(starts)[latest]) / np.array(lengths)[latest])[:, None]
    before, after = (np.array(postures)[each] for each in (np.maximum(latest - 1, 0), latest))
    return sway + before + (after - before) * done


def _nods(times: np.ndarray, acoustics: Acoustics, rng: np.random.Generator) -> np.ndarray:
    """(F,) degrees down."""
    down = np.zeros(len(times))
    for at, height in zip(*_stresses(acoustics), strict=True):
        is_nodded, depth = rng.random() < _KEPT, _DEEPEST * rng.uniform(0.6, 1.0) * height
        fall, rise = rng.uniform(*_FALL), rng.uniform(*_RISE)
        first, last = np.searchsorted(times, [at - fall, at + rise])
        since = times[first:last] - at
        share = 1 - np.where(since < 0, -since / fall, since / rise)
        down[first:last] += is_nodded * depth * _smooth(share)
    return down


def _stresses(acoustics: Acoustics) -> tuple[np.ndarray, np.ndarray]:
    """(N,) times and (N,) strengths in [0, 1] of what stands out from the voice around it."""
    times = acoustics.times
    if len(times) < 3:
        return np.zeros(0), np.zeros(0)
    step = float(times[1] - times[0])
    is_voiced = np.isfinite(acoustics.pitch)
    semitones = 12 * np.log2(np.where(is_voiced, acoustics.pitch, 1.0))
    louder = _above_around(acoustics.loudness.clip(-90, 0), is_voiced, step) / _LOUDER
    higher = _above_around(semitones, is_voiced, step) / _HIGHER
    stress = (louder.clip(0, 1.5) + higher.clip(0, 1.5)) / 2
    peaks, _ = signal.find_peaks(
        np.pad(stress, 1), height=_LEAST, distance=max(1, round(_APART / step))
    )
    return times[peaks - 1], stress[peaks - 1].clip(0, 1)


def _above_around(values: np.ndarray, is_known: np.ndarray, step: float) -> np.ndarray:
    """(N,) how far known values lie above the mean of those around; 0 where none is known."""
    width = _AROUND / step
    known = is_known.astype(float)
    total = ndimage.gaussian_filter1d(values * known, width, mode="constant")
    share = ndimage.gaussian_filter1d(known, width, mode="constant")
    return (values - total / np.maximum(share, 1e-9)) * known


def _talking(activity: SpeechActivity) -> np.ndarray:
    """(N, 2) starts and ends of stretches of speech, across short pauses."""
    spans = activity.spans + np.array([-_BEFORE, _AFTER])
    if not len(spans):
        return spans
    is_apart = spans[1:, 0] > spans[:-1, 1]
    starts = spans[np.concatenate([[True], is_apart]), 0]
    return np.column_stack([starts, spans[np.concatenate([is_apart, [True]]), 1]])


def _with_result(timeline: EmotionTimeline) -> np.ndarray:
    """(N, 2) what lies between windows without a result, half a hop around the middle of each.

    What comes before the first window's middle, and after the last one's, is theirs.
    """
    middles = (timeline.starts + timeline.ends) / 2
    half = float(np.median(np.diff(middles))) / 2 if len(middles) > 1 else 0.0
    has_result = timeline.has_result
    empty = middles[~has_result]
    starts, ends = np.append(-np.inf, empty + half), np.append(empty - half, np.inf)
    is_open = ends - starts > 1e-6
    is_open[[0, -1]] &= has_result[[0, -1]]
    return np.column_stack([starts, ends])[is_open]


def _within(times: np.ndarray, spans: np.ndarray) -> np.ndarray:
    """(F,) s to the nearer end of the span that a time lies in; 0 outside of all."""
    if not len(spans):
        return np.zeros(len(times))
    at = (np.searchsorted(spans[:, 0], times, side="right") - 1).clip(0)
    return np.minimum(times - spans[at, 0], spans[at, 1] - times).clip(0)
