import json
from dataclasses import replace

import numpy as np
import pytest

import verhm.confounds
from tests.factories import make_analysis, make_waveform
from tests.model.tiny import SETTINGS, make_model
from verhm.__main__ import main
from verhm.analyze_command import Outputs, write_results
from verhm.confounds import (
    CHANGES,
    Change,
    Confounds,
    change_level,
    check_confounds,
    write_confounds,
)
from verhm.errors import Cancelled
from verhm.model.baseline import usual_embedding
from verhm.model.inference import infer
from verhm.stages import Stage, no_progress
from verhm.types import Analysis, EmotionTimeline, Voice, Waveform, WindowStatus

DURATION = 40.3  # s: three blocks of two encoder segments, and a rest


def make_confounds(pitch: list[bool], level: list[bool]) -> Confounds:
    """The first moves each quantity down, the second up; the windows are half a second apart."""
    flips = {"pitch": pitch, "level": level}
    rows = [flips[change.quantity] for change in CHANGES]
    return Confounds(np.arange(len(pitch)) / 2, np.array(rows, dtype=bool).reshape(4, -1))


def make_voice() -> Waveform:
    """Tones and noise that change all the time."""
    rng = np.random.default_rng(0)
    times = np.arange(round(DURATION * 16_000)) / 16_000
    slow = np.interp(times, np.arange(0, 42, 2), rng.uniform(0.05, 1, 21))
    samples = 0.2 * slow * np.sin(2 * np.pi * np.cumsum(100 + 300 * slow) / 16_000)
    return Waveform((samples + rng.normal(0, 0.02, len(times))).astype(np.float32), 16_000)


def analyse(waveform: Waveform, model) -> Analysis:
    """A made-up analysis with this model's probabilities; every fifth window has no result."""
    analysis = make_analysis(waveform.duration)
    timeline = analysis.timeline
    status = tuple(
        WindowStatus.NOISY if index % 5 == 0 else WindowStatus.OK for index in range(len(timeline))
    )
    found = infer(
        model, waveform, analysis.activity, timeline.starts, timeline.ends, analysis.settings
    )
    timeline = EmotionTimeline(timeline.starts, timeline.ends, found.probabilities, status)
    return replace(analysis, timeline=timeline, baseline_windows=0.0)


@pytest.fixture(scope="module")
def voice():
    return make_voice()


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.fixture(scope="module")
def analysis(voice, model):
    return analyse(voice, model)


@pytest.fixture
def without_change(monkeypatch):
    """One change that leaves everything as it is, in short blocks."""
    same = Change("pitch", 0.0, "semitones", lambda waveform, _: waveform)
    monkeypatch.setattr(verhm.confounds, "CHANGES", (same,))
    monkeypatch.setattr(verhm.confounds, "_SEGMENTS", 2)


def test_in_blocks_an_unchanged_voice_has_the_same_probabilities(
    voice, model, analysis, without_change, monkeypatch
):
    seen = []

    def remember(*arguments, **options):
        found = infer(*arguments, **options)
        seen.append(found.probabilities)
        return found

    monkeypatch.setattr(verhm.confounds, "infer", remember)
    confounds = check_confounds(model, voice, analysis)
    assert len(seen) == 4
    np.testing.assert_allclose(
        np.concatenate(seen), analysis.timeline.probabilities, rtol=0, atol=1e-5
    )
    assert not confounds.flips.any()


def test_exactly_the_windows_that_were_something_else_are_counted(
    voice, model, analysis, without_change
):
    probabilities = analysis.timeline.probabilities.copy()
    probabilities[[7, 10, 31]] = np.roll(probabilities[[7, 10, 31]], 1, axis=1)
    timeline = replace(analysis.timeline, probabilities=probabilities)
    confounds = check_confounds(model, voice, replace(analysis, timeline=timeline))
    # Window 10 has no result.
    assert confounds.starts[confounds.flips[0]] == pytest.approx([3.5, 15.5])
    assert confounds.shares[0] == pytest.approx(2 / len(confounds.starts))


def test_only_windows_with_a_result_are_looked_at(voice, model, analysis):
    confounds = check_confounds(model, voice, analysis)
    np.testing.assert_array_equal(
        confounds.starts, analysis.timeline.starts[analysis.timeline.has_result]
    )
    # The network hears levels only relative to the loudest point around.
    assert not confounds.flips_with("level").any()


def test_a_recording_without_a_result_needs_no_second_look(voice, model, analysis, monkeypatch):
    timeline = replace(analysis.timeline, status=(WindowStatus.NOISY,) * len(analysis.timeline))
    monkeypatch.setattr(verhm.confounds, "infer", lambda *arguments, **options: pytest.fail())
    confounds = check_confounds(model, voice, replace(analysis, timeline=timeline))
    assert len(confounds.starts) == 0
    assert confounds.sentence.startswith("No window has a result")


def test_a_recording_shorter_than_a_window_is_checked(model):
    waveform = make_waveform(1.3)
    analysis = analyse(waveform, model)
    timeline = replace(analysis.timeline, status=(WindowStatus.OK,))
    assert len(check_confounds(model, waveform, replace(analysis, timeline=timeline)).starts) == 1


def test_the_voice_s_baseline_is_taken_off_again(voice, model, analysis, without_change):
    usual = Voice(model.id.sha256, 20.0, np.full(SETTINGS.embedding, 3.0))
    settings, spoken, timeline = analysis.settings, analysis.activity, analysis.timeline
    off = usual_embedding(usual, model.id.sha256)
    found = infer(model, voice, spoken, timeline.starts, timeline.ends, settings, usual=off)
    relative = replace(
        analysis,
        timeline=replace(timeline, probabilities=found.probabilities),
        baseline_windows=20.0,
    )
    assert np.abs(found.probabilities - timeline.probabilities).max() > 0.01
    assert not check_confounds(model, voice, relative, baseline=usual).flips.any()
    with pytest.raises(ValueError, match="another baseline"):
        check_confounds(model, voice, relative)


def test_progress_rises_to_one_and_may_cancel(voice, model, analysis, without_change):
    told = []
    check_confounds(model, voice, analysis, lambda stage, share: told.append((stage, share)))
    assert {stage for stage, _ in told} == {Stage.EMOTION}
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)

    def cancel(stage: Stage, share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        check_confounds(model, voice, analysis, cancel)


def test_six_decibels_are_a_factor_of_two():
    louder = change_level(make_waveform(), 6.0206).samples
    np.testing.assert_allclose(louder, 2 * make_waveform().samples, rtol=1e-5)


def test_either_direction_counts():
    down, up = (np.array([True, False, False]), np.array([True, True, False]))
    rows = {"pitch": iter((down, up)), "level": iter((~down & down, ~up & up))}
    confounds = Confounds(np.zeros(3), np.array([next(rows[c.quantity]) for c in CHANGES]))
    np.testing.assert_array_equal(confounds.flips_with("pitch"), [True, True, False])
    assert confounds.sentence == (
        "2 of 3 windows change their likeliest emotion when the pitch is moved by 2 semitones, "
        "0 when the level is moved by 6 dB: take them with care."
    )


def test_the_sentence_advises_care_only_where_a_window_changes():
    assert "care" not in make_confounds([False] * 4, [False] * 4).sentence
    assert make_confounds([True, False], [False] * 2).sentence.startswith(
        "1 of 2 windows changes its likeliest emotion"
    )
    assert "care" in make_confounds([False] * 4, [True] * 4).sentence


def test_flips_for_other_windows_are_refused():
    with pytest.raises(ValueError, match="C, N"):
        Confounds(np.zeros(3), np.zeros((4, 2), dtype=bool))


def test_the_file_says_which_windows_change(tmp_path):
    write_confounds(make_confounds([False, True, True], [False] * 3), tmp_path / "c.json")
    document = json.loads((tmp_path / "c.json").read_text())
    assert document["windows"] == 3
    for change in document["changes"]:
        expected = [0.5, 1.0] if change["quantity"] == "pitch" else []
        assert change["starts"] == expected
        assert change["flipped"] == len(expected)
        assert change["share"] == pytest.approx(len(expected) / 3)


def test_without_windows_shares_are_unknown(tmp_path):
    write_confounds(make_confounds([], []), tmp_path / "c.json")
    changes = json.loads((tmp_path / "c.json").read_text())["changes"]
    assert [change["share"] for change in changes] == [None] * 4


def test_earlier_confounds_do_not_stay_beside_new_results(tmp_path):
    (tmp_path / "confounds.json").write_text("{}")
    wanted = Outputs(has_video=False)
    write_results(make_analysis(2.0), tmp_path / "a", tmp_path, wanted, no_progress)
    assert not (tmp_path / "confounds.json").exists()


@pytest.mark.model
def test_the_command_line_writes_the_file_and_prints_the_sentence(speech_path, tmp_path, capsys):
    call = ["analyze", str(speech_path), "--out", str(tmp_path), "--no-video", "--confounds"]
    assert main(call) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"all of it is in {tmp_path}")
    assert lines[-1] == f"{speech_path}: {read_sentence(tmp_path)}"
    assert len(list(tmp_path.iterdir())) == 11


def read_sentence(folder) -> str:
    return json.loads((folder / "confounds.json").read_text())["sentence"]
