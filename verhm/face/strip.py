"""The strip below a face: the emotions' probabilities over time, with a playhead.

Drawn once in pieces; per frame, pixels are only moved and a few coloured, which costs less than
a millisecond.
"""

from functools import lru_cache
from typing import Any, Final

import numpy as np
from PIL import Image, ImageDraw

from verhm.face.marks import draw_mark
from verhm.face.strip_lanes import SPAN, Lanes, Measures, colour
from verhm.report import look
from verhm.types import EmotionTimeline

NARROWEST: Final = 256  # px; the words need as much
_BASE: Final = 512  # px of the face for which lengths are given
_TINT: Final = 0.13  # strength of the tint over the window around the playhead
_NOTE: Final = "Decision support, not a diagnosis"


class Strip:
    """Draws the strip at any moment.

    A recording of up to a minute is shown whole. Of a longer one, the half minute before and after
    the playhead is shown (the first and the last minute at its ends), with the whole below it.

    Args:
        timeline: what it shows
        duration: of the recording, s
        width: of the strip, px
        face_size: of the face above it, px; lengths and letters grow with it

    Attributes:
        height: px, even
    """

    def __init__(
        self, timeline: EmotionTimeline, duration: float, width: int, face_size: int
    ) -> None:
        self._timeline, self._duration = timeline, duration
        self._span = min(SPAN, duration)
        size = self._measures = Measures(
            width, max(1.0, face_size / _BASE), len(timeline.labels), duration > SPAN
        )
        self._pace = size.lanes_width / self._span
        self._lanes = Lanes(timeline, duration, size, self._pace)
        self._order = np.argsort(-timeline.probabilities, axis=1)
        self._still = self._draw_still()
        self._header = lru_cache(maxsize=1)(self._draw_header)
        self.height = size.height

    def draw(self, out: np.ndarray, seconds: float) -> None:
        """Fill (height, width, 3) uint8 with the strip at a moment of the recording."""
        size = self._measures
        window = int(self._lanes.window_at(seconds))
        first = round(
            min(max(0.0, seconds - self._span / 2), self._duration - self._span) * self._pace
        )
        out[:] = self._still
        out[: size.header] = self._header(window, int(seconds))
        lanes = out[size.header : size.header + size.lanes_height, size.left :][
            :, : size.lanes_width
        ]
        self._copy(lanes, first)
        self._draw_window(lanes, window, first)
        self._draw_playhead(lanes, min(round(seconds * self._pace) - first, size.lanes_width - 1))
        if size.has_whole:
            self._draw_view(out[size.whole, size.left :][:, : size.lanes_width], seconds, first)

    def _copy(self, lanes: np.ndarray, first: int) -> None:
        """Put the lanes' pieces where they are seen."""
        number, cut = divmod(first, lanes.shape[1])
        rest = lanes.shape[1] - cut
        lanes[:, :rest] = self._lanes.piece(number)[:, cut:]
        if cut:
            lanes[:, rest:] = self._lanes.piece(number + 1)[:, :cut]

    def _columns(self, start: float, end: float, first: int) -> slice:
        left, right = (round(time * self._pace) - first for time in (start, end))
        return slice(max(0, left), max(0, right))

    def _draw_window(self, lanes: np.ndarray, window: int, first: int) -> None:
        """Tint what the window covers in time, and frame its cell, where that leaves one to see."""
        size, timeline = self._measures, self._timeline
        within = self._columns(timeline.starts[window], timeline.ends[window], first)
        below = lanes[size.heat.stop :, within]
        below[:] = (1 - _TINT) * below + _TINT * colour(look.ACCENT).astype(np.float32)
        cell = self._columns(*self._lanes.cell(window), first)
        rows = slice(size.heat.start - size.px(2), size.heat.stop + size.px(1))
        if cell.stop - cell.start < size.px(8):
            return
        _frame(lanes, rows, cell, size.px(1.2), colour(look.INK))

    def _draw_playhead(self, lanes: np.ndarray, x: int) -> None:
        size = self._measures
        lanes, width, edge = lanes[: size.heat.stop], size.px(1.5), size.px(1)
        lanes[:, max(0, x - edge) : x + width + edge] = colour(look.PAPER)
        lanes[:, x : x + width] = colour(look.INK)

    def _draw_view(self, whole: np.ndarray, seconds: float, first: int) -> None:
        """Frame the visible minute in the lane of the whole recording."""
        size = self._measures
        share = size.lanes_width / (self._duration * self._pace)
        view = slice(round(first * share), round((first + size.lanes_width) * share))
        _frame(whole, slice(0, len(whole)), view, size.px(1.5), colour(look.INK))
        self._draw_playhead(
            whole, min(round(seconds / self._duration * size.lanes_width), size.lanes_width - 1)
        )

    def _draw_still(self) -> np.ndarray:
        """(height, width, 3) what never changes: paper, names, the whole recording."""
        size = self._measures
        picture = Image.new("RGB", (size.width, size.height), look.PAPER)
        draw = ImageDraw.Draw(picture)
        middle = size.header + size.highest.stop / 2
        draw.text((size.px(8), middle), "Highest", font=size.font, fill=look.INK_SOFT, anchor="lm")
        for row, label in enumerate(self._timeline.labels):
            middle = size.header + size.heat.start + (row + 0.5) * size.row - size.px(1) / 2
            self._draw_name(picture, label, size.px(8), middle)
        self._draw_key(draw)
        if not size.has_whole:
            return np.asarray(picture)
        middle = (size.whole.start + size.whole.stop) / 2
        draw.text((size.px(8), middle), "Whole", font=size.font, fill=look.INK_SOFT, anchor="lm")
        still = np.array(picture)
        still[size.whole, size.left :][:, : size.lanes_width] = self._lanes.whole()
        return still

    def _draw_key(self, draw: ImageDraw.ImageDraw) -> None:
        """Say what the heat-map's darkness means: probabilities from 0 to 1."""
        size = self._measures
        top, left = size.header + size.heat.stop + size.px(3), size.px(8)
        text: dict[str, Any] = {"font": size.font, "fill": look.INK_FAINT, "anchor": "la"}
        draw.text((left, top), "p 0", **text)
        left += round(size.font.getlength("p 0")) + size.px(3)
        for step in look.HEAT:
            draw.rectangle(
                (left, top + size.px(2), left + size.px(3.6), top + size.px(9)), fill=step
            )
            left += size.px(3.6)
        draw.text((left + size.px(3), top), "1", **text)

    def _draw_name(self, picture: Image.Image, label: str, left: int, middle: float) -> int:
        """Write an emotion's mark and name; returns where they end."""
        size = self._measures
        mark = draw_mark(label, size.px(11))
        picture.paste(mark, (left, round(middle - mark.height / 2)), mark)
        left += mark.width + size.px(5)
        place, name = (left, middle), label.capitalize()
        ImageDraw.Draw(picture).text(place, name, font=size.font, fill=look.INK, anchor="lm")
        return left + round(size.font.getlength(name))

    def _draw_header(self, window: int, seconds: int) -> np.ndarray:
        """(header, width, 3): the time, what the window's result is, what it is not."""
        size, middle = self._measures, self._measures.header / 2
        picture = Image.new("RGB", (size.width, size.header), look.PAPER)
        draw, font = ImageDraw.Draw(picture), size.font
        draw.text((size.px(8), middle), look.clock(seconds), font=font, fill=look.INK, anchor="lm")
        left = size.left
        if not self._timeline.has_result[window]:
            words = f"No result: {look.REASONS[self._timeline.status[window]]}"
            draw.text((left, middle), words, font=font, fill=look.INK, anchor="lm")
            left += round(font.getlength(words))
        else:
            for emotion in self._order[window, :2]:
                left = self._draw_result(picture, window, int(emotion), left) + size.px(16)
        right = size.left + size.lanes_width
        if right - font.getlength(_NOTE) > left + size.px(8):
            draw.text((right, middle), _NOTE, font=font, fill=look.INK_FAINT, anchor="rm")
        return np.asarray(picture)

    def _draw_result(self, picture: Image.Image, window: int, emotion: int, left: int) -> int:
        """Write an emotion with its probability; returns where that ends."""
        size, middle = self._measures, self._measures.header / 2
        left = self._draw_name(picture, self._timeline.labels[emotion], left, middle) + size.px(5)
        value = f"{self._timeline.probabilities[window, emotion]:.2f}".removeprefix("0")
        draw = ImageDraw.Draw(picture)
        draw.text((left, middle), value, font=size.font, fill=look.INK, anchor="lm")
        return left + round(size.font.getlength(value))


def _frame(picture: np.ndarray, rows: slice, columns: slice, line: int, ink: np.ndarray) -> None:
    """Draw the four sides of a rectangle into (H, W, 3)."""
    rows = slice(max(0, rows.start), rows.stop)
    inside = picture[rows, columns]
    inside[:line] = inside[-line:] = ink
    inside[:, :line] = inside[:, -line:] = ink
