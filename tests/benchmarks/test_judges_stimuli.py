import numpy as np
import pytest

from benchmarks.face_sheet import VISEMES, sheet_faces, sure_expressions
from benchmarks.judges import stimuli
from verhm.face.lips import gap
from verhm.labels import EMOTIONS, MORPHS


def test_the_judged_prototypes_are_the_apps_own():
    np.testing.assert_allclose(stimuli.prototypes(1.0), sure_expressions(), atol=1e-6)
    np.testing.assert_allclose(stimuli.prototypes(0.5), sure_expressions() / 2, atol=1e-6)


@pytest.mark.parametrize("name", stimuli.SWEPT)
def test_a_sweep_moves_one_morph_over_its_range(name):
    faces, weights = stimuli.sweep(name)
    assert weights[0] == 0 and weights[-1] == 1
    moved = [MORPHS[at] for at in np.flatnonzero(faces.any(axis=0))]
    assert moved and all(each.startswith(name) for each in moved)


@pytest.mark.parametrize("name", stimuli.SWEPT)
def test_mixtures_hold_the_morph_at_drawn_weights(name):
    faces, weights = stimuli.mixtures(name)
    again, _ = stimuli.mixtures(name)
    np.testing.assert_array_equal(faces, again)
    assert faces.min() >= 0 and faces.max() <= 1
    held = [at for at, morph in enumerate(MORPHS) if morph.startswith(name)]
    np.testing.assert_allclose(faces[:, held], np.repeat(weights[:, None], len(held), axis=1))
    assert weights.min() < 0.1 and weights.max() > 0.9
    others = np.delete(faces, held, axis=1)
    assert (others.max(axis=1) > 0.05).mean() > 0.9


@pytest.mark.parametrize("name", stimuli.SWEPT)
def test_what_pulls_against_a_morph_leaves_it_room(name):
    faces, weights = stimuli.mixtures(name)
    against = [at for at, morph in enumerate(MORPHS) if morph.startswith(stimuli.SWEPT[name])]
    assert (faces[:, against] + weights[:, None]).max() <= 1 + 1e-9


def test_speaking_faces_close_their_lips_where_the_sound_does():
    faces = stimuli.speaking(sure_expressions())
    assert faces.shape == (len(VISEMES), len(EMOTIONS), len(MORPHS))
    assert np.all(gap(faces[list(VISEMES).index("p b m")]) < 0)
    assert np.all(gap(faces[list(VISEMES).index("ah")]) > 5)


def test_the_sheet_has_eight_emotions_at_three_strengths_and_twelve_visemes():
    names = [name for name, _ in sheet_faces()]
    assert len(names) == len(set(names)) == 3 * 8 + 12
    faces = dict(sheet_faces())
    assert faces["happy 33%"].max() < faces["happy 67%"].max() < faces["happy 100%"].max()
