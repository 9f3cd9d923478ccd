"""A person's sessions over time: one point each, on its real date, and what may join them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

import numpy as np

from verhm.labels import EMOTIONS

LINE_NEEDS = 3  # sessions of one model; fewer are dots
USUALLY_SHOWN = ("sad", "happy")
MOST_SHOWN = 2  # emotions at first

Edges = tuple[float, float]  # low, high
Interval = tuple[float, float, float]  # value, low, high of the 95 % interval


@dataclass(frozen=True)
class TrendPoint:
    """One session.

    Attributes:
        session_id: opens it
        number: of the session; it does not change when another is erased
        day: it was recorded on
        moment: that day in words, with the time where it is known
        task: in words
        grade: of its quality: Good, Fair or Poor; empty without a result
        quality: the grade and what it comes from, in words; empty without a result
        speech: s
        model: name and version of the model; empty without a result
        model_key: differs between models that must not be compared
        figures: share per emotion in percent, "valence" and "arousal"; empty when withheld
        reason: why there are no figures; empty when there are
        phq9, gad7: totals as entered
        is_usual: whether the clinician says that others are to be compared with it
    """

    session_id: str
    number: int
    day: date
    moment: str = ""
    task: str = ""
    grade: str = ""
    quality: str = ""
    speech: float = 0.0
    model: str = ""
    model_key: str = ""
    figures: dict[str, Interval] = field(default_factory=dict)
    reason: str = ""
    phq9: int | None = None
    gad7: int | None = None
    is_usual: bool = False


@dataclass(frozen=True, eq=False)
class Band:
    """What is usual, and how far an unchanged session may lie from it.

    Attributes:
        usual: share of each emotion, in percent
        edges: by session and emotion, low and high in percent: a share beyond them, and no other,
            is a change beyond error. Of the usual sessions themselves, which are held against
            nothing, what would hold of an unchanged one as long
    """

    usual: Mapping[str, float]
    edges: Mapping[str, Mapping[str, Edges]]

    def along(self, points: Sequence[TrendPoint], label: str) -> list[tuple[TrendPoint, Edges]]:
        """The sessions at which it is known, each with its edges for an emotion."""
        known = (point for point in points if point.session_id in self.edges)
        return [(point, self.edges[point.session_id][label]) for point in known]


def since(points: Iterable[TrendPoint], first_day: date | None) -> tuple[TrendPoint, ...]:
    """The points from a day on; all of them where none is given."""
    return tuple(point for point in points if first_day is None or point.day >= first_day)


def most_varying(points: Sequence[TrendPoint]) -> tuple[str, ...]:
    """The emotions whose shares differ most between sessions, in their usual order.

    Of fewer sessions than say what differs, and of emotions that differ alike: the largest shares.
    """
    known = [point for point in points if point.figures]
    if not known:
        return USUALLY_SHOWN
    shares = {label: [point.figures[label][0] for point in known] for label in EMOTIONS}

    def weight(label: str) -> tuple[float, float]:
        spread = float(np.std(shares[label])) if len(known) >= LINE_NEEDS else 0.0
        return -spread, -float(np.mean(shares[label]))

    chosen = sorted(EMOTIONS, key=weight)[:MOST_SHOWN]
    return tuple(label for label in EMOTIONS if label in chosen)


def joined(points: Sequence[TrendPoint]) -> list[tuple[TrendPoint, ...]]:
    """The stretches that a line may join.

    A line never crosses from one model to another, nor a session without figures, and is drawn
    only for a model with at least three sessions: two points make no trend.
    """
    stretches: list[list[TrendPoint]] = [[]]
    for point in points:
        previous = stretches[-1]
        if previous and (not point.figures or previous[-1].model_key != point.model_key):
            stretches.append([])
        if point.figures:
            stretches[-1].append(point)
    enough = {
        key
        for key in {point.model_key for point in points}
        if sum(point.model_key == key and bool(point.figures) for point in points) >= LINE_NEEDS
    }
    return [
        tuple(stretch)
        for stretch in stretches
        if len(stretch) > 1 and stretch[0].model_key in enough
    ]


def model_breaks(points: Sequence[TrendPoint]) -> list[tuple[TrendPoint, TrendPoint]]:
    """Neighbouring sessions with figures of different models."""
    known = [point for point in points if point.figures]
    return [
        (before, after) for before, after in pairwise(known) if before.model_key != after.model_key
    ]
