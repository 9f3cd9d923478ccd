"""Occlusion finds what matters, and nothing where nothing is."""

import numpy as np
import pytest
import torch

from tests.factories import make_waveform
from tests.model.tiny import SETTINGS, make_model, on_waveform
from verhm.audio.activity import detect_speech
from verhm.audio.media import decode
from verhm.errors import Cancelled, RequestError
from verhm.model import explanation
from verhm.model.calibration import calibrate
from verhm.model.checkpoint import SHIPPED, load
from verhm.model.encoder import WAVEFORM_KINDS
from verhm.model.explanation import band_edges, explain, neutral_fill, refuse_unexplainable
from verhm.model.inference import infer
from verhm.model.pooling import Windows
from verhm.settings import AnalysisSettings
from verhm.stages import Stage
from verhm.types import EmotionTimeline, SpeechActivity, Waveform, WindowStatus
from verhm.windows import window_bounds

MODEL = make_model()


def analyse(model, waveform: Waveform, activity: SpeechActivity) -> EmotionTimeline:
    bounds = window_bounds(waveform.duration, 3.0, 0.5)
    found = infer(model, waveform, activity, *bounds, AnalysisSettings())
    return EmotionTimeline(*bounds, found.probabilities, (WindowStatus.OK,) * len(bounds[0]))


def explain_all(waveform: Waveform, spans, window: int = 0, **more):
    activity = SpeechActivity(np.array(spans))
    return explain(MODEL, waveform, activity, analyse(MODEL, waveform, activity), window, **more)


def chirp(duration: float) -> Waveform:
    """A tone that rises, so that every patch has something particular."""
    times = np.arange(round(duration * 16_000)) / 16_000
    rise = np.sin(2 * np.pi * (200 * times + 150 * times**2))
    return Waveform((0.3 * rise).astype(np.float32), 16_000)


@pytest.mark.parametrize("window", [0, 5, 17, 22])
def test_it_is_the_timelines_result_that_is_explained(window):
    waveform, activity = make_waveform(14.0), SpeechActivity(np.array([[0.0, 14.0]]))
    timeline = analyse(MODEL, waveform, activity)
    found = explain(MODEL, waveform, activity, timeline, window)
    assert found.emotion == timeline.labels[np.argmax(timeline.probabilities[window])]
    assert found.probability == pytest.approx(timeline.probabilities[window].max(), abs=1e-6)
    assert found.times[[0, -1]] == pytest.approx([timeline.starts[window], timeline.ends[window]])


@pytest.mark.parametrize(
    ("duration", "step", "groups", "shape"),
    [(1.2, 0.5, 5, (2, 5)), (3.0, 0.5, 5, (6, 5)), (3.3, 0.25, 8, (12, 8))],
)
def test_patches_tile_the_window(duration, step, groups, shape):
    found = explain_all(chirp(duration), [[0.0, duration]], step=step, groups=groups)
    assert found.influence.shape == shape
    assert len(found.times) == shape[0] + 1 and np.all(np.diff(found.times) > 0.2)
    assert len(found.bands) == shape[1] + 1 and np.all(np.diff(found.bands) > 0)
    assert found.bands[[0, -1]] == pytest.approx([0.0, 8_000.0])
    assert found.mel.shape == (80, round(100 * min(duration, 3.0)))


def test_a_patch_moves_the_odds_by_what_an_occluded_spectrogram_gives():
    waveform, activity = chirp(3.0), SpeechActivity(np.array([[0.0, 3.0]]))
    timeline = analyse(MODEL, waveform, activity)
    found = explain(MODEL, waveform, activity, timeline, 0)
    network, sound = MODEL.network, torch.from_numpy(waveform.samples)[None]
    mel = network.encoder.features(sound)
    time, band = found.strongest(1)[0]
    rows = slice(16 * band, 16 * band + 16)
    mel[0, rows, 50 * time : 50 * time + 50] = mel[0, rows].mean(dim=1, keepdim=True)
    spoken = torch.ones(1, 150, dtype=torch.bool)
    window = Windows(torch.tensor([0]), torch.tensor([0]), 150)
    probabilities = calibrate(
        network.read(mel, spoken, window).logits.numpy(), MODEL.reading.temperature
    )
    before, after = (
        np.log(p[timeline.labels.index(found.emotion)] / (1 - p.max()))
        for p in (timeline.probabilities[0], probabilities[0])
    )
    assert abs(found.influence[time, band]) > 1e-4
    assert found.influence[time, band] == pytest.approx(before - after, abs=2e-5)


def test_digital_silence_has_no_influence():
    sound = chirp(3.0).samples.copy()
    sound[16_000:32_000] = 0.0
    # Patches that begin or end at the sound hold some of it; the one between them does not.
    found = explain_all(Waveform(sound, 16_000), [[0.0, 1.0], [2.0, 3.0]], step=0.25)
    assert np.abs(found.influence[5:7]).max() < 1e-6
    assert np.abs(found.influence[:3]).max() > 1e-4


def test_speech_is_filled_with_mean_speech_and_pauses_with_mean_pause():
    mel = torch.tensor([[1.0, 3.0, -1.0, -2.0]])
    fill = neutral_fill(mel, torch.tensor([True, True, False, False]))
    assert fill.tolist() == [[2.0, 2.0, -1.5, -1.5]]
    assert neutral_fill(mel, torch.ones(4, dtype=torch.bool)).tolist() == [[0.25] * 4]


def test_bands_meet_between_the_filters_middles():
    filters = MODEL.network.encoder.log_mel.mel.mel_scale.fb.numpy()  # (201 bins of 40 Hz, 80)
    middles = (filters * np.arange(0, 8_001, 40)[:, None]).sum(axis=0) / filters.sum(axis=0)
    edges = band_edges(np.arange(81))
    # Below 1 kHz a filter holds one or two bins, so its middle is known to a bin.
    assert np.all(edges[:-1] - 20 < middles) and np.all(middles < edges[1:] + 20)
    assert np.all((edges[20:-1] < middles[20:]) & (middles[20:] < edges[21:]))


def test_the_strongest_come_first_whichever_way_they_speak():
    found = explain_all(chirp(3.0), [[0.0, 3.0]])
    sizes = [abs(found.influence[patch]) for patch in found.strongest(30)]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == np.abs(found.influence).max()
    assert {np.sign(found.influence[patch]) for patch in found.strongest(5)} == {-1.0, 1.0}


def test_batching_changes_nothing(monkeypatch):
    together = explain_all(chirp(3.0), [[0.0, 3.0]])
    monkeypatch.setattr(explanation, "_BATCH", 7)
    other = explain_all(chirp(3.0), [[0.0, 3.0]])
    np.testing.assert_allclose(other.influence, together.influence, atol=1e-5)


def test_a_window_read_against_a_usual_voice_is_explained_so():
    waveform, activity = chirp(3.0), SpeechActivity(np.array([[0.0, 3.0]]))
    bounds, usual = window_bounds(3.0, 3.0, 0.5), np.linspace(-3.0, 3.0, SETTINGS.embedding)
    found = infer(MODEL, waveform, activity, *bounds, AnalysisSettings(), usual=usual)
    timeline = EmotionTimeline(*bounds, found.probabilities, (WindowStatus.OK,))
    explained = explain(MODEL, waveform, activity, timeline, 0, usual=usual)
    assert explained.probability == pytest.approx(found.probabilities.max(), abs=1e-6)
    with pytest.raises(ValueError, match="not this model's"):
        explain(MODEL, waveform, activity, timeline, 0)


@pytest.mark.parametrize("status", [status for status in WindowStatus if status != "ok"])
def test_a_window_without_a_result_is_refused(status):
    waveform, activity = make_waveform(4.0), SpeechActivity(np.array([[0.0, 4.0]]))
    timeline = analyse(MODEL, waveform, activity)
    withheld = EmotionTimeline(
        timeline.starts, timeline.ends, timeline.probabilities, (status,) * len(timeline)
    )
    with pytest.raises(RequestError, match="no result") as refusal:
        explain(MODEL, waveform, activity, withheld, 1)
    assert refusal.value.code == "E71"


@pytest.mark.parametrize("kind", WAVEFORM_KINDS)
def test_a_model_without_a_spectrogram_is_refused(kind):
    with pytest.raises(RequestError, match=rf"^E71 The encoder {kind} "):
        refuse_unexplainable(make_model(settings=on_waveform(kind)))
    refuse_unexplainable(MODEL)


def test_progress_rises_to_1_and_may_cancel():
    shares = []
    explain_all(chirp(3.0), [[0.0, 3.0]], progress=lambda stage, share: shares.append(share))
    assert shares == sorted(shares) and shares[-1] == 1.0

    def cancel(stage: Stage, share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        explain_all(chirp(3.0), [[0.0, 3.0]], progress=cancel)


@pytest.mark.model
def test_in_speech_the_pause_matters_least(speech_path):
    spoken = decode(speech_path).waveform.samples
    rng = np.random.default_rng(0)
    pause = rng.normal(0, 3e-4, 16_000).astype(np.float32)
    waveform = Waveform(
        np.concatenate([spoken[8_000:24_000], pause, spoken[24_000:40_000]]), 16_000
    )
    activity = detect_speech(waveform)
    model = load(SHIPPED, "cpu")
    timeline = analyse(model, waveform, activity)
    found = explain(model, waveform, activity, timeline, 0, step=0.25)
    sizes = np.abs(found.influence).max(axis=1)
    is_pause = activity.seconds_within(found.times[:-1], found.times[1:]) == 0
    assert is_pause.sum() >= 2
    assert sizes[is_pause].max() < 0.1 * sizes[~is_pause].max()
    assert found.probability == pytest.approx(timeline.probabilities[0].max(), abs=1e-5)
