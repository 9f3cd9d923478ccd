import numpy as np
import pytest
import torch

from tests.training.examples import make_clips, make_examples
from training.hearing import Listener, content_erasure, content_means
from verhm.labels import EMOTIONS
from verhm.model.branch import EmotionBranch, merge
from verhm.model.encoder import EncoderSettings
from verhm.model.network import NetworkSettings

# Wide enough for frames to keep something when seven directions of emotion are gone.
EXAMPLES = make_examples(make_clips(), features=2 * 12)
SETTINGS = NetworkSettings(
    encoder=EncoderSettings(layers=2, width=12, heads=2), pooled=(0,), trunk=0
)


@pytest.fixture(scope="module")
def listener() -> Listener:
    torch.manual_seed(0)
    branch = EmotionBranch(width=12, heads=2, layers=1, embedding=4).eval()
    return Listener(branch, content_erasure(EXAMPLES, SETTINGS))


@pytest.fixture
def speech() -> np.ndarray:
    """31 frames, the first ten of them silent."""
    return np.arange(31) >= 10


@pytest.fixture
def frames() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(31, 12)).astype(np.float16)


def test_content_is_as_long_as_the_frames_and_emotion_as_the_tokens(listener, frames, speech):
    heard = listener.hear(frames, speech)
    assert heard.content.shape == (31, 12)
    assert heard.emotion.shape == (16, 12)


def test_emotion_tokens_are_the_branchs_last_level(listener, frames, speech):
    tokens = merge(
        torch.from_numpy(frames.astype(np.float32))[None], torch.from_numpy(speech)[None]
    )
    with torch.inference_mode():
        expected = listener.branch(tokens)[-1][0].numpy()
    np.testing.assert_allclose(listener.hear(frames, speech).emotion, expected, atol=5e-3)


def test_the_mean_content_of_a_clip_does_not_tell_its_emotion(listener):
    clips = EXAMPLES.where(~EXAMPLES.is_window)
    means = content_means(clips, SETTINGS)
    erased = listener.erasure(means)
    for found, is_told in ((means, True), (erased, False)):
        centres = [found[clips.labels == label].mean(axis=0) for label in range(len(EMOTIONS))]
        assert (np.ptp(centres, axis=0).max() > 1) == is_told
    np.testing.assert_allclose(centres, np.repeat(centres[:1], len(EMOTIONS), axis=0), atol=1e-3)


def test_content_means_are_those_of_the_trunks_layer():
    encoder = EncoderSettings(layers=3, width=3, heads=1)
    settings = NetworkSettings(encoder=encoder, pooled=(0, 2), trunk=2)
    examples = make_examples(make_clips(1, 1), features=12)
    np.testing.assert_array_equal(content_means(examples, settings), examples.statistics[:, 6:9])


def test_the_same_words_are_heard_neutrally(listener, frames, speech):
    neutral = np.arange(12, dtype=np.float16)
    heard, calm = listener.hear(frames, speech), listener.hear_neutrally(frames, speech, neutral)
    np.testing.assert_array_equal(calm.content, heard.content)
    np.testing.assert_array_equal(calm.emotion, np.tile(neutral, (16, 1)))
