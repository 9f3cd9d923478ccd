import json
from dataclasses import asdict, replace

import numpy as np
import pytest
import soundfile

import training.robustness
from tests.factories import make_waveform
from tests.model.tiny import make_model
from tests.training.examples import make_clips
from training.robustness import (
    SEEN,
    Perturbation,
    compare,
    draw_sample,
    format_table,
    judge,
    measure_robustness,
    perturbations,
)
from training.stimuli import STIMULI, make_stimulus
from verhm.labels import EMOTIONS
from verhm.model.checkpoint import load
from verhm.types import EmotionTimeline, WindowStatus

SPEAKERS = 8


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def make_timeline(emotions: str, results: str) -> EmotionTimeline:
    """One window per letter: its likeliest emotion's index, and whether it has a result."""
    probabilities = np.full((len(emotions), len(EMOTIONS)), 0.05)
    probabilities[np.arange(len(emotions)), [int(letter) for letter in emotions]] = 0.65
    status = [WindowStatus.OK if letter == "+" else WindowStatus.NOISY for letter in results]
    starts = np.arange(len(emotions)) / 2
    return EmotionTimeline(starts, starts + 3, probabilities, tuple(status))


@pytest.mark.parametrize("count", [64, 100])
def test_a_sample_is_spread_over_speakers_and_emotions(count, rng):
    sample = draw_sample(make_clips(SPEAKERS), count, rng)
    assert len({clip.name for clip in sample}) == len(sample) == count
    groups = [(clip.speaker, clip.emotion) for clip in sample]
    sizes = [groups.count(group) for group in set(groups)]
    assert len(sizes) == SPEAKERS * len(EMOTIONS)
    assert max(sizes) - min(sizes) <= 1


def test_the_seed_decides_the_sample():
    clips = make_clips(SPEAKERS)
    first, again, other = (
        draw_sample(clips, 20, np.random.default_rng(seed)) for seed in (0, 0, 1)
    )
    assert first == again != other


def test_figures_are_those_worked_out_by_hand():
    before = [make_timeline("112", "++-"), make_timeline("33", "+-")]
    after = [make_timeline("141", "+-+"), make_timeline("44", "++")]
    outcome = compare(Perturbation("made up", lambda samples, rng: samples, 0.9), before, after)
    # Results before: windows 1, 2 of the first clip and 1 of the second; the first alone is the
    # same. Both have a result: windows 1 and 1.
    assert outcome.windows_unchanged == pytest.approx(1 / 3)
    assert outcome.results_unchanged == pytest.approx(1 / 2)
    assert outcome.with_result == pytest.approx(4 / 5)
    assert outcome.clips_unchanged == pytest.approx(1 / 2)


def test_windows_that_a_faster_clip_no_longer_has_are_left_out():
    before, after = [make_timeline("12", "++")], [make_timeline("1", "-")]
    outcome = compare(Perturbation("faster", lambda samples, rng: samples), before, after)
    assert outcome.windows_unchanged == 1.0
    assert outcome.results_unchanged is None


def test_every_row_has_its_own_name_and_does_something(rng):
    others = [make_waveform(0.5, seed=seed).samples for seed in range(6)]
    rows = perturbations(others)
    assert len({row.name for row in rows}) == len(rows)
    samples = make_waveform(0.5).samples
    for row in rows:
        changed = row.apply(samples, rng)
        assert np.isfinite(changed).all(), row.name
        assert len(changed) != len(samples) or not np.allclose(changed, samples, atol=1e-7)


def test_the_bars_are_those_set_beforehand():
    bars = {row.name: row.bar for row in perturbations([])}
    assert bars["gain -12 dB"] == 0.95
    assert bars["babble, 20 dB"] == 0.90 and bars["babble, 10 dB"] is None
    assert bars["room, T60 0.9 s, direct +0 dB"] == bars["microphone, peaks of 6 dB"] == 0.80
    assert bars["telephone, μ-law"] == 0.50


def test_a_run_says_what_it_is_of_and_is_ready_for_json(tmp_path, monkeypatch):
    clips = []
    for number, clip in enumerate(make_clips(2, takes=1)[:4]):
        path = tmp_path / f"{number}.flac"
        soundfile.write(path, make_waveform(3.2, seed=number).samples, 16_000)
        clips.append(replace(clip, path=path))
    same = Perturbation("nothing", lambda samples, rng: samples, 0.95)
    monkeypatch.setattr(training.robustness, "perturbations", lambda others: (same,))
    monkeypatch.setattr(training.robustness, "_STIMULUS", 1.0)
    monkeypatch.setattr(training.robustness, "_TAKES", 1)
    model = make_model()
    results = measure_robustness(model, clips, 3, seed=0)
    assert json.loads(json.dumps(results)) == results
    assert results["model"] == asdict(model.id)
    assert results["clips"] == 3
    assert results["note"] == SEEN
    assert results["perturbations"][0]["clips_unchanged"] == 1.0
    assert results["abstention"]["stimuli_without_result"]["silence"] == 1.0
    table = format_table(results)
    assert "trained on all actors" in table
    assert "nothing" in table and "silence" in table


@pytest.mark.model
@pytest.mark.parametrize("name", STIMULI)
def test_nothing_is_found_where_nobody_speaks(name, rng):
    assert not judge(load(), make_stimulus(name, 5.0, rng)).has_result.any()
