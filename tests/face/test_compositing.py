import numpy as np
import pytest

from verhm.face.camera import Box, Camera
from verhm.face.compositing import FINER, Compositor
from verhm.face.head import STRAIGHT
from verhm.face.opengl import upload
from verhm.face.relief import Relief
from verhm.face.rendering import Renderer
from verhm.face.rig import load_face

pytestmark = pytest.mark.model
SIZE = 128
FINE = FINER * SIZE


@pytest.fixture(scope="module")
def scene():
    """A compositor of noise, within a context of OpenGL, and the layers it was given."""
    face, random = load_face(), np.random.default_rng(0)
    back = random.integers(0, 256, (FINE, FINE, 3), np.uint8)
    front = np.zeros((FINE, FINE, 4), np.uint8)
    front[: FINE // 3] = (40, 30, 20, 128)  # half-transparent hair above
    with Renderer(face, SIZE):
        relief = Relief.of(face, Camera(SIZE))
        yield Compositor(Camera(SIZE), relief, back, front), relief, back, front


def halved(picture: np.ndarray) -> np.ndarray:
    """Each pixel the mean of four."""
    return picture.reshape(SIZE, FINER, SIZE, FINER, -1).mean(axis=(1, 3))


def under(front: np.ndarray, shown: np.ndarray) -> np.ndarray:
    return front[..., :3] + (1 - front[..., 3:] / 255.0) * shown


def test_a_straight_head_shows_each_pixel_as_the_mean_of_the_layers_four(scene):
    compositor, _, back, front = scene
    expected = halved(under(front.astype(float), back))
    assert np.abs(compositor.still - expected).max() <= 2


def test_what_moves_lies_behind_the_hair_and_before_the_back(scene):
    compositor, relief, back, front = scene
    frame, box = Box(0, 0, SIZE, SIZE), compositor.box
    half = np.zeros((FINE, FINE, 4), np.uint8)
    half[:, : FINE // 2] = (200, 100, 50, 255)
    drawn = compositor.draw(upload(half[::-1]), frame, STRAIGHT)
    skin = np.where(half[..., 3:] > 0, half[..., :3], back).astype(float)
    expected = halved(under(front.astype(float), skin))[box.window]
    cell = np.ones((SIZE // len(relief.covered),) * 2)
    covered = np.kron(relief.covered, cell).astype(bool)[box.window]
    away = np.abs(drawn - expected)[covered]
    assert np.median(away) <= 1 and np.percentile(away, 98) <= 3


def test_a_turn_changes_the_head_and_not_the_wall_beside_it(scene):
    compositor, relief, *_ = scene
    nothing = upload(np.zeros((4, 4, 4), np.uint8))
    turned = compositor.draw(nothing, Box(0, 0, SIZE, SIZE), np.deg2rad([5, -6, 4]))
    still = compositor.still[compositor.box.window]
    away = np.abs(turned.astype(int) - still).max(axis=2)
    turns = np.kron(relief.turns | relief.covered, np.ones((2, 2)))[compositor.box.window] > 0
    assert away[~turns].max(initial=0) == 0
    assert away[turns].mean() > 20
