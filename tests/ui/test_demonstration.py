from datetime import date

import numpy as np
import pytest
import soundfile

from storage.details import PatientDetails
from storage.models import MediaKind, VideoState
from ui import demonstration_voice
from ui.change import compare_with_usual
from ui.demonstration import CODE, load_demonstration, synthetic_analysis
from ui.demonstration_motion import morphs_for
from ui.demonstration_timeline import Story
from ui.demonstration_voice import MEASURED, RECORDING
from verhm.errors import StorageError
from verhm.labels import EMOTIONS, MORPHS
from verhm.model.expression import ACTION_UNITS, express
from verhm.report.quality import grade
from verhm.settings import AnalysisSettings
from verhm.types import Acoustics, EmotionTimeline, SpeechActivity, WindowStatus

TODAY = date(2026, 11, 21)


@pytest.fixture
def sessions(context):
    return context.repository.sessions(load_demonstration(context.repository, TODAY))


def test_loading_twice_makes_one_patient(context):
    first = load_demonstration(context.repository)
    assert load_demonstration(context.repository) == first
    assert len(context.repository.patients()) == 1
    assert len(context.repository.sessions(first)) == 5


def test_an_archived_demonstration_is_found_again(context):
    first = load_demonstration(context.repository)
    context.repository.archive_patient(first)
    assert load_demonstration(context.repository) == first


def test_a_real_patient_with_its_code_is_left_alone(context):
    context.repository.add_patient(PatientDetails(CODE))
    with pytest.raises(StorageError, match="E55"):
        load_demonstration(context.repository)


def test_everything_says_that_it_is_synthetic(context, sessions):
    patient = context.repository.patient(sessions[0].patient_id)
    assert patient.is_demonstration
    assert "Synthetic" in patient.note
    for session in sessions:
        assert "Synthetic" in session.note
        assert "synthetic" in session.latest_done.model.name


def test_the_sessions_lie_in_the_last_half_year(sessions):
    ages = [(TODAY - session.recorded_on).days for session in sessions]
    assert ages == sorted(ages)
    assert min(ages) > 0
    assert max(ages) < 183


def test_no_video_is_kept_until_it_is_asked_for(sessions):
    for session in sessions:
        assert session.latest_done.video_state is VideoState.NONE
        assert not any(each.kind is MediaKind.VIDEO for each in session.latest_done.media)


def test_one_recording_is_poor_and_all_have_figures(sessions):
    runs = [session.latest_done for session in sessions]
    grades = [grade(run.quality, run.summary) for run in runs]
    assert sorted(grades) == ["Good", "Good", "Good", "Good", "Poor"]
    assert not any(run.summary.withheld for run in runs)


def test_the_analysis_fits_its_recording():
    analysis = synthetic_analysis(Story(0, None, None), seed=1)
    info = soundfile.info(RECORDING)
    assert info.samplerate == 16_000
    assert info.channels == 1
    assert analysis.duration == pytest.approx(info.duration, abs=0.01)
    assert analysis.morphs.duration == pytest.approx(info.duration, abs=0.05)
    assert len(analysis.window_quality) == len(analysis.timeline)


def test_the_recording_is_small():
    assert RECORDING.stat().st_size + MEASURED.stat().st_size < 400_000


def test_the_same_seed_makes_the_same_story():
    one, other = (synthetic_analysis(Story(0, None, None), seed=3) for _ in range(2))
    np.testing.assert_array_equal(one.timeline.probabilities, other.timeline.probabilities)
    np.testing.assert_array_equal(one.morphs.weights, other.morphs.weights)


@pytest.mark.parametrize("emotion", ["sad", "surprised", "disgust"])
def test_the_face_shows_an_emotion_as_the_app_does_elsewhere(emotion):
    sure = np.tile(np.eye(len(EMOTIONS))[EMOTIONS.index(emotion)], (9, 1))
    starts = np.arange(9.0)
    timeline = EmotionTimeline(starts, starts + 1, sure, (WindowStatus.OK,) * 9)
    quiet = Acoustics(starts, np.full(9, np.nan), np.full(9, -60.0))
    speech = SpeechActivity(np.array([[0.0, 9.0]]))
    face = morphs_for(9.0, timeline, speech, quiet, AnalysisSettings()).weights[135]
    wanted = express(np.zeros((1, len(ACTION_UNITS))), sure[:1])[0]
    around = [MORPHS.index(name) for name in ("browInnerUp", "browDownLeft", "noseSneerRight")]
    assert wanted[around].max() > 0.6
    np.testing.assert_allclose(face[around], wanted[around], atol=0.01)


def test_windows_in_a_long_pause_have_no_result():
    analysis = synthetic_analysis(Story(0, None, None), seed=1)
    timeline, activity = analysis.timeline, analysis.activity
    silent = activity.seconds_within(timeline.starts, timeline.ends) < 0.1
    assert silent.any()
    assert {timeline.status[index] for index in np.flatnonzero(silent)} == {WindowStatus.SILENCE}


def test_making_the_voice_again_needs_its_speaker(monkeypatch, tmp_path):
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(SystemExit, match="espeak-ng was not found"):
        demonstration_voice._speak(tmp_path / "sentence.wav", "Hello", 50, 150)


def test_the_last_session_has_a_change_beyond_error_to_look_at(context):
    found = compare_with_usual(context.repository.figures(load_demonstration(context.repository)))
    assert found.changed == ("happy",)
    assert next(each for each in found.shifts if each.label == "sad").points < -20
