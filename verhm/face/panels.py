"""What a video shows besides the face, put together frame by frame: panels, and a strip below."""

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from verhm.audio.media import look_at_picture, open_picture
from verhm.audio.picture_stream import PictureStream
from verhm.errors import RequestError
from verhm.face.drawing import WORKERS, draw_frames
from verhm.face.picture import caption_band, over
from verhm.face.strip import NARROWEST, Strip
from verhm.report import look
from verhm.settings import VideoSettings
from verhm.types import EmotionTimeline, MorphSequence

AS_HEARD: Final = "As heard"
NEUTRAL: Final = "Same words, said neutrally"
RECORDING: Final = "The recording"
_NO_PICTURE: Final = "No picture at this moment"
_SHAPES: Final = (0.5, 16 / 9)  # width over height that a panel may have; others get margins


@dataclass(frozen=True, eq=False)
class Beside:
    """What a video shows besides the face; nothing by default.

    Attributes:
        timeline: below the face, the probabilities over time
        neutral: at the right of the face, another that says the same words neutrally
        film: at the left of the face, the picture of this file, whose sound the face follows
    """

    timeline: EmotionTimeline | None = None
    neutral: MorphSequence | None = None
    film: Path | None = None


ALONE: Final = Beside()


def refuse_unfit(settings: VideoSettings, film: Path | None, has_timeline: bool) -> None:
    """Find out before any work what cannot be shown.

    Raises:
        AudioError: E10–E13, E16 and E19 when the film cannot be shown
        RequestError: E71 when the face is too small for a timeline below it
    """
    if film:
        look_at_picture(film)
    if has_timeline and settings.size < NARROWEST:
        raise RequestError(
            "E71",
            f"The video size is {settings.size} px, too small for a timeline that can be read.",
            f"Choose one from {NARROWEST} px, or leave the timeline out.",
        )


class Panels:
    """The frames of a video, whatever it shows.

    Args:
        morphs: the face over time
        settings: size of the face, caption
        beside: what else is shown
        waiting: called again and again while something takes long; may raise

    Attributes:
        shape: height and width of the frames, px, even

    Raises:
        AudioError: E10–E19 when the film cannot be shown
        RequestError: E71 when the face is too small for what is written below it
    """

    def __init__(
        self,
        morphs: MorphSequence,
        settings: VideoSettings,
        beside: Beside,
        waiting: Callable[[], None],
    ) -> None:
        refuse_unfit(settings, None, beside.timeline is not None)
        if beside.neutral and len(beside.neutral.weights) != len(morphs.weights):
            raise ValueError("both faces must say the same words")
        self._morphs, self._settings = morphs, settings
        self._beside, self._waiting = beside, waiting
        self._picture = look_at_picture(beside.film) if beside.film else None
        widths = [settings.size] * (2 if beside.neutral else 1)
        if self._picture:
            widths.insert(0, _panel_width(self._picture.aspect, settings.size))
        between = 2 * max(1, round(settings.size / 256))
        starts = np.cumsum([0, *(width + between for width in widths[:-1])])
        self._columns = [
            slice(int(start), int(start) + width)
            for start, width in zip(starts, widths, strict=True)
        ]
        width = self._columns[-1].stop
        timeline, seconds = beside.timeline, morphs.duration
        self._strip = Strip(timeline, seconds, width, settings.size) if timeline else None
        self.shape = (settings.size + (self._strip.height if self._strip else 0), width)

    def frames(self) -> Generator[np.ndarray, None, None]:
        """Yield (height, width, 3) uint8 pictures in order, each to be used before the next."""
        with contextlib.ExitStack() as stack:
            panels = [*self._film(stack), *self._faces(stack)]
            if len(panels) == 1 and self._strip is None and self._picture is None:
                yield from panels[0]
                return
            size = self._settings.size
            frame = np.empty((*self.shape, 3), np.uint8)
            frame[:] = 255  # the lines between the panels
            for number, pictures in enumerate(zip(*panels, strict=True)):
                for columns, picture in zip(self._columns, pictures, strict=True):
                    frame[:size, columns] = picture
                if self._strip:
                    self._strip.draw(frame[size:], number / self._morphs.frame_rate)
                yield frame

    def _faces(self, stack: contextlib.ExitStack) -> Iterator[Iterator[np.ndarray]]:
        """The face, or both: then each is drawn by its own process, and both at once."""
        settings, neutral = self._settings, self._beside.neutral
        shown = [(self._morphs, AS_HEARD if neutral else "")]
        if neutral:
            shown.append((neutral, NEUTRAL))
        for morphs, heading in shown:
            workers = 1 if neutral else WORKERS
            faces = draw_frames(morphs, settings, self._waiting, workers, heading)
            yield stack.enter_context(contextlib.closing(faces))

    def _film(self, stack: contextlib.ExitStack) -> Iterator[Iterator[np.ndarray]]:
        if self._picture is None or self._beside.film is None:
            return
        shape = (self._settings.size, self._columns[0].stop)
        rate = self._morphs.frame_rate
        opened = open_picture(self._beside.film, self._picture, shape, rate, self._waiting)
        yield _captioned(stack.enter_context(opened), shape, rate, len(self._morphs.weights))


def _panel_width(aspect: float, size: int) -> int:
    """Even width of the panel that shows a picture as high as the face, or as wide as it may be."""
    return 2 * round(min(max(aspect, _SHAPES[0]), _SHAPES[1]) * size / 2)


def _captioned(
    stream: PictureStream, shape: tuple[int, int], frame_rate: float, count: int
) -> Iterator[np.ndarray]:
    """The film's frames in step with the face's, each with a line that says what it is."""
    band = caption_band(shape[1], shape[0], "", RECORDING)
    empty = _empty(shape)
    frame = np.empty((*shape, 3), np.uint8)
    for number in range(count):
        # The middle of the time for which the frame is shown.
        picture = stream.at((number + 0.5) / frame_rate)
        frame[:] = empty if picture is None else picture
        frame[-len(band) :] = over(band, frame[-len(band) :]).round()
        yield frame


def _empty(shape: tuple[int, int]) -> np.ndarray:
    """What stands where the film has no picture."""
    height, width = shape
    picture = Image.new("RGB", (width, height), look.INK_DEEP)
    font = ImageFont.load_default(size=max(9.0, height * 0.03))
    place = (width / 2, height / 2)
    ImageDraw.Draw(picture).text(place, _NO_PICTURE, font=font, fill=look.HATCH, anchor="mm")
    return np.asarray(picture)
