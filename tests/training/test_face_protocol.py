import numpy as np
import pytest
import torch

from tests.training.examples import make_clips, make_examples
from training.face.masks import read_masks
from training.face_protocol import (
    SHOWN,
    action_unit_figures,
    lip_vertex_errors,
    morph_emotion_uar,
)
from training.judged import Judged
from training.mouth import Heard, MouthLesson
from verhm.face.rig import load_face
from verhm.labels import MORPHS
from verhm.model.expression import ACTION_UNITS
from verhm.model.synthesizer import MOUTH_MORPHS

CLIPS = make_clips(speakers=4)
EXAMPLES = make_examples(CLIPS)
OFFSETS = np.random.default_rng(0).normal(size=(len(CLIPS), len(ACTION_UNITS)))


def show(morphs: np.ndarray, clips: np.ndarray) -> Judged:
    """A fold of clips of one window each, of which only the morphs are known."""
    nothing, is_ok = np.zeros((len(clips), 8)), np.ones(len(clips), dtype=bool)
    return Judged(clips, nothing, nothing, nothing, morphs[clips], nothing, is_ok)


@pytest.fixture
def truth() -> np.ndarray:
    """(C, M) morphs that show the actors' action units as they were."""
    morphs = np.zeros((len(CLIPS), len(MORPHS)))
    for unit, names in SHOWN.items():
        for name in names:
            morphs[:, MORPHS.index(name)] = 0.3 + 0.1 * OFFSETS[:, ACTION_UNITS.index(unit)]
    return morphs


def test_the_truth_correlates_with_itself_whatever_an_actor_looks_like(truth):
    actors = np.array([int(clip.speaker[-1]) for clip in CLIPS])
    morphs = truth * (1 + actors)[:, None] + actors[:, None]
    halves = np.array_split(np.arange(len(CLIPS)), 2)
    figures = action_unit_figures(EXAMPLES, OFFSETS, [show(morphs, clips) for clips in halves])
    assert set(figures) == {*SHOWN, "mean"}
    np.testing.assert_allclose(list(figures.values()), 1.0)


def test_a_face_that_never_moves_or_moves_the_other_way_is_told(truth):
    truth[:, MORPHS.index("jawOpen")] = 0.5
    truth[:, MORPHS.index("browInnerUp")] *= -1
    figures = action_unit_figures(EXAMPLES, OFFSETS, [show(truth, np.arange(len(CLIPS)))])
    assert figures["AU26"] == 0.0
    assert figures["AU01"] == pytest.approx(-1.0)
    assert figures["mean"] == pytest.approx((len(SHOWN) - 3) / len(SHOWN))


def test_emotion_is_read_off_morphs_that_tell_it_and_off_no_others():
    labels = EXAMPLES.labels[::3]
    rng = np.random.default_rng(0)
    halves = np.array_split(np.arange(len(CLIPS)), 2)
    noise = rng.normal(size=(len(CLIPS), len(MORPHS)))
    plain = 0.1 * noise
    plain[np.arange(len(CLIPS)), labels] += 1
    telling, blank = (
        morph_emotion_uar(EXAMPLES, [show(morphs, clips) for clips in halves])
        for morphs in (plain, noise)
    )
    assert telling > 0.9
    assert blank < 0.35


class Perfect(torch.nn.Module):
    """Says what it is shown."""

    def forward(self, content: torch.Tensor, emotion: torch.Tensor, intensity: float = 1.0):
        return content


def test_a_jaw_that_is_a_fifth_too_low_is_as_far_off_as_the_morph_moves_the_lips():
    truth = np.zeros((100, len(MOUTH_MORPHS)), dtype=np.float32)
    shown = truth.copy()
    shown[:, MOUTH_MORPHS.index("jawOpen")] = 0.2
    lesson = MouthLesson(Heard(shown, np.zeros((50, 1))), truth)
    errors = lip_vertex_errors(Perfect(), [lesson, lesson])
    weights = np.zeros(len(MORPHS))
    weights[MORPHS.index("jawOpen")] = 0.2
    face = load_face()
    lips = list(read_masks().lips)
    way = 100 * np.linalg.norm((face.vertices(weights) - face.neutral)[lips], axis=1)
    assert errors == pytest.approx({"lve": way.max(), "lae": way.mean()}, rel=1e-4)
