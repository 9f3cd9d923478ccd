"""What a clinician says about stretches of a recording, beside what the model found there."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from verhm.errors import RequestError
from verhm.labels import EMOTIONS
from verhm.language import N_
from verhm.types import EmotionTimeline, WindowStatus

UNSURE: Final = N_("unsure")
LABELS: Final = (*EMOTIONS, UNSURE)
LONGEST_TEXT: Final = 500  # letters
_DIGITS: Final = 2  # of a second: where two stretches begin and end alike, they are the same


@dataclass(frozen=True, order=True)
class Annotation:
    """One statement about a stretch of a recording, or about a moment of it.

    Attributes:
        start, end: s, to the hundredth; equal for a moment
        label: what the clinician hears there, of `LABELS`; empty where nothing was said
        is_excluded: whether windows whose middle lies there are left out of every figure
        text: what else there is to say

    Raises:
        RequestError: E63 when it cannot be
    """

    start: float
    end: float
    label: str = ""
    is_excluded: bool = False
    text: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.end) and 0 <= self.start <= self.end):
            raise _unfit(
                "An annotation would lie nowhere in the recording.", "Choose a time in it."
            )
        object.__setattr__(self, "start", round(self.start, _DIGITS))
        object.__setattr__(self, "end", round(self.end, _DIGITS))
        if self.label and self.label not in LABELS:
            raise _unfit("That is no emotion of this app's.", "Choose one of the list.")
        if self.is_moment and (self.label or self.is_excluded):
            raise _unfit("A moment has no emotion of its own.", "Choose a window.")
        if len(self.text) > LONGEST_TEXT:
            raise _unfit(f"The text is longer than {LONGEST_TEXT} letters.", "Shorten it.")

    @property
    def is_moment(self) -> bool:
        """Whether it is about no stretch, but one moment."""
        return self.start == self.end

    @property
    def says_nothing(self) -> bool:
        """Whether nothing is left of it; that something was there says a moment by itself."""
        return not (self.label or self.is_excluded or self.text or self.is_moment)

    @property
    def stretch(self) -> tuple[float, float]:
        """By which it is told from the others: there is one for each."""
        return self.start, self.end


def excluding(timeline: EmotionTimeline, annotations: Iterable[Annotation]) -> EmotionTimeline:
    """The same timeline without a result for the windows that a clinician left out.

    Windows overlap, so what is heard in one is heard in its neighbours too: those are left out
    whose middle lies in an excluded stretch.
    """
    excluded = [each for each in annotations if each.is_excluded]
    if not excluded:
        return timeline
    middles = (timeline.starts + timeline.ends) / 2
    out = np.zeros(len(timeline), dtype=bool)
    for each in excluded:
        out |= (each.start <= middles) & (middles <= each.end)
    status = (
        WindowStatus.EXCLUDED if is_out else status
        for is_out, status in zip(out, timeline.status, strict=True)
    )
    return replace(timeline, status=tuple(status))


def by_window(
    timeline: EmotionTimeline, annotations: Iterable[Annotation]
) -> tuple[Annotation | None, ...]:
    """(W,) what was said about each window itself; None where nothing was."""
    said = {each.stretch: each for each in annotations}
    starts, ends = (np.round(times, _DIGITS).tolist() for times in (timeline.starts, timeline.ends))
    return tuple(said.get(stretch) for stretch in zip(starts, ends, strict=True))


def _unfit(cause: str, remedy: str) -> RequestError:
    return RequestError("E63", cause, remedy)
