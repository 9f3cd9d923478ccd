import numpy as np
import pytest

from verhm.errors import RenderError
from verhm.face import rendering
from verhm.face.camera import Camera
from verhm.face.head import PIVOT
from verhm.face.picture import over
from verhm.face.rendering import Renderer, _StillLayers
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
    face = renderer._face
    renderer._canvas.make_current()
    still = _StillLayers(face, renderer._camera, renderer._canvas, renderer._skin)
    layers = still.draw(np.arange(len(face.triangles)))
    back, front = (layer.astype(np.float32) for layer in layers)
    whole = over(front, back).reshape(SIZE, 2, SIZE, 2, 3).mean(axis=(1, 3)).round().astype(int)
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


def turned(renderer: Renderer, *degrees: float, **named: float) -> np.ndarray:
    """The picture with the head bent down, turned to the person's left and tilted to the right."""
    return renderer.draw(weights(**named), np.deg2rad(degrees)).astype(int)


def middle_of(is_wanted: np.ndarray) -> np.ndarray:
    """Row and column of the middle of some pixels."""
    return np.argwhere(is_wanted).mean(axis=0)


def eyes_of(picture: np.ndarray) -> np.ndarray:
    """(H, W) the dark pixels where pupils, lashes and brows are."""
    dark = picture.sum(axis=2) < 300
    dark[: round(0.36 * SIZE)] = dark[round(0.56 * SIZE) :] = False
    dark[:, : round(0.34 * SIZE)] = dark[:, round(0.66 * SIZE) :] = False
    return dark


def test_the_face_goes_where_the_head_turns(renderer):
    straight = middle_of(eyes_of(turned(renderer, 0, 0, 0)))
    bent, left = (middle_of(eyes_of(turned(renderer, *to))) for to in ((4, 0, 0), (0, 4, 0)))
    assert bent[0] > straight[0] + 2 and abs(bent[1] - straight[1]) < 1
    assert left[1] > straight[1] + 2 and abs(left[0] - straight[0]) < 1


def test_a_tilted_head_lowers_the_eye_at_its_own_right(renderer):
    eyes = eyes_of(turned(renderer, 0, 0, 5))
    left, right = middle_of(eyes[:, : SIZE // 2]), middle_of(eyes[:, SIZE // 2 :])
    assert left[0] > right[0] + 3  # the person's right is at the left of the picture


def test_hair_turns_about_the_same_point_as_the_face(renderer):
    """Both go as far aside as their heights above the pivot say."""
    pivot = Camera(SIZE).project(PIVOT[None])[0, 1]
    straight, tilted = turned(renderer, 0, 0, 0), turned(renderer, 0, 0, 4)
    hair = [(picture.sum(axis=2) < 330) for picture in (straight, tilted)]
    for each in hair:
        each[round(0.3 * SIZE) :] = False
    for before, after in (hair, (eyes_of(straight), eyes_of(tilted))):
        row, column = middle_of(before)
        aside = column - middle_of(after)[1]
        assert aside == pytest.approx(np.deg2rad(4) * (pivot - row), rel=0.2, abs=0.7)


def test_neither_shirt_nor_the_far_wall_moves_when_the_head_turns(renderer):
    straight = turned(renderer, 0, 0, 0)
    shirt = straight[..., 2] > straight[..., 0] + 30
    assert shirt.sum() > 0.05 * SIZE**2
    for to in ((4, 0, 0), (0, 4, 0), (0, 0, 4), (-4, -4, -4)):
        change = np.abs(turned(renderer, *to) - straight).max(axis=2)
        assert (change[shirt] > 24).mean() < 0.02, to
        assert change[:, : round(0.1 * SIZE)].max() == 0, to
        assert change[: round(0.02 * SIZE)].max() == 0
        wall = np.abs(straight[: SIZE // 2] - 222).max(axis=2) < 20
        assert np.median(change[: SIZE // 2][wall]) <= 1


def test_nothing_tears_when_the_head_turns_with_the_mouth_open(renderer):
    """No pixel inside the face shows the wall."""
    for to in ((4, 4, 3), (-4, -4, -3), (4, -4, 0), (-4, 4, 0)):
        picture = turned(renderer, *to, jawOpen=0.6)
        inside = picture[round(0.35 * SIZE) : round(0.8 * SIZE), round(0.4 * SIZE) : SIZE * 6 // 10]
        bluish = (inside[..., 2] > inside[..., 0]) & (inside.min(axis=2) > 190)
        assert not bluish.any(), to


def test_a_turned_picture_is_as_sharp_as_a_straight_one(renderer):
    def detail(picture):
        hair = picture[round(0.13 * SIZE) : round(0.22 * SIZE), SIZE * 4 // 10 : SIZE * 6 // 10]
        return np.abs(np.diff(hair.astype(float), axis=1)).mean()

    straight = detail(turned(renderer, 0, 0, 0))
    for to in ((0.5, 0.3, 0.2), (2, 1, 1), (0, 3, 2)):
        assert detail(turned(renderer, *to)) == pytest.approx(straight, rel=0.25), to


def test_a_head_that_is_turned_too_far_stops(renderer):
    np.testing.assert_array_equal(turned(renderer, 0, 60, 0), turned(renderer, 0, 8, 0))


def test_the_caption_keeps_still_while_the_head_turns():
    with Renderer(load_face(), SIZE, "synthetic face driven by voice") as captioned:
        pictures = [turned(captioned, *to) for to in ((0, 0, 0), (5, 5, 5), (0, 0, 0))]
    letters = pictures[0][-12:].min(axis=2) > 200
    assert letters.any()
    assert np.abs(pictures[1][-12:] - pictures[0][-12:])[letters].max() <= 2
    np.testing.assert_array_equal(pictures[2], pictures[0])


def test_the_caption_is_written_at_the_bottom():
    with Renderer(load_face(), SIZE, "synthetic face driven by voice") as captioned:
        picture = captioned.draw(weights())
    assert picture[-12:, :100].max() > 200
    assert picture[-3:, -3:].mean() < 90


@pytest.mark.parametrize("error", [ValueError("no such shader"), MemoryError()])
def test_a_renderer_that_cannot_be_made_leaves_no_context(monkeypatch, error):
    closed = []
    close = rendering._Canvas.close

    def fail(*_):
        raise error

    monkeypatch.setattr(rendering._Canvas, "close", lambda self: closed.append(close(self)))
    monkeypatch.setattr(rendering, "Compositor", fail)
    with pytest.raises((RenderError, MemoryError)):
        Renderer(load_face(), 128)
    assert len(closed) == 1


def test_a_halved_texture_shows_no_less(monkeypatch):
    size = 512
    pictures = []
    for fitting in (rendering.as_fine_as_shown, lambda texture, _: texture):
        monkeypatch.setattr(rendering, "as_fine_as_shown", fitting)
        with Renderer(load_face(), size) as renderer:
            pictures.append(renderer.draw(weights(jawOpen=0.4, browDownLeft=0.6)).astype(int))
    away = np.abs(pictures[0] - pictures[1])
    assert 0 < away.mean() < 0.3 and np.percentile(away, 99.9) <= 6
