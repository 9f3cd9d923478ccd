from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.training.examples import make_clips
from training.cache import (
    MouthClip,
    SpokenClip,
    frames_path,
    mouth_path,
    spoken_folder,
    write_frames,
    write_mouth,
    write_spoken,
)
from training.erasure import FittedErasure
from training.hearing import Listener
from training.mouth import Heard, MouthLesson, fit_mouth, show
from training.speaking import act, join, neutral_tokens, open_wider, teach_mouth
from training.synthesised_speech import Phoneme
from verhm.model.branch import EmotionBranch
from verhm.model.expression import ACTION_UNIT_MORPHS, ACTION_UNITS
from verhm.model.synthesizer import MOUTH_MORPHS, MouthSynthesizer

WIDTH = 8
JAW, SMILE = MOUTH_MORPHS.index("jawOpen"), MOUTH_MORPHS.index("mouthSmileLeft")
DROP = ACTION_UNITS.index("AU26")
SPEECH = np.arange(60) >= 10


@pytest.fixture
def mouth() -> np.ndarray:
    """60 frames of a jaw around 0.2 and a steady smile; at rest until somebody speaks."""
    weights = np.zeros((60, len(MOUTH_MORPHS)), dtype=np.float32)
    weights[SPEECH, JAW] = 0.2 + 0.1 * np.sin(np.arange(50))
    weights[:, SMILE] = 0.1
    return weights


@pytest.mark.parametrize("drop", [-0.4, 0.0, 0.5, 1.0])
def test_the_jaw_is_as_much_lower_in_speech_as_the_action_unit_says(mouth, drop):
    shown = open_wider(mouth, SPEECH, drop)
    added = shown[SPEECH, JAW].mean() - mouth[SPEECH, JAW].mean()
    expected = ACTION_UNIT_MORPHS["AU26"]["jawOpen"] * drop / 2.8
    assert added == pytest.approx(expected, abs=1e-5)
    np.testing.assert_array_equal(shown[:, SMILE], mouth[:, SMILE])
    assert not shown[~SPEECH, JAW].any()


@pytest.mark.parametrize("drop", [-5.0, 5.0])
def test_no_emotion_opens_a_mouth_beyond_bounds(mouth, drop):
    shown = open_wider(mouth, SPEECH, drop)
    assert shown.min() >= 0 and shown.max() <= 1
    ratio = shown[SPEECH, JAW].mean() / mouth[SPEECH, JAW].mean()
    assert 0.5 - 1e-6 <= ratio <= 2.5 + 1e-6
    assert np.isfinite(open_wider(np.zeros_like(mouth), ~SPEECH & SPEECH, drop)).all()


def counted(frames: int, start: int) -> MouthLesson:
    """A lesson of numbered frames, whose tokens have the number of their first frame."""
    number = np.arange(start, start + frames)[:, None]
    return MouthLesson(Heard(number, number[::2]), number)


def test_lessons_of_odd_length_stay_in_step_when_joined():
    joined = join([counted(7, 0), counted(8, 100), counted(9, 200)])
    assert len(joined.targets) == 6 + 8 + 8
    np.testing.assert_array_equal(joined.heard.content, joined.targets)
    np.testing.assert_array_equal(joined.heard.emotion, joined.targets[::2])


@pytest.fixture(scope="module")
def takes():
    return [clip for clip in make_clips(speakers=2, takes=2) if clip.emotion in ("happy", "sad")]


@pytest.fixture(scope="module")
def heard(takes):
    """Takes whose emotion tokens all hold the take's index."""
    rng = np.random.default_rng(0)
    found = []
    for index in range(len(takes)):
        frames = int(rng.integers(50, 70))
        content = rng.normal(size=(frames, WIDTH)).astype(np.float32)
        emotion = np.full((-(-frames // 2), WIDTH), index, dtype=np.float32)
        found.append((Heard(content, emotion), np.arange(frames) >= 10))
    return found


@pytest.fixture(scope="module")
def lessons(takes, heard):
    torch.manual_seed(0)
    network = MouthSynthesizer(WIDTH, width=8, pace=2).eval()
    offsets = np.zeros((len(takes), len(ACTION_UNITS)))
    return act(network, heard, takes, offsets, np.zeros(WIDTH), np.random.default_rng(0))


def index_of(content: np.ndarray, heard) -> int:
    (index,) = [number for number, (one, _) in enumerate(heard) if one.content is content]
    return index


def test_words_take_the_emotion_of_another_take_of_the_same_actor_and_sentence(
    takes, heard, lessons
):
    pairs = 0
    for lesson in lessons:
        words = takes[index_of(lesson.heard.content, heard)]
        (number,) = set(lesson.heard.emotion.ravel())
        emotion = takes[int(number)]
        assert (words.speaker, words.statement) == (emotion.speaker, emotion.statement)
        if words.name != emotion.name:
            assert words.emotion != emotion.emotion
            pairs += 1
    assert pairs == len(lessons) / 2 == len(takes)


def test_every_lesson_has_a_target_per_frame_and_a_token_per_two(lessons):
    for lesson in lessons:
        assert len(lesson.targets) == len(lesson.heard.content)
        assert len(lesson.heard.emotion) == -(-len(lesson.heard.content) // 2)
        assert lesson.targets.min() >= 0 and lesson.targets.max() <= 1


@pytest.fixture(scope="module")
def listener() -> Listener:
    torch.manual_seed(0)
    nothing = FittedErasure(np.zeros(WIDTH, np.float32), np.zeros((0, WIDTH)), np.zeros((WIDTH, 0)))
    return Listener(EmotionBranch(WIDTH, 2, 1, 4).eval(), nothing)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """Takes, a recording with curves and its copy, and a word of synthesised speech."""
    work, rng = tmp_path_factory.mktemp("work"), np.random.default_rng(0)
    for clip in make_clips(speakers=1, takes=2):
        speech = np.arange(150) >= 21
        write_frames(frames_path(work, clip), rng.normal(size=(150, WIDTH)), speech)
    for copy in (0, 1):
        jaw = rng.uniform(0, 0.5, (200, len(MOUTH_MORPHS))).astype(np.float32)
        frames = rng.normal(size=(200, WIDTH))
        write_mouth(mouth_path(work, "a", copy), MouthClip(frames, np.ones(200, bool), jaw))
    phonemes = (Phoneme("a", 0.0, 1.0), Phoneme("m", 1.0, 1.2), Phoneme("a", 1.2, 3.0))
    spoken = SpokenClip(rng.normal(size=(150, WIDTH)), np.ones(150, bool), phonemes)
    write_spoken(spoken_folder(work, is_held_out=False) / "000.npz", spoken)
    return work


def test_neutral_tokens_are_those_of_neutral_speech(work, listener):
    clips = make_clips(speakers=1, takes=2)
    tokens = neutral_tokens(work, listener, clips)
    # Two neutral takes of 75 tokens, of which ten are silent and the eleventh half so.
    assert tokens.shape == (2 * 65, WIDTH)
    silenced = [replace(clip, emotion="sad") if clip.repetition else clip for clip in clips]
    np.testing.assert_array_equal(neutral_tokens(work, listener, silenced), tokens[:65])


def test_a_mouth_is_taught_from_all_its_lessons(work, listener, monkeypatch):
    monkeypatch.setattr("training.speaking.fit_mouth", briefly)
    takes = make_clips(speakers=1, takes=2)
    offsets = np.zeros((len(takes), len(ACTION_UNITS)))
    mouth = teach_mouth(work, listener, ("a",), takes, offsets, width=8)
    heard = listener.hear(np.ones((50, WIDTH)), np.ones(50, dtype=bool))
    weights = show(mouth, heard)
    assert weights.shape == (50, len(MOUTH_MORPHS))
    assert weights.min() >= 0 and weights.max() <= 1
    assert not mouth.training


def briefly(network, lessons, steps=0, seed=0):
    """The real lessons, but only a few steps of them."""
    return fit_mouth(network, lessons, 3, seed)
