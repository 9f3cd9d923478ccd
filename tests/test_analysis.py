"""The whole analysis of a recording, with the shipped model."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from verhm.analysis import Analyzer
from verhm.errors import Cancelled, RequestError
from verhm.labels import MORPHS
from verhm.stages import Stage
from verhm.types import Voice

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer()


@pytest.fixture(scope="module")
def minutes(speech_path, tmp_path_factory) -> Path:
    """Two minutes of synthetic speech."""
    samples, sample_rate = soundfile.read(speech_path)
    path = tmp_path_factory.mktemp("long") / "minutes.wav"
    soundfile.write(path, np.resize(samples, 120 * sample_rate), sample_rate)
    return path


def test_progress_goes_through_the_stages_and_never_back(analyzer, minutes):
    told = []
    analyzer.analyze(minutes, lambda stage, share: told.append((list(Stage).index(stage), share)))
    assert told == sorted(told)
    assert [list(Stage)[index] for index in dict(told)] == [
        *(Stage.DECODE, Stage.QUALITY, Stage.SPEECH, Stage.EMOTION, Stage.FACE)
    ]
    speech = {share for index, share in told if index == list(Stage).index(Stage.SPEECH)}
    assert len(speech) > 4, "the bar must move while the voice is measured"


@pytest.mark.parametrize("late", [0.5, 0.58, 0.7])
def test_cancelling_acts_in_every_step_of_finding_speech(analyzer, minutes, late):
    told = []

    def cancel(stage: Stage, share: float) -> None:
        told.append(stage)
        if stage is Stage.SPEECH and share > late:
            raise Cancelled

    with pytest.raises(Cancelled):
        analyzer.analyze(minutes, cancel)
    assert Stage.EMOTION not in told


def test_a_voice_is_read_against_its_own_earlier_recordings(analyzer, minutes):
    without = analyzer.analyze(minutes)
    # As if every window had had a result: synthetic speech gets few.
    voice = replace(without.voice, windows=40.0)
    against = analyzer.analyze(minutes, baseline=voice)
    assert (without.baseline_windows, against.baseline_windows) == (0.0, 40.0)
    difference = against.timeline.probabilities - without.timeline.probabilities
    assert np.abs(difference).max() > 0.05
    assert len(without.voice.mean) == len(against.voice.mean)


def test_an_unfit_baseline_is_refused_before_anything_is_read(analyzer):
    other = Voice("another model", 40.0, np.zeros(300))
    with pytest.raises(RequestError, match=r"^E74"):
        analyzer.analyze(Path("nowhere.wav"), baseline=other)


def test_the_face_rests_before_speech(analyzer, speech_path, tmp_path):
    samples, sample_rate = soundfile.read(speech_path)
    soundfile.write(
        tmp_path / "a.wav", np.concatenate([np.zeros(2 * sample_rate), samples]), sample_rate
    )
    jaw = analyzer.analyze(tmp_path / "a.wav").morphs.weights[:, MORPHS.index("jawOpen")]
    assert jaw[:45].max() < 0.02  # 1.5 s, at 30 frames a second
    assert jaw[60:].mean() > 0.05
