import numpy as np
import pytest

from verhm.face.picture import over
from verhm.face.rendering import Renderer
from verhm.face.rig import load_face
from verhm.labels import MORPHS

pytestmark = pytest.mark.model
SIZE = 256


def weights(**named: float) -> np.ndarray:
    row = np.zeros(len(MORPHS), np.float32)
    for name, value in named.items():
        row[MORPHS.index(name)] = value
    return row


@pytest.fixture(scope="module")
def renderer():
    with Renderer(load_face(), SIZE) as made:
        yield made


def changed(renderer: Renderer, **named: float) -> np.ndarray:
    """(H, W) pixels that differ from the neutral face by more than a trace."""
    pictures = [renderer.draw(weights(**each)).astype(int) for each in ({}, named)]
    return np.abs(pictures[0] - pictures[1]).max(axis=2) > 6


def test_a_picture_shows_skin_hair_shirt_and_wall(renderer):
    picture = renderer.draw(weights()).astype(int)
    assert picture.shape == (SIZE, SIZE, 3)
    cheek = picture[round(0.55 * SIZE), round(0.42 * SIZE)]
    assert cheek[0] > cheek[1] > cheek[2]
    assert picture[round(0.12 * SIZE), SIZE // 2].sum() < 300
    shirt = picture[-8, SIZE // 2]
    assert shirt[2] > shirt[0]
    assert picture[8, 8].min() > 180


def test_the_neutral_face_is_nearly_symmetric(renderer):
    """Light comes from one side, so that this is about shape: few strong edges differ."""
    picture = renderer.draw(weights()).astype(int)[80:200]
    assert np.abs(picture - picture[:, ::-1]).mean() < 20


def test_an_open_jaw_changes_the_lower_face_only(renderer):
    rows, columns = np.nonzero(changed(renderer, jawOpen=0.8))
    assert len(rows) > 300
    assert rows.min() > 0.43 * SIZE  # below the eyes
    assert columns.min() > 0.25 * SIZE and columns.max() < 0.75 * SIZE


def test_raised_brows_change_the_upper_face_only(renderer):
    rows, _ = np.nonzero(changed(renderer, browInnerUp=1.0, browOuterUpLeft=1.0))
    assert len(rows) > 50
    assert rows.max() < 0.5 * SIZE


def test_a_blink_hides_the_whites_of_the_eyes(renderer):
    open_, shut = (
        renderer.draw(weights(eyeBlinkLeft=value, eyeBlinkRight=value)).astype(int)
        for value in (0.0, 1.0)
    )
    eyes = (slice(round(0.43 * SIZE), round(0.51 * SIZE)), slice(SIZE // 3, 2 * SIZE // 3))
    whites = [
        (picture[eyes].max(axis=2) - picture[eyes].min(axis=2) < 25) for picture in (open_, shut)
    ]
    bright = [picture[eyes].min(axis=2) > 110 for picture in (open_, shut)]
    counts = [(grey & light).sum() for grey, light in zip(whites, bright, strict=True)]
    assert counts[0] > 10 * max(counts[1], 1)


def test_the_same_weights_give_the_same_picture(renderer):
    one = renderer.draw(weights(jawOpen=0.4))
    renderer.draw(weights(browInnerUp=1.0))
    np.testing.assert_array_equal(renderer.draw(weights(jawOpen=0.4)), one)


def test_pictures_are_the_callers_to_keep(renderer):
    first = renderer.draw(weights())
    first[:] = 0
    assert renderer.draw(weights()).any()


def test_layers_meet_without_a_seam(renderer):
    """Drawn in one piece, the neutral face looks the same."""
    layered = renderer.draw(weights()).astype(int)
    back, front = renderer._layers(np.arange(len(renderer._face.triangles)))
    whole = over(front, back).clip(0, 255).astype(int)
    difference = np.abs(layered - whole).max(axis=2)
    assert (difference > 24).mean() < 0.004
    assert difference.mean() < 1.5


def test_an_extreme_face_stays_in_its_box(renderer):
    """Every frame outside the moving box is the same, so that nothing may be cut off there."""
    mask = np.zeros((SIZE, SIZE), bool)
    for name in MORPHS:
        mask |= changed(renderer, **{name: 1.0})
    box = renderer.box
    inside = np.zeros_like(mask)
    inside[box.top + 1 : box.bottom - 1, box.left + 1 : box.right - 1] = True
    assert not (mask & ~inside).any()


def test_the_caption_is_written_at_the_bottom():
    with Renderer(load_face(), SIZE, "synthetic face driven by voice") as captioned:
        picture = captioned.draw(weights())
    assert picture[-12:, :100].max() > 200
    assert picture[-3:, -3:].mean() < 90
