import numpy as np
import pytest
from scipy import sparse

from benchmarks.face_geometry import Geometry
from benchmarks.face_sheet import morph_weights
from verhm.face.contact import Seams, find_cover
from verhm.face.rig import avatar_titles, load_face

CENTRE, RADIUS = np.array([0.3, 7.0, 0.5], np.float32), 0.12


def a_seam(rest: float, reach: list[float]) -> Seams:
    """Two edges, of which each morph parts or closes what `reach` says."""
    none = sparse.csr_array((3, 1), dtype=np.float32)
    ends = np.zeros(1, int)
    return Seams(ends, ends + 1, np.array([rest], np.float32), np.array([reach], np.float32), none)


def test_edges_may_meet_but_not_cross():
    lids = a_seam(rest=0.1, reach=[-0.08, -0.06])
    assert lids.excess(np.array([1, 0], np.float32)) == 0
    # 0.14 towards each other, 0.1 apart at rest, 0.005 of it taken up by soft skin
    assert lids.excess(np.ones(2, np.float32)) == pytest.approx(0.035, abs=1e-6)


def test_lips_that_overlap_at_rest_are_not_parted():
    lips = a_seam(rest=-0.01, reach=[-0.02, 0.05])
    assert lips.excess(np.zeros(2, np.float32)) == 0
    pressed, opened = (lips.excess(np.array(way, np.float32)) for way in ((1, 0), (1, 1)))
    assert pressed == pytest.approx(0.015, abs=1e-6) and opened == 0


def test_skin_before_an_eyeball_moves_outwards_and_only_where_it_is_too_near():
    skin = CENTRE + RADIUS * np.array([[0, 0, 1.2], [0, 0.5, 1.1], [0, 0, -1.2], [0, 0, 1.9]])
    cover = find_cover(skin.astype(np.float32), CENTRE, RADIUS, np.ones(4, bool))
    assert cover.vertices.tolist() == [0, 1]  # neither behind the ball nor far before it
    posed = skin.astype(np.float32)
    posed[0] = CENTRE + np.array([0, 0, 0.9 * RADIUS])
    before = posed.copy()
    cover.slide(posed, CENTRE)
    np.testing.assert_array_equal(posed[1:], before[1:])
    moved = posed[0] - CENTRE
    assert moved[2] == pytest.approx(cover.least[0], rel=1e-5) and not moved[:2].any()


@pytest.mark.parametrize("name", avatar_titles())
def test_no_lid_is_nearer_to_its_eyeball_than_the_rig_allows(name):
    face = load_face(name=name)
    weights = np.random.default_rng(1).random(face.offsets.shape[1]).astype(np.float32)
    posed = face.vertices(weights)
    for eye in face.eyes:
        away = np.linalg.norm(posed[eye.cover.vertices] - eye.centre, axis=1)
        assert np.all(away > eye.cover.least - 1e-5)


@pytest.mark.parametrize("avatar", avatar_titles())
def test_no_eyeball_comes_through_the_skin_of_a_laughing_face(avatar):
    face = load_face(name=avatar)
    laughing = morph_weights(
        {name: 1.0 for name in ("cheekSquint", "mouthSmile")} | {"eyeSquint": 0.3}
    )
    assert Geometry(face).measure(face.vertices(laughing)).eyes < 0.1  # mm
