"""Sentences about a voice say what is so, and no more."""

import itertools
from dataclasses import astuple, replace

import numpy as np
import pytest

from tests.factories import make_analysis
from verhm.labels import EMOTIONS
from verhm.report.description import (
    LEAST_WINDOWS,
    Prosody,
    UsualVoice,
    apart_from,
    describe_voice,
    describe_window,
    measure_prosody,
    prosody_apart,
    usual_voice,
)
from verhm.types import Acoustics, SpeechActivity
from verhm.windows import window_bounds

USUAL = UsualVoice(Prosody(36.0, 4.0, -26.0, 0.8), Prosody(2.0, 1.0, 3.0, 0.1), 20)
NAMES = ("Pitch", "Pitch range", "Loudness", "Share of speech")


def sentences(usual: UsualVoice = USUAL, **changes) -> list[str]:
    return describe_voice(replace(USUAL.mean, **changes), usual)


def test_a_voice_measured_by_hand():
    times = np.arange(0.05, 3.0, 0.1)
    # An octave between 110 and 220 Hz, half of the time each; the last second is a loud pause.
    pitch = np.where(times < 1.0, 110.0, 220.0)
    acoustics = Acoustics(times, pitch, np.where(times < 2.0, -20.0, -3.0))
    activity = SpeechActivity(np.array([[0.0, 2.0]]))
    [voice] = measure_prosody(acoustics, activity, np.array([0.0]), np.array([3.0]))
    # 110 Hz is two octaves above 27.5 Hz.
    assert astuple(voice) == pytest.approx((30.0, 12.0, -20.0, 2 / 3))


def test_loudness_is_a_mean_of_power():
    times = np.arange(0.05, 1.0, 0.1)
    acoustics = Acoustics(times, np.full(10, 110.0), np.where(times < 0.5, -10.0, -120.0))
    activity = SpeechActivity(np.array([[0.0, 1.0]]))
    [voice] = measure_prosody(acoustics, activity, np.array([0.0]), np.array([1.0]))
    assert voice.loudness == pytest.approx(-10 - 10 * np.log10(2))


def test_the_usual_voice_of_two_windows_worked_out_by_hand():
    unknown = Prosody(np.nan, np.nan, np.nan, 0.1)
    usual = usual_voice([Prosody(30, 2, -20, 0.5), unknown, Prosody(34, 4, -26, 0.7)])
    assert usual.windows == 2
    assert astuple(usual.mean) == pytest.approx((32, 3, -23, 0.6))
    assert astuple(usual.deviation) == pytest.approx(np.array([4, 2, 6, 0.2]) / np.sqrt(2))


@pytest.mark.parametrize("count", [0, 1])
def test_nothing_is_usual_for_a_voice_hardly_heard(count):
    usual = usual_voice([USUAL.mean] * count)
    assert usual.windows == count
    assert np.isnan(astuple(usual.mean)).all()


def test_a_difference_is_told_in_standard_deviations_with_its_direction():
    assert sentences(pitch=40.2)[0].startswith("Pitch is 2.1 SD above this voice's usual (280 Hz;")
    assert sentences(pitch=31.8)[0].startswith("Pitch is 2.1 SD below this voice's usual (173 Hz;")
    assert sentences(speech=0.5)[3] == (
        "Share of speech is 3.0 SD below this voice's usual (50 %; usually 80 %)."
    )


@pytest.mark.parametrize(("pitch", "is_usual"), [(37.9, True), (38.1, False), (34.1, True)])
def test_within_one_standard_deviation_is_as_usual(pitch, is_usual):
    assert ("as usual" in sentences(pitch=pitch)[0]) is is_usual


def test_a_voice_without_variation_does_not_make_small_differences_large():
    still = replace(USUAL, deviation=Prosody(0.0, 0.0, 0.0, 0.0))
    assert "as usual" in sentences(still, pitch=36.3)[0]
    assert "4.0 SD above" in sentences(still, pitch=38.0)[0]


def test_loudness_always_names_the_microphone():
    for loudness in (-26.0, -10.0):
        text = sentences(loudness=loudness)[2]
        assert text.startswith("Loudness") and "distance to the microphone" in text
    assert "\u221226 dBFS" in sentences()[2]


@pytest.mark.parametrize("loudness", [-26.0, -10.0])
def test_loudness_against_other_recordings_names_all_that_must_stay_the_same(loudness):
    voice = replace(USUAL.mean, loudness=loudness)
    texts = describe_voice(voice, USUAL, is_same_recording=False)
    assert texts[2].endswith(
        "only if microphone, gain and distance were the same in all these recordings."
    )
    own = describe_voice(voice, USUAL)
    assert "gain" not in own[2] and [*texts[:2], texts[3]] == [*own[:2], own[3]]


@pytest.mark.parametrize("count", [0, 2, LEAST_WINDOWS - 1])
def test_too_few_windows_are_not_compared_and_that_is_said(count):
    texts = describe_voice(Prosody(60.0, 4.0, -26.0, 0.8), usual_voice([USUAL.mean] * count))
    assert not any("SD" in text or "as usual" in text for text in texts)
    assert texts[-1].startswith("Not compared") and texts[-1].endswith(f"there are {count}.")


def test_a_window_hardly_voiced_is_not_described():
    times = np.arange(0.05, 3.0, 0.1)
    pitch = np.where(times < 0.4, 110.0, np.nan)
    acoustics, activity = Acoustics(times, pitch, times * 0), SpeechActivity(np.array([[0.0, 3.0]]))
    [voice] = measure_prosody(acoustics, activity, np.array([0.0]), np.array([3.0]))
    assert describe_voice(voice, USUAL) == ["Too little voiced speech to describe the voice."]


@pytest.mark.parametrize("shift", [-5.0, -1.5, 0.0, 1.5, 5.0])
def test_sentences_name_no_emotion(shift):
    moved = Prosody(
        *(
            mean + shift * deviation
            for mean, deviation in zip(astuple(USUAL.mean), astuple(USUAL.deviation), strict=True)
        )
    )
    texts = describe_voice(moved, USUAL)
    assert [text.split(" is ")[0] for text in texts] == list(NAMES)
    assert not any(emotion in text.lower() for text in texts for emotion in EMOTIONS)


@pytest.mark.parametrize("window", [0, 7, 50, 114])
def test_windows_compared_share_no_sound(window):
    starts, ends = window_bounds(60.0, 3.0, 0.5)
    chosen = apart_from(starts, ends, window)
    assert len(chosen) >= 18
    every = sorted([*chosen, window])
    assert all(starts[later] >= ends[earlier] for earlier, later in itertools.pairwise(every))


def test_the_only_window_has_nothing_to_be_compared_with():
    assert apart_from(np.array([0.0]), np.array([2.0]), 0) == []


def test_a_window_is_read_against_what_shares_no_sound_with_it():
    analysis = make_analysis(60.0)
    timeline = analysis.timeline
    voices = measure_prosody(analysis.acoustics, analysis.activity, timeline.starts, timeline.ends)
    apart = apart_from(timeline.starts, timeline.ends, 30)
    usual = usual_voice([voices[index] for index in apart])
    assert describe_window(analysis, 30) == describe_voice(voices[30], usual)
    earlier = prosody_apart(make_analysis(80.0, seed=1))
    assert "in all these recordings" in describe_window(analysis, 30, earlier)[2]
