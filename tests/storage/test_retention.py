"""Rules say what is due and erase nothing; an erased recording leaves its results."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from storage.__main__ import main
from storage.account_models import Role
from storage.audit import Action, Event
from storage.details import SessionDetails
from storage.models import MediaKind, VideoState
from storage.retention import Retention, months_before
from tests.storage.conftest import SOUND, files_in, make_result
from verhm.errors import RequestError, StorageError
from verhm.settings import AnalysisSettings

TODAY = date.today()


@pytest.fixture
def clinic(practice, people):
    """Ada's repository, with a patient seen thirteen months ago and now; both were analysed."""
    hers = people.seen_by(people.administrator)
    practice.repository = hers
    patient = practice.patient("P-0001")
    for day in (months_before(TODAY, 13), TODAY):
        session = hers.add_session(
            patient.id, SessionDetails(day), practice.recording, picture=practice.recording
        )
        run = practice.done(session, video=True)
        video = practice.recording.with_name(f"{run.id}.mp4")
        video.write_bytes(SOUND)
        hers.attach_video(run.id, video)
    return hers, patient


def test_nothing_is_due_unless_somebody_says_so(clinic):
    hers, _ = clinic
    assert hers.retention() == Retention() and hers.due(date(2999, 1, 1)) == ()


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2028, 3, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 1, 15), 120, date(2016, 1, 15)),
        (date(2028, 2, 29), 12, date(2027, 2, 28)),
    ],
)
def test_months_are_those_of_the_calendar(day, months, before):
    assert months_before(day, months) == before


def test_what_is_due_is_listed_from_its_day_on_and_still_there(clinic, practice):
    hers, patient = clinic
    newest, oldest = hers.sessions(patient.id)
    files = files_in(hers)
    hers.set_retention(Retention(recording_months=24))
    due_on = next(
        day
        for day in (oldest.recorded_on + timedelta(extra) for extra in range(700, 760))
        if months_before(day, 24) >= oldest.recorded_on
    )
    assert hers.due(due_on - timedelta(1)) == ()
    (due,) = hers.due(due_on)
    assert (due.patient.id, due.session_ids, due.is_whole) == (patient.id, (oldest.id,), False)
    hers.set_retention(Retention(patient_years=10))
    assert hers.due(newest.recorded_on + timedelta(3650)) == ()
    (whole,) = hers.due(newest.recorded_on + timedelta(3660))
    assert whole.is_whole and whole.session_ids == () and whole.last_day == newest.recorded_on
    assert files_in(hers) == files


def test_an_erased_recording_leaves_results_and_no_voice(clinic, practice):
    hers, patient = clinic
    newest, oldest = hers.sessions(patient.id)
    run = oldest.latest_done
    before = hers.document(run.id), hers.patients()[0].figures
    hers.set_retention(Retention(recording_months=12))
    assert hers.erase_recordings(patient.id) == 1
    assert hers.due() == () and hers.erase_recordings(patient.id) == 0
    kept = hers.session(oldest.id)
    assert {media.kind for media in kept.media} == {MediaKind.ANALYSIS, MediaKind.MORPHS}
    assert kept.recording_erased_at is not None and kept.runs[0].video_state is VideoState.NONE
    assert (hers.document(run.id), hers.patients()[0].figures) == before
    assert hers.recording(newest.id).is_file()
    folder = hers.files.folder / oldest.id
    assert {path.name for path in folder.iterdir()} == {media.file for media in kept.media}
    for call in (
        lambda: hers.recording_content(oldest.id),
        lambda: hers.begin_run(oldest.id, AnalysisSettings()),
        lambda: hers.set_video_state(run.id, VideoState.QUEUED),
    ):
        with pytest.raises(StorageError, match="E53"):
            call()
    with hers.database.reading() as unit:
        noted = select(Event.detail).where(Event.subject == oldest.id, Event.action == Action.ERASE)
        assert unit.scalars(noted).all() == ["recording"]


def test_an_analysis_that_ends_after_its_recording_was_erased_is_not_saved(clinic):
    hers, patient = clinic
    oldest = hers.sessions(patient.id)[1]
    running = hers.begin_run(oldest.id, AnalysisSettings())
    hers.set_retention(Retention(recording_months=12))
    hers.erase_recordings(patient.id)
    with pytest.raises(StorageError, match="E53"):
        hers.finish_run(running.id, make_result())


def test_it_travels_with_the_patient_that_a_recording_was_erased(clinic, tmp_path):
    hers, patient = clinic
    hers.set_retention(Retention(recording_months=12))
    hers.erase_recordings(patient.id)
    moments = [each.recording_erased_at for each in hers.sessions(patient.id)]
    hers.export_patient(patient.id, tmp_path / "patient.zip")
    hers.erase_patient(patient.id, "P-0001")
    hers.import_patient(tmp_path / "patient.zip", again=True)
    assert [each.recording_erased_at for each in hers.sessions(patient.id)] == moments
    assert moments[0] is None and moments[1] is not None


def test_a_hold_keeps_everything_until_it_is_lifted(clinic, practice):
    hers, patient = clinic
    oldest = hers.sessions(patient.id)[1]
    hers.set_retention(Retention(recording_months=1, patient_years=1))
    hers.hold_patient(patient.id, " court file ")
    hers.hold_patient(patient.id, "legal hold")
    (hold,) = hers.holds()
    assert (hold.patient.code, hold.reason) == ("P-0001", "legal hold")
    assert hers.due(date(2999, 1, 1)) == ()
    for erase in (
        lambda: hers.erase_recordings(patient.id),
        lambda: hers.erase_session(oldest.id),
        lambda: hers.erase_patient(patient.id, "P-0001"),
    ):
        with pytest.raises(RequestError, match="E76"):
            erase()
    assert hers.recording(oldest.id).is_file()
    with pytest.raises(RequestError, match="E63"):
        hers.hold_patient(patient.id, "  ")
    hers.lift_hold(patient.id)
    assert hers.holds() == () and len(hers.due()) == 1
    hers.erase_patient(patient.id, "P-0001")


def test_rules_are_the_administrators_and_what_is_due_its_owners(clinic, people, practice):
    hers, patient = clinic
    bert, rosa = people.add("Bert"), people.add("Rosa", Role.RESEARCHER)
    his, figures = people.seen_by(bert), people.seen_by(rosa)
    hers.share_patient(patient.id, bert.id)
    assert hers.may_administer() and not his.may_administer()
    for other in (his, figures):
        with pytest.raises(StorageError, match="E57"):
            other.set_retention(Retention(recording_months=1))
    hers.set_retention(Retention(recording_months=1))
    hers.set_retention(Retention(recording_months=1))
    assert his.due() == () and figures.due() == ()
    for change in (
        lambda: his.erase_recordings(patient.id),
        lambda: his.hold_patient(patient.id, "mine"),
        lambda: his.lift_hold(patient.id),
    ):
        with pytest.raises(StorageError, match="E57"):
            change()
    with hers.database.reading() as unit:
        noted = unit.execute(
            select(Event.subject, Event.detail).where(Event.action == Action.RETENTION)
        )
        assert noted.all() == [("recordings", "1 months")]


@pytest.mark.parametrize("unfit", [{"recording_months": 0}, {"patient_years": 101}])
def test_a_time_that_is_none_is_refused(unfit):
    with pytest.raises(RequestError, match="E63"):
        Retention(**unfit)


def test_a_demonstration_is_never_due(practice):
    practice.patient("DEMO", is_demonstration=True)
    practice.repository.set_retention(Retention(patient_years=1))
    assert practice.repository.due(date(2999, 1, 1)) == ()


def test_the_command_line_lists_and_erases_nothing(clinic, tmp_path, capsys):
    hers, _ = clinic
    hers.set_retention(Retention(recording_months=12))
    files = files_in(hers)
    assert main(["retention", "--data", str(tmp_path / "data")]) == 0
    said = capsys.readouterr().out
    assert "due 12 months after the session" in said and "Patients are never due" in said
    assert f"P-0001: 1 recording, last session {TODAY}" in said
    assert files_in(hers) == files
