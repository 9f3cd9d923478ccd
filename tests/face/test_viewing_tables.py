import numpy as np
import pytest

from verhm.face.rig import load_face
from verhm.face.shading import lid_shadow, mouth_light, shade
from verhm.face.viewing.tables import (
    Table,
    fold_tint,
    lid_table,
    light_map,
    mouth_table,
    octahedral_normals,
    surface_look,
)

VISIBLE = 1.5 / 255  # of a colour factor; less than that is not seen


def look_up(table: Table, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Straight lines between a table's values, as the browser draws them."""
    rows, columns = table.values.shape

    def along(limits, count, value):
        return np.clip((value - limits[0]) / (limits[1] - limits[0]), 0, 1) * (count - 1)

    y, x = along(table.rows, rows, row), along(table.columns, columns, column)
    top, left = np.minimum(y.astype(int), rows - 2), np.minimum(x.astype(int), columns - 2)
    down, right = y - top, x - left
    values = table.values
    above = values[top, left] * (1 - right) + values[top, left + 1] * right
    below = values[top + 1, left] * (1 - right) + values[top + 1, left + 1] * right
    return above * (1 - down) + below * down


def lit(normals: np.ndarray, light: np.ndarray, gloss: np.ndarray) -> np.ndarray:
    """What the browser makes of map and look: the nearest four texels, mixed."""
    size = 128
    flat = normals / np.abs(normals).sum(axis=1, keepdims=True)
    folded = (1 - np.abs(flat[:, [1, 0]])) * np.copysign(1, flat[:, :2])
    at = np.where(flat[:, 2:] < 0, folded, flat[:, :2])
    ends = (-1 + 1 / size, 1 - 1 / size)
    channels = [Table(channel, ends, ends) for channel in np.moveaxis(light_map(size), 2, 0)]
    found = np.column_stack([look_up(each, at[:, 1], at[:, 0]) for each in channels])
    look = surface_look(light, gloss)
    return found[:, :3] * look[:, :3] + found[:, 3:] * look[:, 3:]


def test_the_map_s_middle_faces_the_viewer_and_every_normal_has_its_place():
    normals = octahedral_normals(64)
    np.testing.assert_allclose(np.linalg.norm(normals, axis=2), 1, atol=1e-6)
    assert normals[31:33, 31:33, 2].min() > 0.99
    assert normals[0, :, 1].max() <= 0  # the first row looks down
    assert normals[0, 0, 2] < -0.9  # the corners look away


def test_light_from_the_map_is_that_of_the_video():
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(4_000, 3)).astype(np.float32)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light, gloss = rng.uniform(0.05, 1, (2, 4_000)).astype(np.float32)
    assert np.abs(lit(normals, light, gloss) - shade(normals, light, gloss)).max() < VISIBLE


def test_a_surface_in_the_dark_has_no_look():
    assert not surface_look(np.zeros(2, np.float32), np.ones(2, np.float32)).any()
    np.testing.assert_allclose(surface_look(np.ones(1, np.float32), np.ones(1, np.float32)), 1)


def test_a_fold_takes_least_from_red():
    red, green, blue = fold_tint()
    assert 0 < red < green <= blue


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("closed", [0.0, 0.4, 1.0])
def test_the_table_of_an_eye_is_its_shadow(side, closed):
    face = load_face()
    eye, weights = face.eyes[side], np.zeros(52)
    weights[[0, 7]] = closed
    posed = face.vertices(weights)
    ball, lid = posed[eye.vertices], posed[eye.lid]
    below = (np.interp(ball[:, 0], lid[:, 0], lid[:, 1]) - ball[:, 1]) / eye.radius
    found = look_up(lid_table(eye), below, (ball[:, 0] - eye.centre[0]) / eye.radius)
    assert np.abs(found - lid_shadow(ball, eye, lid)).max() < VISIBLE


def test_both_eyes_have_the_same_shadow():
    first, second = (lid_table(eye).values for eye in load_face().eyes)
    np.testing.assert_allclose(first, second, atol=1e-5)


def test_the_table_of_the_mouth_is_its_light():
    rng = np.random.default_rng(0)
    gaps, pushes = rng.uniform(-0.1, 0.3, 300), rng.uniform(-0.1, 0.3, 300)
    found = look_up(mouth_table(), gaps, pushes)
    wanted = [mouth_light(gap, push) for gap, push in zip(gaps, pushes, strict=True)]
    np.testing.assert_allclose(found, wanted, atol=0.003)
