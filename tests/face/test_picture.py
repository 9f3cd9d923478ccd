import numpy as np
import pytest

from verhm.face.picture import as_fine_as_shown, background, caption_layer, over


def test_an_empty_layer_changes_nothing():
    below = background(64)
    np.testing.assert_allclose(over(np.zeros((64, 64, 4), np.float32), below), below)


def test_an_opaque_layer_hides_everything():
    layer = np.full((8, 8, 4), 255, np.float32)
    np.testing.assert_allclose(over(layer, np.zeros((8, 8, 3))), 255)


def test_layers_can_be_joined_before_or_after():
    rng = np.random.default_rng(0)
    alpha = rng.uniform(0, 255, (2, 8, 8, 1))
    top, middle = np.concatenate([rng.uniform(0, 1, (2, 8, 8, 3)) * alpha, alpha], axis=-1)
    bottom = rng.uniform(0, 255, (8, 8, 3))
    np.testing.assert_allclose(over(over(top, middle), bottom), over(top, over(middle, bottom)))


def test_a_caption_is_small_and_at_the_bottom():
    layer = caption_layer(512, "synthetic face driven by voice")
    assert np.all(layer[: 512 - 40] == 0)
    assert layer[-15:, :300, :3].max() == 255
    assert np.all(caption_layer(512, "") == 0)


@pytest.mark.parametrize("size, width", [(400, 600), (401, 1200)])
def test_a_texture_is_halved_only_for_pictures_that_show_less(size, width):
    patches = np.random.default_rng(0).integers(60, 200, (75, 75, 3), np.uint8)
    side = width // len(patches)
    shown = as_fine_as_shown(patches.repeat(16, axis=0).repeat(16, axis=1), size)
    assert shown.shape == (width, width, 3)
    middles = shown[side // 2 :: side, side // 2 :: side].astype(int)
    assert np.abs(middles - patches).max() < 20
