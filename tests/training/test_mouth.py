import numpy as np
import pytest
import torch

from training.mouth import (
    Heard,
    MouthLesson,
    SpokenLesson,
    fit_mouth,
    lip_gap,
    make_mouth,
    score_closure,
    score_mouth,
    show,
)
from training.synthesised_speech import Phoneme
from verhm.face.rig import FaceModel, load_face
from verhm.labels import MORPHS
from verhm.model.synthesizer import MOUTH_MORPHS

JAW = MOUTH_MORPHS.index("jawOpen")


def make_lesson(seed: int) -> MouthLesson:
    """A jaw that is written plainly in the first feature of the content; emotion tells nothing."""
    rng = np.random.default_rng(seed)
    jaw = 0.3 + 0.3 * np.sin(np.arange(600) / 6 + rng.uniform(0, 6))
    frames = np.column_stack([jaw * 4, rng.normal(size=(600, 3))]).astype(np.float32)
    targets = np.zeros((600, len(MOUTH_MORPHS)), dtype=np.float32)
    targets[:, JAW] = jaw
    return MouthLesson(Heard(frames, rng.normal(size=(300, 4)).astype(np.float32)), targets)


def seen(frames: np.ndarray) -> Heard:
    """Frames for `Perfect`, which asks no emotion."""
    return Heard(frames, np.zeros((len(frames) // 2, 1)))


def test_a_mouth_that_can_be_learned_is_learned():
    lessons = [make_lesson(0), make_lesson(1)]
    network = make_mouth(lessons, np.random.default_rng(0).normal(size=(50, 4)), width=16)
    scores = score_mouth(fit_mouth(network, lessons, steps=250), [make_lesson(2)])
    assert scores.jaw_correlation > 0.9
    assert scores.mean_absolute_error < 0.05


def test_what_emotion_tells_is_learned_and_gone_at_intensity_0(monkeypatch):
    """The same words, with a jaw as wide as the tokens around say."""
    monkeypatch.setattr("training.mouth._RATE", 4e-3)  # less patient than with real recordings
    rng = np.random.default_rng(0)
    content = rng.normal(size=(200, 4))
    lessons = []
    for level in (-1.0, 0.0, 1.0):
        targets = np.zeros((200, len(MOUTH_MORPHS)), dtype=np.float32)
        targets[:, JAW] = 0.4 + 0.3 * level
        lessons.append(MouthLesson(Heard(content, np.full((100, 4), level)), targets))
    neutral = rng.normal(0, 0.5, (50, 4))
    network = fit_mouth(make_mouth(lessons, neutral, 16), lessons, 200)
    narrow, wide = lessons[0].heard, lessons[2].heard
    calm = show(network, wide, intensity=0.0)
    np.testing.assert_array_equal(show(network, narrow, intensity=0.0), calm)
    widths = [part[:, JAW].mean() for part in (show(network, narrow), calm, show(network, wide))]
    assert (np.diff(widths) > 0.05).all()


def test_a_new_mouth_knows_how_large_its_inputs_are():
    lesson = make_lesson(0)
    neutral = np.random.default_rng(0).normal(2.0, 3.0, (500, 4))
    network = make_mouth([lesson, lesson], neutral, width=8)
    np.testing.assert_allclose(network.mean, lesson.heard.content.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(network.neutral, neutral.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(network.spread, neutral.std(axis=0), rtol=1e-4)


class Perfect(torch.nn.Module):
    """Says what it is shown."""

    def forward(self, content: torch.Tensor, emotion: torch.Tensor, intensity: float = 1.0):
        return content


def test_scores_by_hand():
    lesson = make_lesson(0)
    shown = lesson.targets.copy()
    shown[:, JAW] += 0.16
    scores = score_mouth(Perfect(), [MouthLesson(seen(shown), lesson.targets)])
    assert scores.jaw_correlation == pytest.approx(1.0)
    assert scores.jaw_error == pytest.approx(0.16, abs=1e-5)
    assert scores.mean_absolute_error == pytest.approx(0.16 / len(MOUTH_MORPHS), abs=1e-5)


def test_a_constant_offset_is_no_error_of_velocity():
    lesson = make_lesson(0)
    shifted = seen(lesson.targets + np.float32(0.1))
    scores = score_mouth(Perfect(), [MouthLesson(shifted, lesson.targets)])
    assert scores.velocity_error == pytest.approx(0.0, abs=1e-5)
    assert scores.jitter == pytest.approx(1.0, abs=1e-3)


def test_velocity_error_and_jitter_by_hand():
    # 50 Hz frames at the video's times, so that nothing is lost between the rates: the truth
    # goes up and down by 0.1 every 0.1 s, what is shown by half as much.
    zigzag = np.abs(np.arange(601) % 10 - 5) / 50
    truth = np.zeros((601, len(MOUTH_MORPHS)), dtype=np.float32)
    truth[:, JAW] = zigzag
    scores = score_mouth(Perfect(), [MouthLesson(seen(truth / 2), truth)])
    assert scores.jitter == pytest.approx(0.5, rel=1e-3)
    # The truth moves 1 per second everywhere, what is shown 0.5.
    assert scores.velocity_error == pytest.approx(0.5 / len(MOUTH_MORPHS), rel=1e-2)


@pytest.fixture(scope="module")
def face() -> FaceModel:
    return load_face()


def test_the_gap_between_the_lips_is_what_the_morphs_make_of_it(face):
    weights = np.random.default_rng(0).uniform(0, 0.4, (5, len(MORPHS)))
    upper, lower = face.lips
    posed = [face.linear(row) for row in weights]
    expected = [100 * (vertices[upper, 1] - vertices[lower, 1]) for vertices in posed]
    np.testing.assert_allclose(lip_gap(face, weights), expected, atol=1e-3)


def speak(jaw_in_m: float, jaw_in_a: float) -> SpokenLesson:
    """A second of "ama" with a plain jaw."""
    frames = np.zeros((50, len(MOUTH_MORPHS)), dtype=np.float32)
    frames[:, JAW] = jaw_in_a
    frames[20:26, JAW] = jaw_in_m
    spans = ((0.0, 0.4, "a"), (0.4, 0.5, "m"), (0.5, 0.9, "aɪ"), (0.9, 1.0, ""))
    phonemes = tuple(Phoneme(symbol, start, end) for start, end, symbol in spans)
    return SpokenLesson(seen(frames), phonemes)


@pytest.mark.parametrize(
    ("jaw_in_m", "jaw_in_a", "closure", "closed_vowels"),
    [(0.0, 0.4, 1.0, 0.0), (0.2, 0.4, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0)],
)
def test_closure_needs_lips_that_meet_and_part(face, jaw_in_m, jaw_in_a, closure, closed_vowels):
    scores = score_closure(Perfect(), [speak(jaw_in_m, jaw_in_a)], face)
    assert (scores.closure, scores.closed_vowels) == (closure, closed_vowels)
    assert (scores.bilabials, scores.vowels) == (1, 2)
