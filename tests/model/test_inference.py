import numpy as np
import pytest
import torch

from tests.factories import make_waveform
from tests.model.tiny import make_model, on_waveform
from verhm.errors import Cancelled
from verhm.labels import MORPHS
from verhm.model import inference
from verhm.model.calibration import calibrate
from verhm.model.checkpoint import VoiceModel
from verhm.model.inference import infer, resample_mouth
from verhm.settings import AnalysisSettings
from verhm.stages import Stage
from verhm.types import SpeechActivity, Waveform
from verhm.windows import window_bounds

MODEL = make_model()


def run(
    waveform: Waveform,
    settings: AnalysisSettings | None = None,
    model: VoiceModel = MODEL,
    **more,
):
    settings = settings or AnalysisSettings()
    activity = SpeechActivity(np.array([[0.0, waveform.duration]]))
    bounds = window_bounds(waveform.duration, settings.window, settings.hop)
    return infer(model, waveform, activity, *bounds, settings, **more)


@pytest.mark.parametrize("duration", [0.05, 1.0, 2.99, 3.0, 7.3, 20.0])
@pytest.mark.parametrize("frame_rate", [10.0, 30.0, 60.0])
def test_as_many_windows_and_frames_as_asked_for(duration, frame_rate):
    found = run(make_waveform(duration), AnalysisSettings(frame_rate=frame_rate))
    windows = len(window_bounds(duration, 3.0, 0.5)[0])
    assert found.probabilities.shape == (windows, 8)
    assert found.expression.shape == (windows, len(MORPHS))
    assert found.novelty.shape == (windows,)
    for mouth in (found.mouth, found.neutral_mouth):
        assert mouth.shape == (max(1, round(duration * frame_rate)), len(MORPHS))


@pytest.mark.parametrize(("window", "hop"), [(2.0, 0.25), (3.0, 0.5), (6.0, 2.0)])
def test_probabilities_sum_to_1_and_morphs_lie_in_range(window, hop):
    found = run(make_waveform(40.0), AnalysisSettings(window=window, hop=hop))
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0)
    for weights in (found.mouth, found.neutral_mouth, found.expression):
        assert weights.min() >= 0
        assert weights.max() <= 1


def test_the_usual_is_taken_off_before_the_heads_and_not_from_the_embedding():
    waveform = make_waveform(5.0)
    plain = run(waveform)
    usual = plain.embedding.mean(axis=0).astype(np.float64)
    against = run(waveform, usual=usual)
    np.testing.assert_array_equal(against.embedding, plain.embedding)
    np.testing.assert_array_equal(against.novelty, plain.novelty)
    np.testing.assert_array_equal(against.mouth, plain.mouth)
    head = MODEL.network.compare
    logits = head(torch.from_numpy(plain.embedding - usual.astype(np.float32))).numpy()
    expected = calibrate(logits, MODEL.baseline_reading.temperature)
    np.testing.assert_allclose(against.probabilities, expected, atol=1e-5)


def test_only_the_mouth_moves_with_the_strength_of_the_expression():
    waveform = make_waveform(20.0)
    none, plain, twice = (
        run(waveform, AnalysisSettings(expression_strength=strength)) for strength in (0, 1, 2)
    )
    np.testing.assert_array_equal(none.mouth, none.neutral_mouth)
    differences = [np.abs(found.mouth - found.neutral_mouth).mean() for found in (plain, twice)]
    assert 1e-4 < differences[0] < differences[1]
    for found in (plain, twice):
        np.testing.assert_array_equal(found.neutral_mouth, none.neutral_mouth)
        np.testing.assert_array_equal(found.expression, none.expression)
        np.testing.assert_array_equal(found.probabilities, none.probabilities)


def test_where_all_speech_is_neutral_so_is_the_mouth():
    model = make_model()
    attention = model.network.synthesizer.attend  # says the same of every emotion
    torch.nn.init.zeros_(attention.out_proj.weight)
    found = run(make_waveform(5.0), model=model)
    assert found.mouth.any()
    np.testing.assert_array_equal(found.mouth, found.neutral_mouth)


def test_a_network_on_the_waveform_is_run_the_same_way():
    model = make_model(settings=on_waveform("wav2vec2"))
    for duration in (0.05, 7.3, 20.0):
        found = run(make_waveform(duration), model=model)
        assert len(found.probabilities) == len(window_bounds(duration, 3.0, 0.5)[0])
        np.testing.assert_allclose(found.probabilities.sum(axis=1), 1.0)
        assert found.mouth.shape == (max(1, round(30 * duration)), len(MORPHS))


def test_gain_changes_nothing():
    loud = make_waveform(5.0)
    quiet = Waveform(loud.samples * np.float32(0.02), loud.sample_rate)
    np.testing.assert_allclose(run(quiet).probabilities, run(loud).probabilities, atol=1e-4)


def test_batching_changes_nothing(monkeypatch):
    waveform = make_waveform(50.0)
    together = run(waveform)
    monkeypatch.setattr(inference, "_BATCH", 1)
    one_by_one = run(waveform)
    np.testing.assert_allclose(one_by_one.probabilities, together.probabilities, atol=1e-5)
    np.testing.assert_allclose(one_by_one.mouth, together.mouth, atol=1e-5)
    np.testing.assert_allclose(one_by_one.neutral_mouth, together.neutral_mouth, atol=1e-5)


def test_what_comes_much_later_changes_nothing_before():
    waveform = make_waveform(40.0)
    start = Waveform(waveform.samples[: 21 * 16_000], 16_000)
    whole, part = run(waveform), run(start)
    # 21 s are three segments of 9 s, one every 6 s; nothing was cut from the first two.
    np.testing.assert_allclose(part.probabilities[:24], whole.probabilities[:24], atol=1e-5)
    np.testing.assert_allclose(part.mouth[:390], whole.mouth[:390], atol=1e-5)


def test_twice_the_same_is_the_same():
    waveform = make_waveform(5.0)
    np.testing.assert_array_equal(run(waveform).probabilities, run(waveform).probabilities)


def test_progress_rises_to_1_and_may_cancel():
    shares = []
    run(make_waveform(100.0), progress=lambda stage, share: shares.append((stage, share)))
    assert [stage for stage, _ in shares] == [Stage.EMOTION] * len(shares)
    assert shares == sorted(shares)
    assert shares[-1][1] == 1.0

    def cancel(stage: Stage, share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        run(make_waveform(5.0), progress=cancel)


def test_another_sample_rate_is_our_mistake():
    with pytest.raises(ValueError, match="16000"):
        run(make_waveform(4.0, sample_rate=8_000))


def test_resampling_keeps_a_ramp_a_ramp():
    ramp = np.linspace(0, 1, 101)[:, None] * np.ones(16)
    mouth = resample_mouth(ramp, 2.0, 30.0)
    np.testing.assert_allclose(mouth[:, MORPHS.index("jawOpen")], np.arange(60) / 60, atol=1e-6)
    assert not mouth[:, MORPHS.index("eyeBlinkLeft")].any()
