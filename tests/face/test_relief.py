import numpy as np
import pytest
from PIL import Image, ImageDraw

from verhm.face.camera import Camera
from verhm.face.head import LARGEST, Neck, turned
from verhm.face.relief import CELLS, Relief, corners, moving_box, triangles
from verhm.face.rig import avatar_titles, load_face
from verhm.face.viewing.mesh import sort_mesh
from verhm.labels import MORPHS

CAMERA = Camera(256)


@pytest.fixture(scope="module")
def face():
    return load_face()


@pytest.fixture(scope="module")
def relief(face):
    return Relief.of(face, CAMERA)


def test_every_point_shows_at_its_cells_corner(relief):
    places = CAMERA.project(relief.points) / CAMERA.size
    np.testing.assert_allclose(places, corners(), atol=1e-4)


def test_the_wall_at_the_edge_keeps_still_and_the_crown_turns_with_the_head(face, relief):
    share = relief.share.reshape(CELLS + 1, CELLS + 1)
    edge = np.concatenate([share[0], share[-1], share[:, 0], share[:, -1]])
    assert not edge.any()
    column, row = np.rint(CAMERA.project(face.strands.reshape(-1, 3)).mean(axis=0) * CELLS / 256)
    assert share[int(row), int(column)] == pytest.approx(1, abs=1e-3)


def test_the_largest_turns_stretch_no_cell_so_far_that_it_smears(relief):
    """At the outline cells also fold over, as what is behind the head disappears there."""
    cells = triangles(np.ones((CELLS, CELLS), bool))
    straight = _areas(CAMERA.project(relief.points)[cells])
    for way in ((1, 1, 1), (-1, 1, -1), (1, -1, 0), (0, -1, 1)):
        points = turned(relief.points, relief.share, way * LARGEST)
        assert np.all(np.abs(_areas(CAMERA.project(points)[cells]) / straight) < 5)


def test_what_moves_stays_within_the_cells_that_are_drawn_anew(face, relief):
    seen = CAMERA.project(face.vertices(_weights(1))[face.moving])
    columns, rows = (seen.T * CELLS / CAMERA.size).astype(int)
    assert np.all(relief.covered[rows, columns])
    assert not relief.covered[:4].any()  # nothing above the hair moves by itself


@pytest.mark.parametrize("avatar", list(avatar_titles()))
def test_what_is_drawn_while_it_plays_hides_the_hidden_cells_however_the_head_is_turned(avatar):
    face = load_face(name=avatar)
    relief, share = Relief.of(face, CAMERA), Neck.of(face).share(face.neutral)
    mesh = sort_mesh(face)
    moving = mesh.vertices[mesh.coarse]
    gaping = np.eye(len(MORPHS), dtype=np.float32)[MORPHS.index("jawOpen")]
    assert relief.hidden.sum() > 0.35 * relief.covered.sum()
    for seed, way in enumerate(((0, 0, 0), (1, 1, 1), (-1, -1, 1), (1, -1, -1), (-1, 1, 0))):
        cells = turned(relief.points, relief.share, way * LARGEST)[triangles(relief.hidden)]
        for weights in (_weights(seed), gaping):
            posed = turned(face.vertices(weights), share, way * LARGEST)
            assert not (_drawn(cells) & ~_drawn(posed[moving], from_behind=False)).any()


def _drawn(corners: np.ndarray, from_behind: bool = True) -> np.ndarray:
    """(H, W) the pixels that (T, 3, 3) triangles cover, those seen from behind only if asked."""
    picture = Image.new("1", (CAMERA.size, CAMERA.size))
    pen = ImageDraw.Draw(picture)
    flat = CAMERA.project(corners.reshape(-1, 3)).reshape(-1, 3, 2)
    for triangle in flat[from_behind | (_areas(flat) < 0)]:
        pen.polygon([tuple(corner) for corner in triangle], fill=1)
    return np.asarray(picture)


def test_the_moving_box_holds_the_face_however_it_is_turned(face):
    box = moving_box(face, CAMERA)
    posed, share = face.vertices(_weights(2)), Neck.of(face).share(face.neutral)
    for way in ((1, 1, 1), (-1, -1, 1), (1, -1, -1)):
        x, y = CAMERA.project(turned(posed, share, way * LARGEST)[face.is_moving]).T
        assert box.left <= x.min() and x.max() <= box.right
        assert box.top <= y.min() and y.max() <= box.bottom
    assert box.width < CAMERA.size  # the wall at the sides is never drawn anew


def _weights(seed: int) -> np.ndarray:
    """A lively face, as one sees it while somebody talks."""
    return (0.6 * np.random.default_rng(seed).random(52)).astype(np.float32)


def _areas(flat: np.ndarray) -> np.ndarray:
    """(T,) signed areas of (T, 3, 2) triangles."""
    (ax, ay), (bx, by) = (flat[:, 1] - flat[:, 0]).T, (flat[:, 2] - flat[:, 0]).T
    return (ax * by - ay * bx) / 2
