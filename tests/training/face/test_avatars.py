"""The choice of faces: adults, each with a name of its own, the neutral one first."""

import pytest

from training.face.avatars import AVATARS
from training.face.identity import Identity
from verhm.labels import MORPHS
from verhm.settings import VideoSettings


def test_the_default_is_the_neutral_adult_and_comes_first():
    assert AVATARS[0] == Identity()
    assert AVATARS[0].name == VideoSettings().avatar


def test_names_and_titles_differ():
    assert len({each.name for each in AVATARS}) == len(AVATARS) == 4
    assert len({each.title for each in AVATARS}) == len(AVATARS)


@pytest.mark.parametrize("identity", AVATARS, ids=lambda each: each.name)
def test_an_avatar_is_a_mixture_of_adults(identity):
    assert 0 <= identity.female <= 1 and 0 <= identity.old <= 1
    assert sum(identity.ancestry.values()) == pytest.approx(1)
    assert set(identity.bias) <= set(MORPHS)
    for colour in (identity.skin, identity.lips, identity.hair, identity.iris):
        assert all(0 <= channel <= 255 for channel in colour)


def test_sexes_ages_and_ancestries_vary():
    assert {each.female for each in AVATARS} >= {0.0, 1.0}
    assert max(each.old for each in AVATARS) > 0.5 > min(each.old for each in AVATARS)
    assert len({max(each.ancestry, key=lambda name: each.ancestry[name]) for each in AVATARS}) == 3
