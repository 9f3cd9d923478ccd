"""The lanes of the strip below a face: what a stretch of the recording shows, as pixels.

Drawn in pieces of the strip's width, so that hours take no more memory than a minute.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from verhm.report import look
from verhm.types import EmotionTimeline

SPAN: Final = 60.0  # s that are shown at once; a longer recording moves past the playhead
_TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)  # s between the marks of the time axis
_NARROW: Final = 4.0  # px; cells as narrow as this have no line between them


@dataclass(frozen=True)
class Measures:
    """Where things lie in the strip, in pixels.

    Attributes:
        width: of the whole strip
        unit: one pixel of the strip below a face of 512 pixels
        emotions: how many rows the heat-map has
        has_whole: whether there is a lane for the whole recording
    """

    width: int
    unit: float
    emotions: int
    has_whole: bool

    def px(self, length: float) -> int:
        """Whole pixels of a length."""
        return max(1, round(length * self.unit))

    @cached_property
    def left(self) -> int:
        """Where the lanes begin; their names lie before."""
        return self.px(88)

    @cached_property
    def lanes_width(self) -> int:
        """Of the lanes."""
        return self.width - self.left - self.px(10)

    @cached_property
    def header(self) -> int:
        """Height of the line above the lanes."""
        return self.px(28)

    @cached_property
    def highest(self) -> slice:
        """Rows of the lane of the likeliest emotion; this and the next are counted in the lanes."""
        return slice(0, self.px(16))

    @cached_property
    def row(self) -> int:
        """Height of an emotion's row, the line below it included."""
        return self.px(15.5)

    @cached_property
    def heat(self) -> slice:
        """Rows of the heat-map."""
        top = self.highest.stop + self.px(4)
        return slice(top, top + self.emotions * self.row)

    @cached_property
    def lanes_height(self) -> int:
        """Of the lanes with their time axis."""
        return self.heat.stop + self.px(18)

    @cached_property
    def whole(self) -> slice:
        """Rows of the strip in which the whole recording lies; empty where there is none."""
        top = self.header + self.lanes_height
        return slice(top + self.px(4), top + self.px(16)) if self.has_whole else slice(top, top)

    @cached_property
    def height(self) -> int:
        """Of the whole strip, even."""
        return (self.whole.stop + self.px(7) + 1) // 2 * 2

    @cached_property
    def font(self) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        """For everything that is written."""
        return ImageFont.load_default(size=12 * self.unit)


def colour(name: str) -> np.ndarray:
    """(3,) uint8."""
    return np.array(ImageColor.getrgb(name)[:3], np.uint8)


class Lanes:
    """Draws any stretch of the lanes.

    Args:
        timeline: what they show
        duration: of the recording, s
        measures: of the strip
        pace: pixels a second
    """

    def __init__(
        self, timeline: EmotionTimeline, duration: float, measures: Measures, pace: float
    ) -> None:
        self._timeline, self._duration = timeline, duration
        self._measures, self._pace = measures, pace
        self._edges = look.cell_edges(timeline, duration)
        self._has_result = timeline.has_result
        likeliest = np.argmax(timeline.probabilities, axis=1)
        self._kinds = np.where(self._has_result, likeliest, len(timeline.labels))
        names = np.array([*timeline.labels, ""])
        self._is_calm = names[self._kinds] == look.HATCHED
        self._steps = np.minimum(9, np.floor(10 * timeline.probabilities + 0.5).astype(int))
        self._stretches = look.stretches(timeline, duration)
        starts = [stretch.start for stretch in self._stretches]
        self._stretch_of = np.searchsorted(starts, self._edges[:-1], side="right")
        self._ramp = np.stack([colour(each) for each in look.HEAT])
        self._colours = np.stack(
            [*(colour(look.COLOURS[label]) for label in timeline.labels), colour(look.WELL)]
        )
        # A piece or two are in view; a third one is drawn before the first is forgotten.
        self.piece = lru_cache(maxsize=3)(self._piece)

    def window_at(self, seconds: float | np.ndarray) -> np.ndarray:
        """Index of the window whose cell lies at a time."""
        found = np.searchsorted(self._edges, seconds, side="right") - 1
        return np.clip(found, 0, len(self._timeline) - 1)

    def cell(self, window: int) -> tuple[float, float]:
        """Start and end of a window's cell, s."""
        return float(self._edges[window]), float(self._edges[window + 1])

    def _piece(self, number: int) -> np.ndarray:
        """(lanes_height, lanes_width, 3) uint8: one of the pieces that the lanes are made of."""
        size = self._measures
        out = np.empty((size.lanes_height, size.lanes_width, 3), np.uint8)
        out[:] = colour(look.PAPER)
        columns = np.arange(size.lanes_width) + number * size.lanes_width
        times = (columns + 0.5) / self._pace
        is_inside = times < self._duration
        at, before = self.window_at(times), self.window_at(times - 1 / self._pace)
        out[size.highest] = self._highest(columns, at, before)
        out[size.heat] = self._heat(columns, at, before)
        out[: size.heat.stop, ~is_inside] = colour(look.PAPER)
        picture = Image.fromarray(out)
        self._write(picture, float(columns[0]))
        return np.asarray(picture)

    def whole(self) -> np.ndarray:
        """(height, lanes_width, 3) uint8: the likeliest emotions of the whole recording."""
        size = self._measures
        columns = np.arange(size.lanes_width)
        at = self.window_at((columns + 0.5) * self._duration / size.lanes_width)
        height = size.whole.stop - size.whole.start
        row = self._flat(columns, at)
        shown = np.repeat(row[None], height, axis=0)
        gaps = ~self._has_result[at]
        shown[:, gaps] = self._hatch(columns, height)[:, gaps]
        return shown

    def _flat(self, columns: np.ndarray, at: np.ndarray) -> np.ndarray:
        """(columns, 3) colour of the likeliest emotion; calm is an upright hatch."""
        is_line = columns % self._measures.px(4) < self._measures.px(1.3)
        is_paper = self._is_calm[at] & ~is_line
        return np.where(is_paper[:, None], colour(look.PAPER), self._colours[self._kinds[at]])

    def _highest(self, columns: np.ndarray, at: np.ndarray, before: np.ndarray) -> np.ndarray:
        lane = np.repeat(self._flat(columns, at)[None], self._measures.highest.stop, axis=0)
        edge, is_calm = self._measures.px(1), self._is_calm[at]
        reach = (-0.5 - edge, 0.5 + edge)  # px to either side; the first column is the gap
        sides = np.stack([self.window_at((columns + x) / self._pace) for x in reach])
        is_end = np.any(self._stretch_of[sides] != self._stretch_of[at], axis=0)
        is_side = is_calm & is_end  # without which a short stretch reads as I I
        lane[:edge, is_calm] = lane[-edge:, is_calm] = lane[:, is_side] = colour(
            look.COLOURS[look.HATCHED]
        )
        lane[:, self._stretch_of[at] != self._stretch_of[before]] = colour(look.PAPER)
        return lane

    def _heat(self, columns: np.ndarray, at: np.ndarray, before: np.ndarray) -> np.ndarray:
        size = self._measures
        cells = self._ramp[self._steps[at]]  # (columns, emotions, 3)
        is_wide = np.diff(self._edges).mean() * self._pace > _NARROW
        if is_wide:
            cells[at != before] = colour(look.PAPER)
        shown = np.repeat(cells.swapaxes(0, 1), size.row, axis=0)
        for line in range(size.px(1)):
            shown[size.row - 1 - line :: size.row] = colour(look.PAPER)
        gaps = ~self._has_result[at]
        shown[:, gaps] = self._hatch(columns, len(shown))[:, gaps]
        is_new = self._stretch_of[at] != self._stretch_of[before]
        shown[:, is_new & (gaps | ~self._has_result[before])] = colour(look.PAPER)
        return shown

    def _hatch(self, columns: np.ndarray, height: int) -> np.ndarray:
        """(height, columns, 3) slanted lines, which go on from piece to piece."""
        period, width = self._measures.px(7), self._measures.px(1.4)
        is_line = (columns[None] + np.arange(height)[:, None]) % period < width
        return np.where(is_line[..., None], colour(look.HATCH), colour(look.HATCH_PAPER))

    def _write(self, picture: Image.Image, first: float) -> None:
        """Put the words into a piece that begins at a column."""
        draw, size, pace = ImageDraw.Draw(picture), self._measures, self._pace
        for stretch in self._stretches:
            left, right = stretch.start * pace - first, stretch.end * pace - first
            if right > 0 and left < size.lanes_width:
                write = self._write_name if stretch.has_result else self._write_reason
                write(picture, draw, stretch.text, left, right)
        self._write_axis(draw, first)

    def _write_name(
        self, picture: Image.Image, draw: ImageDraw.ImageDraw, text: str, left: float, right: float
    ) -> None:
        """Write an emotion's name at the start of its stretch, and again in a long one."""
        size, name = self._measures, text.capitalize()
        room, middle = size.font.getlength(name) + size.px(10), size.highest.stop / 2
        while right - left > room:
            place = (left + size.px(5), middle)
            if text == look.HATCHED:
                paper = (left + size.px(2), size.px(1), left + room - size.px(2))
                draw.rectangle((*paper, size.highest.stop - 1 - size.px(1)), fill=look.PAPER)
            draw.text(place, name, font=size.font, fill=look.text_on(text), anchor="lm")
            left += max(room, size.lanes_width / 2)

    def _write_reason(
        self, picture: Image.Image, draw: ImageDraw.ImageDraw, text: str, left: float, right: float
    ) -> None:
        """Write upright why there is no result, where there is room."""
        size = self._measures
        if right - left < size.px(15):
            return
        box = Image.new("RGB", (round(size.font.getlength(text)) + size.px(8), size.px(14)))
        ImageDraw.Draw(box).rectangle((0, 0, *box.size), fill=look.PAPER)
        place = (box.width / 2, box.height / 2)
        ImageDraw.Draw(box).text(place, text, font=size.font, fill=look.INK_SOFT, anchor="mm")
        upright = box.transpose(Image.Transpose.ROTATE_90)
        count = max(1, int((right - left) / (size.lanes_width / 2)))
        top = (size.heat.start + size.heat.stop - upright.height) // 2
        for number in range(count):
            middle = left + (number + 0.5) * (right - left) / count
            picture.paste(upright, (round(middle - upright.width / 2), top))

    def _write_axis(self, draw: ImageDraw.ImageDraw, first: float) -> None:
        size, pace = self._measures, self._pace
        widest = size.font.getlength("0:00:00") + size.px(8)
        step = next((each for each in _TICKS if each * pace >= widest), _TICKS[-1])
        top, number = size.heat.stop + size.px(3), max(0, int(first / pace / step) - 1)
        end = round(self._duration * pace) - first
        while (x := number * step * pace - first) < size.lanes_width + widest:
            if number * step <= self._duration:
                near_start, near_end = number == 0, x > end - widest / 2
                anchor = "la" if near_start else "ra" if near_end else "ma"
                draw.line((x, size.heat.stop, x, size.heat.stop + size.px(2)), fill=look.HATCH)
                text = look.clock(number * step)
                draw.text((x, top), text, font=size.font, fill=look.INK_FAINT, anchor=anchor)
            number += 1
