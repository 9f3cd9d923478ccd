import json
from dataclasses import replace

import numpy as np
import pytest

from tests.factories import make_analysis
from ui.review_data import as_json, review_data
from verhm.report.look import REASONS
from verhm.types import Acoustics, WindowStatus


@pytest.fixture(scope="module")
def data():
    return review_data(make_analysis(60.0))


def test_nothing_is_shown_of_a_window_without_a_result(data):
    for index in (4, 5):  # silence and uncertain in the made-up timeline
        assert all(row[index] is None for row in data["probabilities"])
        assert data["valence"][index] is data["arousal"][index] is None


def test_probabilities_are_thousandths_that_sum_to_one(data):
    known = [index for index, status in enumerate(data["status"]) if status == 0]
    sums = [sum(row[index] for row in data["probabilities"]) for index in known]
    np.testing.assert_allclose(sums, 1000, atol=4)


def test_every_status_but_ok_has_a_reason(data):
    assert set(REASONS) == set(WindowStatus) - {WindowStatus.OK}
    assert data["reasons"][data["status"][0]] == ""


def test_reasons_are_those_of_the_windows(data):
    assert data["reasons"][data["status"][4]] == "no speech"
    assert data["reasons"][data["status"][5]] == "uncertain"
    assert data["meanings"][data["status"][0]] == ""
    assert data["meanings"][data["status"][4]] == "Nobody speaks here."


def test_every_window_has_all_its_figures(data):
    lengths = {len(data[name]) for name in ("starts", "ends", "status", "speech", "snr", "valence")}
    assert lengths == {len(data["probabilities"][0])}


def test_an_unknown_signal_to_noise_ratio_is_none():
    analysis = make_analysis(10.0)
    quality = tuple(replace(each, snr=float("nan")) for each in analysis.window_quality)
    assert set(review_data(replace(analysis, window_quality=quality))["snr"]) == {None}


def test_the_voice_covers_the_recording(data):
    voice = data["voice"]
    assert len(voice["loudness"]) == len(voice["pitch"])
    assert len(voice["loudness"]) * voice["step"] == pytest.approx(
        data["duration"], abs=voice["step"]
    )


def test_pitch_is_none_where_nothing_is_voiced():
    analysis = make_analysis(10.0)
    pitch = analysis.acoustics.pitch.copy()
    pitch[20:30] = np.nan
    changed = Acoustics(analysis.acoustics.times, pitch, analysis.acoustics.loudness)
    found = review_data(replace(analysis, acoustics=changed))["voice"]["pitch"]
    assert found[22:28] == [None] * 6
    assert found[0] is not None


def test_two_hours_stay_below_two_megabytes():
    text = as_json(review_data(make_analysis(7_200.0)))
    assert len(text) < 2_000_000


def test_the_json_holds_no_markup_and_no_template_and_means_the_same():
    value = {"text": "</script><b>${1}`&"}
    text = as_json(value)
    assert not set("<>&$`") & set(text)
    assert json.loads(text) == value
