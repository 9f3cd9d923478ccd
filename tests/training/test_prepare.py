import numpy as np
import pytest
import torch

from tests.factories import make_waveform
from tests.model.tiny import SETTINGS as SMALL
from tests.training.examples import SETTINGS, make_clips
from training.branch_model import BranchModel, embed_clips
from training.cache import Sequence, features_path, frames_path, read_frames
from training.prepare import describe, describe_clip, trunk_frames
from verhm.model.branch import PACE
from verhm.model.network import VoiceNetwork
from verhm.model.pooling import Windows
from verhm.model.segments import speech_frames
from verhm.types import SpeechActivity

SOUND = make_waveform(4.2)
FRAMES = 210
ACTIVITY = SpeechActivity(np.array([[0.51, 1.73], [2.25, 3.9]]))


@pytest.fixture(scope="module")
def network() -> VoiceNetwork:
    torch.manual_seed(0)
    return VoiceNetwork(SMALL).eval()


@pytest.fixture(scope="module")
def features(network):
    return describe(network, SOUND, ACTIVITY)


def test_statistics_tokens_and_first_tokens_fit_each_other(features):
    starts = np.array([0.0, 0.5, 1.0])  # 3 s windows every 0.5 s
    assert features.statistics.shape == (len(starts) + 1, SMALL.statistics)
    assert len(features.quality) == len(starts) + 1
    assert features.tokens.shape == (FRAMES // PACE, SMALL.encoder.width)
    assert features.speech.shape == (FRAMES // PACE,)
    np.testing.assert_array_equal(features.first, starts * 50 // PACE)
    assert np.isfinite(features.statistics).all() and np.isfinite(features.tokens).all()


def test_a_token_speaks_where_one_of_its_frames_does(features):
    spoken = speech_frames(ACTIVITY, FRAMES).reshape(-1, PACE).any(axis=1)
    np.testing.assert_array_equal(features.speech, spoken)


def test_a_cached_clip_is_read_by_the_branch_as_the_network_reads_the_sound(network, features):
    """One forward for training and inference: both say the same of the same windows."""
    samples = torch.from_numpy(SOUND.samples)[None]
    speech = torch.from_numpy(speech_frames(ACTIVITY, FRAMES))[None]
    starts = torch.tensor([0, 25, 50])
    windows = Windows(torch.zeros_like(starts), starts, 150)
    with torch.inference_mode():
        read = network(samples, speech, windows)
    model = BranchModel(network.branch).eval()
    sequence = Sequence(features.tokens, features.speech, features.first)
    found = embed_clips(model, [sequence], window=150 // PACE)
    # Nothing is erased by a network that was not fitted, so the branch's part is what it said.
    learned = read.embedding[:, SMALL.components :].numpy()
    np.testing.assert_allclose(found[:-1], learned, atol=1e-5)
    assert np.ptp(learned, axis=0).min() > 1e-4


def test_frames_of_a_long_recording_are_those_of_its_parts(network):
    frames = trunk_frames(network, make_waveform(20.0))
    assert frames.shape == (1000, SMALL.encoder.width)
    assert frames.dtype == np.float16
    assert np.isfinite(frames).all()


def test_a_clip_longer_than_the_encoder_takes_is_refused(network):
    with pytest.raises(ValueError, match="too long"):
        describe(network, make_waveform(12.5), ACTIVITY)


def test_a_clip_is_described_once_with_its_copies(network, tmp_path, monkeypatch):
    monkeypatch.setattr("training.prepare.read_sound", lambda _: SOUND)
    monkeypatch.setattr("training.prepare.detect_speech", lambda _: ACTIVITY)
    clip = make_clips(1, 1)[0]
    describe_clip(network, tmp_path, 2, clip)
    frames, speech = read_frames(frames_path(tmp_path, clip))
    assert frames.shape == (FRAMES, SMALL.encoder.width)
    np.testing.assert_array_equal(speech, speech_frames(ACTIVITY, FRAMES))
    paths = [features_path(tmp_path, clip, copy) for copy in range(3)]
    assert [path.exists() for path in paths] == [True] * 3
    made = [path.stat().st_mtime_ns for path in paths]
    describe_clip(network, tmp_path, 2, clip)
    assert [path.stat().st_mtime_ns for path in paths] == made


def test_sizes_of_made_up_statistics_are_those_of_the_made_up_network():
    """What other tests take for granted of `make_examples`."""
    assert SETTINGS.statistics == 12
