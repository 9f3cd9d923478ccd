"""Whether a session differs from a person's usual ones by more than their sessions differ anyway.

Shares of time are compared by the arcsine of their square roots, whose variance hardly depends on
the share (Anscombe 1948, doi:10.1093/biomet/35.3-4.246). So all emotions have one standard error
of measurement, and even three sessions say how large it is. Nothing here says why something
changed, nor whether the change is a good one.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from scipy import special

LEAST_USUAL = 3  # sessions that say what is usual
LEAST_ORDERED = 8  # sessions in which a change point is looked for
LEVEL = 0.05  # chance of a flag where nothing changed: of a session, and of a series
_FREQUENT = 0.05  # share from which an emotion tells how much sessions differ
_STRETCH = 3.0  # s of speech that at best tell as much as one independent draw
_SHORTEST_RUN = 3  # sessions between change points
_ORDERS = 999  # shuffled series that a change point is held against
# With so many of them cut as well, p is no longer under 0.05 (Besag & Clifford 1991,
# doi:10.1093/biomet/78.2.301).
_ENOUGH = 49


@dataclass(frozen=True, eq=False)
class Usual:
    """What a person's sessions usually are.

    Attributes:
        shares: (K,) of time, in [0, 1]
        error: standard error of measurement of one session, in radians of the arcsine
        freedom: degrees of freedom that the error was estimated with
        sessions: how many
    """

    shares: np.ndarray
    error: float
    freedom: int
    sessions: int

    def spread(self, speech: float = np.inf) -> float:
        """Standard error, in radians, of a session's difference from what is usual.

        As the usual is a mean itself (Crawford & Howell 1998, doi:10.1076/clin.12.4.482.7241).

        Args:
            speech: s of the session; a short one is known less exactly than the usual ones
        """
        own = max(self.error, float(np.sqrt(_least_variance(speech))))
        return float(np.hypot(own, self.error / np.sqrt(self.sessions)))

    def band(
        self, speech: float = np.inf, emotions: int | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """(K,) lows and (K,) highs between which sessions lie in which nothing changed.

        Args:
            speech: s of the session
            emotions: how many are to lie there together in 95 of 100 unchanged sessions; by default
                all of them. Of a single one, how far the edges are from the usual share is the
                minimal detectable change (MDC95)
        """
        level = LEVEL / (emotions or len(self.shares))
        reach = float(special.stdtrit(self.freedom, 1 - level / 2)) * self.spread(speech)
        middle = _radians(self.shares)
        return _share(middle - reach), _share(middle + reach)


@dataclass(frozen=True, eq=False)
class Change:
    """A session against the usual ones.

    Attributes:
        difference: (K,) of shares
        index: (K,) reliable change index (Jacobson & Truax 1991,
            doi:10.1037/0022-006X.59.1.12), against a mean of sessions
        p: (K,) of no change, Holm-corrected over the emotions
        low, high: (K,) shares between which the session's is within error: those beyond, and no
            others, are reliable
    """

    difference: np.ndarray
    index: np.ndarray
    p: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def is_reliable(self) -> np.ndarray:
        """(K,) whether the share lies further off than an unchanged person's would."""
        return self.p < LEVEL


@dataclass(frozen=True)
class Shift:
    """How far a session's share of one emotion lies from the usual one, in percentage points.

    Attributes:
        label: of the emotion
        points: of analysed time, the session minus the usual
        low, high: between which it is within error, beyond which it is reliable; low is not above 0
        index: reliable change index: the shift in standard errors
        is_reliable: whether it is too large for an unchanged person, corrected for many emotions
    """

    label: str
    points: float
    low: float
    high: float
    index: float
    is_reliable: bool


@dataclass(frozen=True, eq=False)
class Comparison:
    """A session against the usual ones.

    Attributes:
        usual_ids: of the sessions that it is compared with
        are_chosen: whether a clinician chose them, or they are the first ones
        usual: what they say
        shifts: one per emotion, in the usual order
    """

    usual_ids: tuple[str, ...]
    are_chosen: bool
    usual: Usual
    shifts: tuple[Shift, ...]

    @property
    def changed(self) -> tuple[str, ...]:
        """The emotions whose shift is reliable."""
        return tuple(shift.label for shift in self.shifts if shift.is_reliable)

    @property
    def largest(self) -> Shift:
        """The shift that is largest for what sessions differ anyway."""
        return max(self.shifts, key=lambda shift: abs(shift.index))


def find_usual(shares: np.ndarray, speech: np.ndarray) -> Usual:
    """Learn what is usual from sessions in which nothing is thought to have changed.

    Args:
        shares: (N, K) of time per emotion, of N sessions of one task and model
        speech: (N,) s, which bound how exactly a session can be known at all

    Raises:
        ValueError: for fewer than `LEAST_USUAL` sessions
    """
    count = len(shares)
    if count < LEAST_USUAL:
        raise ValueError(f"{count} sessions do not say what is usual; {LEAST_USUAL} are needed")
    places = _radians(shares)
    frequent = shares.mean(axis=0) >= _FREQUENT
    variance = float(places[:, frequent].var(axis=0, ddof=1).mean())
    # Sessions that happen to agree are no more exact.
    least = float(np.mean(_least_variance(speech)))
    # Shares sum to 1: the last frequent one says nothing new.
    freedom = max(1, int(frequent.sum()) - 1) * (count - 1)
    usual = _share(places.mean(axis=0))
    return Usual(usual, float(np.sqrt(max(variance, least))), freedom, count)


def compare(usual: Usual, shares: np.ndarray, speech: float = np.inf) -> Change:
    """Hold a session against the usual ones.

    Args:
        usual: of the same person, task and model
        shares: (K,) of the session, which is not among the usual ones
        speech: s of the session
    """
    index = (_radians(shares) - _radians(usual.shares)) / usual.spread(speech)
    p = _holm(2 * special.stdtr(usual.freedom, -np.abs(index)))
    # As all emotions have one error, the step at which Holm's procedure stops is one width for all.
    unchanged = int(np.sum(p >= LEVEL))
    return Change(shares - usual.shares, index, p, *usual.band(speech, max(1, unchanged)))


def _least_variance(speech: Any) -> Any:
    """Of the arcsine of a share that is known from so many seconds: of n draws it is 1 / 4n."""
    return _STRETCH / (4 * speech)


def _holm(p: np.ndarray) -> np.ndarray:
    """Correct for many tests at once (Holm 1979, doi:10.2307/4615733)."""
    order = np.argsort(p)
    corrected = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return np.minimum(1.0, corrected)[np.argsort(order)]


def change_points(shares: np.ndarray, seed: int = 0) -> tuple[int, ...]:
    """Find where a series of sessions goes over into another level.

    A series is cut once or twice where that lowers the squares about the means most, if fewer than
    5 % of its shuffled orders could be cut as well; then each part likewise. A permutation test is
    exact where sessions are exchangeable: however they are distributed, of unchanged series 5 %
    are cut.

    Args:
        shares: (N, K) of N sessions of one task and model, in the order of time
        seed: of the shuffling

    Returns:
        indices of the first session of each new level, ascending; none for fewer than
        `LEAST_ORDERED` sessions
    """
    rng = np.random.default_rng(seed)
    return tuple(_cut(_radians(shares), 0, rng))


def _cut(places: np.ndarray, start: int, rng: np.random.Generator) -> list[int]:
    if len(places) < LEAST_ORDERED:
        return []
    cuts, gain = _best_cuts(places)
    as_well = 0
    for _ in range(_ORDERS):
        as_well += _best_cuts(rng.permutation(places))[1] >= gain
        if as_well == _ENOUGH:
            return []
    found = [start + cut for cut in cuts]
    for first, last in pairwise([0, *cuts, len(places)]):
        found += _cut(places[first:last], start + first, rng)
    return sorted(found)


def _best_cuts(places: np.ndarray) -> tuple[list[int], float]:
    """Where one cut or two lower the squares about the means most, and by how much each.

    Two, because one alone may gain little where a level is left and later returned to.
    """
    import ruptures  # takes as long as the rest of the page's libraries, and few series are so long

    search = ruptures.KernelCPD(kernel="linear", min_size=_SHORTEST_RUN).fit(places)
    whole = search.cost.error(0, len(places))
    best: tuple[list[int], float] = [], 0.0
    for count in (1, 2):
        if (count + 1) * _SHORTEST_RUN <= len(places):
            ends = search.predict(n_bkps=count)
            gain = (whole - search.cost.sum_of_costs(ends)) / count
            best = max(best, (ends[:-1], gain), key=lambda one: one[1])
    return best


def _radians(shares: np.ndarray) -> np.ndarray:
    return np.arcsin(np.sqrt(np.clip(shares, 0.0, 1.0)))


def _share(radians: np.ndarray) -> np.ndarray:
    return np.sin(np.clip(radians, 0.0, np.pi / 2)) ** 2
