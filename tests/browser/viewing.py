"""The turning face on a page that holds nothing else, in a browser that draws without a GPU."""

import base64
import functools
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from ui.review_scripts import review_script
from verhm.face.camera import Camera
from verhm.face.rig import DEFAULT, FaceModel, load_face
from verhm.face.viewing.payload import bytes_per_frame, pack_face, pack_frames
from verhm.labels import MORPHS
from verhm.types import MorphSequence

SITE = "http://127.0.0.1:1"  # nobody listens there: every request is answered by the test
RATE = 30.0
PIECE = 1_800  # frames
BYTES = bytes_per_frame(len(MORPHS))
READY = 30_000  # ms until the face is there, on a busy machine
# The review's script without its last line, which would start the whole screen.
OPEN = """async ([script, size]) => {
  const canvas = document.createElement("canvas");
  canvas.style.cssText = `display: block; width: ${size}px; height: ${size}px`;
  document.body.replaceChildren(canvas);
  window.said = [];
  const say = (word) => () => window.said.push(word);
  const told = {};
  for (const word of ["lost", "found", "failed", "arrived"]) told[word] = say(word);
  const parts = script.slice(0, script.lastIndexOf("startReview();"));
  const open = Function(`${parts}; return openViewer;`)();
  window.viewer = await open(canvas, "/motion/run", told);
  window.viewer.reopen = (another) => open(another, "/motion/run", told);
}"""
SHOWN = """frame => {
  const { frame: shown, drawn } = document.querySelector("canvas").dataset;
  return shown === String(frame) && drawn === "best";
}"""
SETTLED = """() => {
  const { angle, drawn } = document.querySelector("canvas").dataset;
  const { yaw, pitch, isTurning } = viewer.orbit.state;
  return !isTurning && drawn === "best" && angle === `${yaw.toFixed(1)} ${pitch.toFixed(1)}`;
}"""


@functools.cache
def packed_face(avatar: str) -> bytes:
    """A face as it is sent; made once."""
    return pack_face(load_face(name=avatar))


class MadeUpRun:
    """Answers what the viewer asks for, and counts it.

    Args:
        weights: (F, M) of the run
        avatar: whose face
        head: (F, 3) radians; straight when left out
    """

    def __init__(
        self, weights: np.ndarray, avatar: str = DEFAULT, head: np.ndarray | None = None
    ) -> None:
        still = np.zeros((0, 3), np.float32)
        self.packed = pack_frames(
            MorphSequence(weights, RATE, head=still if head is None else head)
        )
        self.asked: list[str] = []
        self.refused: set[str] = set()
        self.unanswered: set[str] = set()
        self._face = packed_face(avatar)

    def forget(self) -> None:
        """Answer everything again, and count anew."""
        for told in (self.asked, self.refused, self.unanswered):
            told.clear()

    def answer(self, route: Route) -> None:
        """Give one request its answer."""
        path = route.request.url.removeprefix(SITE)
        self.asked.append(path)
        if path in self.unanswered:
            return
        if path in self.refused:
            route.fulfill(status=404)
        elif path == "/":
            route.fulfill(content_type="text/html", body="<!doctype html><body style='margin:0'>")
        elif path == "/motion/run":
            route.fulfill(content_type="application/json", body=json.dumps(self.about()))
        elif path == "/face/hash":
            route.fulfill(content_type="application/octet-stream", body=self._face)
        else:
            length = PIECE * BYTES
            first = int(path.rpartition("/")[2]) * length
            route.fulfill(body=self.packed[first : first + length])

    def about(self) -> dict:
        frames = len(self.packed) // BYTES
        counts = {"frames": frames, "frame_rate": RATE, "piece": PIECE}
        sizes = {"morphs": len(MORPHS), "bytes": BYTES}
        return {"face": "/face/hash", "caption": "synthetic", **counts, **sizes}


@contextmanager
def viewer(browser: Browser, run: MadeUpRun, size: int = 256) -> Iterator[Page]:
    """A page on which the run's face is open; `viewer` is a global there."""
    page = browser.new_page(viewport={"width": max(size, 300), "height": max(size, 300)})
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.route(f"{SITE}/**", run.answer)
    page.goto(f"{SITE}/")
    page.evaluate(OPEN, [review_script(), size])
    yield page
    page.close()
    assert problems == []


def show(page: Page, time: float) -> None:
    """Seek, and wait until the frame of that time is drawn at its best."""
    page.evaluate("time => viewer.show(time)", time)
    page.wait_for_function(SHOWN, arg=int(time * RATE + 1e-4), timeout=READY)
    page.wait_for_timeout(50)


def picture_at_once(page: Page, time: float) -> np.ndarray:
    """(H, W, 3) uint8 pixels of a frame as a slow machine draws it while it plays."""
    drawn, address = page.evaluate(
        """(time) => {
          viewer.show(time);
          const canvas = document.querySelector("canvas");
          return [canvas.dataset.drawn, canvas.toDataURL()];
        }""",
        time,
    )
    assert drawn == "roughly"
    data = base64.b64decode(address.partition(",")[2])
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def settle(page: Page) -> None:
    """Wait until the face has stopped turning, and is drawn at its best."""
    page.wait_for_function(SETTLED, timeout=READY)
    page.wait_for_timeout(50)


def picture(page: Page, canvas: str = "canvas") -> np.ndarray:
    """(H, W, 3) uint8 pixels of a canvas as they are on the screen."""
    shot = page.locator(canvas).screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("RGB"))


def eyes_and_mouth(face: FaceModel, size: int) -> list[tuple[slice, slice]]:
    """Rows and columns of their boxes in a picture of this size."""
    lips = face.neutral[list(face.lips)].mean(axis=0)
    reaches = [(eye.centre, 0.042, 0.042) for eye in face.eyes] + [(lips, 0.06, 0.078)]
    boxes = []
    for centre, down, across in reaches:
        ((x, y),) = Camera(size).project(centre[None])
        rows = slice(round(y - down * size), round(y + down * size))
        boxes.append((rows, slice(round(x - across * size), round(x + across * size))))
    return boxes


def drag(page: Page, dx: int, dy: int) -> None:
    page.mouse.move(128, 128)
    page.mouse.down()
    page.mouse.move(128 + dx, 128 + dy, steps=5)
    page.mouse.up()
    settle(page)


def angle(page: Page) -> list[int]:
    return [round(float(each)) for each in page.get_attribute("canvas", "data-angle").split()]


def middle_of_skin(pixels: np.ndarray) -> float:
    """Column around which the face's skin lies."""
    red, _, blue = np.moveaxis(pixels.astype(int)[100:200], 2, 0)
    return float(np.nonzero((red - blue > 35) & (red > 90))[1].mean())
