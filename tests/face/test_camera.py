import numpy as np
import pytest

from verhm.face.camera import Camera, bounding_box
from verhm.face.rendering import Renderer
from verhm.face.rig import load_face
from verhm.labels import MORPHS


def test_the_middle_of_view_is_the_middle_of_the_picture():
    camera = Camera(512)
    np.testing.assert_allclose(camera.project(np.array([[0, camera.height, 1.0]])), [[256, 256]])


def test_the_shown_slice_fills_the_picture_at_any_size():
    for size in (128, 512, 1080):
        camera = Camera(size)
        half = camera.shown / 2
        ends = np.array([[0, camera.height + half, 1.0], [half, camera.height - half, 1.0]])
        np.testing.assert_allclose(camera.project(ends), [[size / 2, 0], [size, size]], atol=1e-9)


def test_the_persons_left_is_on_the_right():
    assert Camera(512).project(np.array([[0.5, 7.0, 1.0]]))[0, 0] > 256


def test_a_box_holds_its_points_and_stays_inside():
    points = np.array([[10.2, 20.7], [100.9, 400.1]])
    box = bounding_box(points, 512, margin=4)
    assert (box.left, box.top, box.right, box.bottom) == (6, 16, 105, 405)
    assert bounding_box(points, 200, margin=50).bottom == 200


@pytest.mark.model
def test_there_is_air_above_the_hair():
    """The review screen cuts the uppermost 7 % of the picture off."""
    with Renderer(load_face(), 128) as renderer:
        picture = renderer.draw(np.zeros(len(MORPHS), np.float32))
    assert picture[: round(0.08 * 128)].min() > 180
