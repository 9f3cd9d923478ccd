"""The shipped checkpoint, on synthetic speech."""

import shutil

import numpy as np
import pytest

from verhm.audio.activity import detect_speech
from verhm.audio.media import decode
from verhm.errors import ModelError
from verhm.labels import MORPHS
from verhm.model.checkpoint import SHIPPED, load
from verhm.model.inference import infer
from verhm.settings import AnalysisSettings
from verhm.stages import no_progress
from verhm.types import Waveform
from verhm.windows import window_bounds

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def model():
    return load(SHIPPED, "cpu")


@pytest.fixture(scope="module")
def waveform(speech_path):
    return decode(speech_path).waveform


def find(model, waveform, **settings):
    settings = AnalysisSettings(**settings)
    starts, ends = window_bounds(waveform.duration, settings.window, settings.hop)
    activity = detect_speech(waveform)
    return infer(model, waveform, activity, starts, ends, settings, no_progress)


def test_probabilities_sum_to_one_and_morphs_stay_in_range(model, waveform):
    found = find(model, waveform)
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0, atol=1e-5)
    frames = round(waveform.duration * 30)
    assert found.mouth.shape == (frames, len(MORPHS))
    assert found.expression.shape == (len(found.probabilities), len(MORPHS))
    for weights in (found.mouth, found.expression):
        assert weights.min() >= 0 and weights.max() <= 1


def test_gain_does_not_change_the_result(model, waveform):
    quiet = Waveform((waveform.samples * 0.1).astype(np.float32), waveform.sample_rate)
    loud, soft = find(model, waveform), find(model, quiet)
    np.testing.assert_allclose(loud.probabilities, soft.probabilities, atol=0.02)


def test_the_jaw_moves_in_speech(model, waveform):
    assert find(model, waveform).mouth[:, MORPHS.index("jawOpen")].std() > 0.03


@pytest.mark.parametrize("window", [2.0, 6.0])
def test_windows_of_other_lengths_work(model, waveform, window):
    found = find(model, waveform, window=window, hop=1.0)
    assert np.isfinite(found.probabilities).all()


def test_a_damaged_checkpoint_is_refused(tmp_path):
    for name in ("config.json", "model.safetensors"):
        shutil.copy(SHIPPED / name, tmp_path)
    with (tmp_path / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"\xff\x00\xff")
    with pytest.raises(ModelError) as refusal:
        load(tmp_path, "cpu")
    assert refusal.value.code == "E31"
    with pytest.raises(ModelError) as refusal:
        load(tmp_path / "nothing", "cpu")
    assert refusal.value.code == "E30"
