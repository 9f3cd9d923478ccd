"""Whose a patient is: nobody else reads or changes anything of one, unless let in."""

import json
from datetime import date, time, timedelta

import pytest

from storage.account_models import Role
from storage.consents import Scope
from storage.details import Agreement, PatientDetails, SessionDetails
from storage.keys import new_key
from storage.models import MediaKind, VideoState
from storage.repository import open_repository
from storage.vault import Vault
from tests.storage.conftest import make_result
from verhm.errors import StorageError
from verhm.settings import AnalysisSettings

DAY = date(2026, 3, 4)
NOTE = "sister Ruth came to stay"


@pytest.fixture(params=["plain", "encrypted"])
def repository(request, tmp_path):
    vault = Vault(new_key()) if request.param == "encrypted" else None
    opened = open_repository(tmp_path / "data", vault)
    yield opened
    opened.close()


class Ward:
    """A patient of Ada's with a session and a result; Bert is a colleague, Rosa a researcher."""

    def __init__(self, people, recording) -> None:
        self.people = people
        self.recording = recording
        self.bert, self.rosa = people.add("Bert"), people.add("Rosa", Role.RESEARCHER)
        self.hers, self.his, self.figures = (
            people.seen_by(each) for each in (people.administrator, self.bert, self.rosa)
        )
        details = PatientDetails("P-0417", "Jane Doe", note=NOTE)
        agreement = Agreement(DAY, scopes=(Scope.ANALYSIS, Scope.RESEARCH))
        self.patient = self.hers.add_patient(details, agreement)
        session = SessionDetails(DAY, note=NOTE)
        self.session = self.hers.add_session(self.patient.id, session, recording, picture=recording)
        run = self.hers.begin_run(self.session.id, AnalysisSettings())
        self.hers.mark_running(run.id)
        self.run = self.hers.finish_run(run.id, make_result())
        self.kept = self.hers.media_of(self.run.id, MediaKind.ANALYSIS)
        self.media = self.hers.media_of(self.session.id, MediaKind.RECORDING)
        self.picture = self.hers.media_of(self.session.id, MediaKind.CAMERA)

    def reads(self, repository):
        """Everything that reads something of the patient."""
        return {
            "patient": lambda: repository.patient(self.patient.id),
            "session": lambda: repository.session(self.session.id),
            "run": lambda: repository.run(self.run.id),
            "document": lambda: repository.document(self.run.id),
            "morphs": lambda: repository.morphs(self.run.id),
            "voice": lambda: repository.voice(self.run.id),
            "media": lambda: repository.media(self.media.id),
            "analysis": lambda: repository.content(self.kept.id),
            "media_of": lambda: repository.media_of(self.session.id, MediaKind.RECORDING),
            "content": lambda: repository.content(self.media.id),
            "picture": lambda: repository.content(self.picture.id),
            "recording": lambda: repository.recording(self.session.id),
            "recording_content": lambda: repository.recording_content(self.session.id),
            "shares": lambda: repository.shares(self.patient.id),
            "consents": lambda: repository.consents(self.patient.id),
        }

    def changes(self, repository):
        """Everything that changes something of the patient."""
        details, patient, run = PatientDetails("P-9"), self.patient.id, self.run.id
        session = SessionDetails(DAY)
        return {
            "update": lambda: repository.update_patient(patient, details),
            "consent": lambda: repository.give_consent(patient, Agreement(DAY)),
            "withdrawal": lambda: repository.withdraw_consent(patient, DAY, [Scope.ANALYSIS]),
            "archive": lambda: repository.archive_patient(patient),
            "erase": lambda: repository.erase_patient(patient, "P-0417"),
            "add_session": lambda: repository.add_session(patient, session, self.recording),
            "erase_session": lambda: repository.erase_session(self.session.id),
            "update_session": lambda: repository.update_session(self.session.id, session),
            "begin_run": lambda: repository.begin_run(self.session.id, AnalysisSettings()),
            "mark_running": lambda: repository.mark_running(run),
            "finish_run": lambda: repository.finish_run(run, make_result()),
            "cancel_run": lambda: repository.cancel_run(run),
            "requeue": lambda: repository.requeue(run),
            "video": lambda: repository.attach_video(run, self.recording),
            "video_state": lambda: repository.set_video_state(run, VideoState.NONE),
            "share": lambda: repository.share_patient(patient, self.rosa.id),
            "unshare": lambda: repository.unshare_patient(patient, self.rosa.id),
            "refuse": lambda: repository.refuse_to_change(self.session.id),
        }


@pytest.fixture
def ward(people, practice):
    return Ward(people, practice.recording)


def refusals(calls) -> dict[str, str]:
    codes = {}
    for name, call in calls.items():
        with pytest.raises(StorageError) as refused:
            call()
        codes[name] = refused.value.code
    return codes


def test_nothing_of_a_patient_is_there_for_somebody_else(ward):
    for repository in (ward.his, ward.figures):
        assert set(refusals(ward.reads(repository)).values()) <= {"E53", "E57"}
        assert repository.patients(include_archived=True) == ()
        assert repository.sessions(ward.patient.id) == ()
        assert repository.latest_run(ward.session.id) is None
        assert repository.reached([ward.session.id]) == frozenset()
    assert set(refusals(ward.reads(ward.his)).values()) == {"E53"}
    assert set(refusals(ward.changes(ward.his)).values()) == {"E53"}
    assert set(refusals(ward.changes(ward.figures)).values()) <= {"E53", "E57"}
    assert ward.hers.patient(ward.patient.id).code == "P-0417"
    assert len(ward.hers.sessions(ward.patient.id)) == 1


def test_a_code_tells_nobody_that_a_colleague_has_the_same(ward):
    assert ward.his.next_code() == "P-0001"
    ward.his.add_patient(PatientDetails("P-0417"))
    with pytest.raises(StorageError, match="E55"):
        ward.his.add_patient(PatientDetails("P-0417"))


def test_a_colleague_who_was_let_in_works_along_but_does_not_erase(ward):
    ward.hers.share_patient(ward.patient.id, ward.bert.id)
    for name, read in ward.reads(ward.his).items():
        if name != "shares":
            assert read() is not None, name
    added = ward.his.add_session(ward.patient.id, SessionDetails(DAY), ward.recording)
    assert ward.hers.session(added.id).number == 2
    assert ward.his.update_session(ward.session.id, SessionDetails(DAY, phq9=5)).phq9 == 5
    ward.his.erase_session(added.id)
    only_hers = ("archive", "erase", "erase_session", "share", "unshare")
    calls = {name: ward.changes(ward.his)[name] for name in only_hers}
    assert refusals(calls) == dict.fromkeys(only_hers, "E57")
    ward.hers.unshare_patient(ward.patient.id, ward.bert.id)
    with pytest.raises(StorageError, match="E53"):
        ward.his.patient(ward.patient.id)


def test_a_researcher_sees_figures_and_nothing_that_tells_whose(ward):
    ward.hers.share_patient(ward.patient.id, ward.rosa.id)
    (shared,) = ward.hers.shares(ward.patient.id)
    (overview,) = ward.figures.patients()
    patient, session = overview.patient, ward.figures.session(ward.session.id)
    run = ward.figures.run(ward.run.id)
    for each in (patient, session.patient, run.session.patient):
        assert (each.code, each.name, each.note) == (shared.pseudonym, None, "")
        assert each.consents == []
    assert session.note == ""
    assert session.media == []
    moved = DAY - session.recorded_on
    assert timedelta(1) <= moved <= timedelta(365)
    for day in (overview.last_session_on, overview.figures[0].recorded_on):
        assert DAY - day == moved
    assert run.created_at.date() < ward.run.created_at.date()
    for moment in (patient.created_at, session.created_at, run.created_at, run.finished_at):
        assert moment.astimezone().time() == time.min  # of a session's day, the time tells which
    assert run.media == []
    told, kept = (json.loads(each.document(ward.run.id)) for each in (ward.figures, ward.hers))
    del kept["audio"]["sha256"]  # finds the recording wherever it lies
    assert told == kept
    voices = (
        "voice",
        "morphs",
        "analysis",
        "media",
        "picture",
        "media_of",
        "recording",
        "shares",
        "consents",
    )
    calls = {name: ward.reads(ward.figures)[name] for name in voices}
    assert refusals(calls) == dict.fromkeys(voices, "E57")
    assert set(refusals(ward.changes(ward.figures)).values()) <= {"E53", "E57"}


@pytest.mark.parametrize("search", ["Jane", "doe", "P-0417"])
def test_a_researcher_finds_nobody_by_a_name_or_a_code(ward, search):
    ward.hers.share_patient(ward.patient.id, ward.rosa.id)
    assert ward.figures.patients(search) == ()
    assert len(ward.hers.patients(search)) == 1


def test_what_a_researcher_was_shown_changes_nothing_that_is_kept(ward):
    ward.hers.share_patient(ward.patient.id, ward.rosa.id)
    ward.figures.patients(), ward.figures.sessions(ward.patient.id)
    kept = ward.hers.session(ward.session.id)
    assert (kept.note, kept.recorded_on, kept.patient.name) == (NOTE, DAY, "Jane Doe")


def test_a_try_is_found_and_erased_by_whoever_made_it_alone(ward):
    details = SessionDetails(DAY)
    ward.hers.share_patient(ward.patient.id, ward.bert.id)
    tried = [
        ward.hers.add_session(patient, details, ward.recording, is_kept=False)
        for patient in (None, ward.patient.id)
    ]
    assert ward.his.tried() == () and len(ward.hers.tried()) == 2
    ward.his.erase_tried()
    for session in tried:
        with pytest.raises(StorageError, match="E53"):
            ward.his.session(session.id)
        assert ward.hers.session(session.id).id == session.id
    ward.hers.erase_tried()
    assert ward.hers.tried() == ()


def test_what_start_and_stop_do_is_nobodys(ward):
    for verb in (ward.hers.sweep, ward.hers.take_up):
        with pytest.raises(StorageError, match="E57"):
            verb()


def test_what_is_read_twice_in_one_moment_is_changed_for_a_researcher_once(ward):
    ward.hers.share_patient(ward.patient.id, ward.rosa.id)
    once = ward.figures.session(ward.session.id)
    with ward.figures.one_moment(), ward.figures.one_moment():
        ward.figures.patients(), ward.figures.session(ward.session.id)
        (twice,) = ward.figures.sessions(ward.patient.id)
    assert (twice.recorded_on, twice.created_at) == (once.recorded_on, once.created_at)
    assert twice.patient.code == once.patient.code


def test_a_researcher_does_not_see_that_something_is_worked_on_now(ward):
    ward.hers.share_patient(ward.patient.id, ward.rosa.id)
    again = ward.hers.begin_run(ward.session.id, AnalysisSettings())
    assert [run.number for run in ward.hers.session(ward.session.id).runs] == [2, 1]
    assert [run.number for run in ward.figures.session(ward.session.id).runs] == [1]
    assert ward.figures.latest_run(ward.session.id).id == ward.run.id != again.id
    assert ward.hers.reached([ward.session.id]) == {ward.session.id}
    assert ward.figures.reached([ward.session.id]) == frozenset()


def test_what_one_is_told_in_a_moment_another_is_not(ward):
    ward.hers.share_patient(ward.patient.id, ward.rosa.id)
    with ward.hers.one_moment():
        full = ward.hers.patient(ward.patient.id)
        assert ward.figures.patient(ward.patient.id).code != full.code
        with pytest.raises(StorageError, match="E53"):
            ward.his.patient(ward.patient.id)
        assert ward.hers.patient(ward.patient.id).code == ward.patient.code
