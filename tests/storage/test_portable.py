"""A patient leaves as one file and comes back equal; what was changed on the way is refused."""

import json
import zipfile
from contextlib import closing
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from storage.__main__ import main
from storage.access import Actor
from storage.account_models import Role
from storage.annotation_models import AnnotationRow
from storage.audit import Action, Event
from storage.consents import Scope
from storage.details import LONGEST_NOTE, Agreement, EventDetails, SessionDetails
from storage.event_models import EventKind, PatientEvent
from storage.keys import new_key
from storage.models import Consent, Media, Patient, Run, RunState, Session
from storage.patient_file import DOCUMENT, PatientFile
from storage.repository import open_repository
from storage.vault import Vault
from tests.storage.conftest import SOUND, files_in
from verhm.errors import RequestError, StorageError


@pytest.fixture(params=["plain", "encrypted"])
def repository(request, tmp_path):
    vault = Vault(new_key()) if request.param == "encrypted" else None
    with closing(open_repository(tmp_path / "data", vault)) as opened:
        yield opened


@pytest.fixture
def patient(practice):
    """Somebody with everything that there can be, and somebody else."""
    patient = practice.patient(
        "P-0417",
        name="Jane Doe",
        note="walks by the river",
        agreement=Agreement(date(2026, 1, 2), date(2100, 1, 2), tuple(Scope)),
    )
    practice.repository.withdraw_consent(patient.id, date(2026, 2, 1), [Scope.RESEARCH])
    practice.session(practice.patient("P-0418"))
    first = practice.session(patient)
    practice.session(patient, day=2, is_kept=False)
    last = practice.filmed(patient, day=3)
    run = practice.done(first, video=True)
    video = practice.recording.with_name("face.mp4")
    video.write_bytes(SOUND)
    practice.repository.attach_video(run.id, video)
    practice.done(first)
    corrected = SessionDetails(date(2026, 2, 27), "Reading", "Dutch", "ünïcode\n✓", 3, 21)
    practice.repository.update_session(first.id, corrected)
    practice.repository.annotate(first.id, 4.0, 7.0, label="sad", text="sister")
    for kind, ends in ((EventKind.MEDICATION, None), (EventKind.LIFE_EVENT, date(2026, 2, 3))):
        details = EventDetails(kind, date(2026, 2, 1), ends, "ünïcode ✓")
        practice.repository.add_event(patient.id, details)
    practice.begun(last)
    practice.repository.archive_patient(patient.id)
    return practice.repository.patient(patient.id)


def rows_of(repository, patient_id: str) -> list[list[tuple]]:
    """Everything that is kept of a patient but unfinished runs, tries, keys and whose it is."""
    kept = select(Session.id).where(Session.patient_id == patient_id, Session.is_kept)
    finished = select(Run.id).where(Run.session_id.in_(kept), Run.state == RunState.DONE)
    whose = {"owner_id", "recorded_by", "written_by", "number"}
    queries = (
        (Patient, Patient.id == patient_id),
        (Session, Session.id.in_(kept)),
        (Run, Run.id.in_(finished)),
        (Media, Media.session_id.in_(kept)),
        (Consent, Consent.patient_id == patient_id),
        (AnnotationRow, AnnotationRow.session_id.in_(kept)),
        (PatientEvent, PatientEvent.patient_id == patient_id),
    )
    with repository.database.reading() as unit:
        return [
            [
                tuple(
                    repr(getattr(row, c.key)) for c in kind.__table__.columns if c.key not in whose
                )
                for row in unit.scalars(
                    select(kind).where(which).order_by(*kind.__mapper__.primary_key)
                )
            ]
            for kind, which in queries
        ]


def contents_of(repository, patient_id: str) -> dict[str, bytes]:
    with repository.database.reading() as unit:
        query = select(Media.id).join(Session).where(Session.patient_id == patient_id)
        ids = unit.scalars(query.where(Session.is_kept)).all()
    return {media_id: repository.content(media_id).open().read() for media_id in ids}


def test_erased_and_taken_in_again_a_patient_is_equal(repository, patient, tmp_path):
    rows, contents = rows_of(repository, patient.id), contents_of(repository, patient.id)
    repository.export_patient(patient.id, tmp_path / "patient.zip")
    repository.erase_patient(patient.id, patient.code)
    assert repository.import_patient(tmp_path / "patient.zip").id == patient.id
    assert rows_of(repository, patient.id) == rows
    assert contents_of(repository, patient.id) == contents
    assert len(rows[2]) == 2 and len(contents) == 10 and len(rows[-1]) == 2


def test_another_clinic_reads_it_under_a_key_of_its_own(repository, patient, tmp_path):
    repository.export_patient(patient.id, tmp_path / "patient.zip")
    with closing(open_repository(tmp_path / "elsewhere", Vault(new_key()))) as other:
        other.import_patient(tmp_path / "patient.zip")
        assert rows_of(other, patient.id) == rows_of(repository, patient.id)
        assert contents_of(other, patient.id) == contents_of(repository, patient.id)
        assert all(SOUND[:64] not in path.read_bytes() for path in files_in(other))
        again = tmp_path / "again.zip"
        other.export_patient(patient.id, again)
    assert document_in(again) == document_in(tmp_path / "patient.zip")


def test_the_document_has_what_its_schema_says_and_names_what_is_there(
    repository, patient, tmp_path
):
    repository.export_patient(patient.id, tmp_path / "patient.zip")
    document = document_in(tmp_path / "patient.zip")
    assert document["schema"] == "verhm.patient/1"
    described = PatientFile.model_json_schema()["$defs"]
    for entry, name in (
        (document["patient"], "PatientEntry"),
        (recording(document["patient"]), "MediaEntry"),
    ):
        assert entry.keys() == described[name]["properties"].keys()
    with zipfile.ZipFile(tmp_path / "patient.zip") as archive:
        assert len(archive.namelist()) == 1 + len(contents_of(repository, patient.id))
        assert archive.testzip() is None
    assert "P-0418" not in json.dumps(document)


def document_in(path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read(DOCUMENT))


def test_who_is_here_already_is_not_written_over(repository, patient, practice, tmp_path):
    repository.export_patient(patient.id, tmp_path / "patient.zip")
    before = rows_of(repository, patient.id), files_in(repository)
    with pytest.raises(StorageError, match="E55"):
        repository.import_patient(tmp_path / "patient.zip")
    assert (rows_of(repository, patient.id), files_in(repository)) == before
    repository.erase_patient(patient.id, patient.code)
    practice.patient(patient.code)
    files = files_in(repository)
    with pytest.raises(StorageError, match="E55"):
        repository.import_patient(tmp_path / "patient.zip")
    assert files_in(repository) == files


def rewritten(path, target, change, without=None):
    """A copy of an export with a changed document, or without one of its files."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as copy:
        document = json.loads(archive.read(DOCUMENT))
        change(document["patient"])
        copy.writestr(DOCUMENT, json.dumps(document))
        for name in archive.namelist():
            if name not in (DOCUMENT, without and without(document)):
                copy.writestr(name, archive.read(name))
    return target


def recording(patient) -> dict:
    return patient["sessions"][0]["media"][0]


CHANGES = {
    "a path out of the folder": lambda it: recording(it).update(file="../../x.wav"),
    "another hash": lambda it: recording(it).update(sha256="0" * 64),
    "another length": lambda it: recording(it).update(bytes=3),
    "an id that is none": lambda it: it["sessions"][0].update(id="../.."),
    "an owner": lambda it: it.update(owner_id="somebody"),
    "a score that cannot be": lambda it: it["sessions"][0].update(phq9=28),
    "a try": lambda it: it["sessions"][0].update(is_kept=False),
    "a summary that is none": lambda it: it["sessions"][0]["runs"][0].update(summary={"a": 1}),
    "a consent both given and withdrawn": lambda it: it["consents"][0].update(
        withdrawn_on="2026-03-01"
    ),
    "a consent that ends before": lambda it: it["consents"][0].update(expires_on="2025-01-01"),
    "a scope that is none": lambda it: it["consents"][0].update(scope="selling"),
    "an event that ends before": lambda it: it["events"][0].update(last_day="2025-01-01"),
    "an event without words": lambda it: it["events"][0].update(text=" "),
    "an event that is none": lambda it: it["events"][0].update(kind="rumour"),
    "a moment that is none": lambda it: it.update(created_at="yesterday"),
    "a patient's note beyond the form's": lambda it: it.update(note="n" * (LONGEST_NOTE + 1)),
    "a session's note beyond the form's": lambda it: it["sessions"][0].update(
        note="n" * (LONGEST_NOTE + 1)
    ),
    "a failure without end": lambda it: it["sessions"][0]["runs"][0].update(
        error_cause="n" * (LONGEST_NOTE + 1)
    ),
    "settings without end": lambda it: it["sessions"][0]["runs"][0]["settings"].update(
        note="n" * (1 << 20)
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_was_changed_is_refused_and_leaves_nothing(
    repository, patient, tmp_path, change
):
    repository.export_patient(patient.id, tmp_path / "patient.zip")
    repository.erase_patient(patient.id, patient.code)
    files = files_in(repository)
    changed = rewritten(tmp_path / "patient.zip", tmp_path / "changed.zip", change)
    with pytest.raises(StorageError, match="E59"):
        repository.import_patient(changed)
    assert files_in(repository) == files
    assert [row.patient.code for row in repository.patients()] == ["P-0418"]


def test_a_cut_or_foreign_file_is_refused(repository, patient, tmp_path):
    path = tmp_path / "patient.zip"
    repository.export_patient(patient.id, path)
    repository.erase_patient(patient.id, patient.code)
    whole = path.read_bytes()
    for content in (b"", b"a letter", whole[: len(whole) // 2], whole[:-30]):
        path.write_bytes(content)
        with pytest.raises(StorageError, match="E59"):
            repository.import_patient(path)
    with pytest.raises(RequestError, match="E70"):
        repository.import_patient(tmp_path / "no.zip")


def test_an_existing_file_stays_and_a_failed_export_leaves_none(repository, patient, tmp_path):
    letter = tmp_path / "letter.zip"
    letter.write_text("mine")
    with pytest.raises(RequestError, match="E72"):
        repository.export_patient(patient.id, letter)
    assert letter.read_text() == "mine"
    session = repository.sessions(patient.id)[0]
    repository.files.remove(session.id, session.media[0].file)
    with pytest.raises(StorageError, match="E53"):
        repository.export_patient(patient.id, tmp_path / "patient.zip")
    assert not (tmp_path / "patient.zip").exists()


def test_only_the_owner_takes_a_patient_out_and_it_is_noted(repository, patient, people, tmp_path):
    other, researcher = people.add("Bea"), people.add("Carl", Role.RESEARCHER)
    owner = people.seen_by(people.administrator)
    owner.share_patient(patient.id, other.id)
    for account in (other, researcher):
        with pytest.raises(StorageError, match=r"E53|E57"):
            people.seen_by(account).export_patient(patient.id, tmp_path / "patient.zip")
    owner.export_patient(patient.id, tmp_path / "patient.zip")
    owner.erase_patient(patient.id, patient.code)
    with pytest.raises(StorageError, match="E57"):
        people.seen_by(researcher).import_patient(tmp_path / "patient.zip")
    with pytest.raises(RequestError, match="E77"):
        people.seen_by(other).import_patient(tmp_path / "patient.zip")
    assert not repository.patients("P-0417", True)
    people.seen_by(other).import_patient(tmp_path / "patient.zip", again=True)
    assert [row.patient.code for row in people.seen_by(other).patients("", True)] == ["P-0417"]
    assert not people.seen_by(people.administrator).patients("P-0417", True)
    with repository.database.reading() as unit:
        noted = unit.execute(
            select(Event.account_id, Event.detail).where(
                Event.subject == patient.id, Event.action.in_([Action.EXPORT, Action.CREATE])
            )
        ).all()
    assert noted == [(people.administrator.id, "patient"), (other.id, "import")]


@pytest.mark.parametrize("repository", ["plain"], indirect=True)  # asking: as in test_backup
def test_the_command_line_does_both(repository, patient, people, tmp_path, capsys, monkeypatch):
    shared = ["--data", str(tmp_path / "data"), "--account", people.administrator.name]
    path = str(tmp_path / "patient.zip")
    assert main(["export", "P-0417", path, "--data", str(tmp_path / "data")]) == 2
    assert main(["export", "P-9999", path, *shared]) == 2
    assert main(["export", "P-0417", path, *shared]) == 0
    assert main(["import", path, *shared]) == 2
    said = capsys.readouterr()
    assert [line[:3] for line in said.err.splitlines()] == ["E63", "E70", "E55"]
    assert "not encrypted" in said.out
    repository.acting_as(lambda: Actor(people.administrator.id)).erase_patient(
        patient.id, patient.code
    )
    assert main(["import", path, *shared]) == 2
    assert main(["import", path, "--again", *shared]) == 0
    assert "E77 The patient in that file was erased here on" in capsys.readouterr().err
    assert main(["verify", "--data", str(tmp_path / "data")]) == 0
    assert "Patients erased: 1," in capsys.readouterr().out
    (row,) = repository.patients("P-0417", True)
    assert row.patient.created_at < datetime.now(UTC)


def test_a_file_from_before_there_were_entries_brings_its_consent_along(
    repository, patient, tmp_path
):
    def as_before(it):
        del it["consents"], it["events"]
        for session in it["sessions"]:
            del session["recording_erased_at"]
        it.update(consent_given_on="2026-01-02", consent_until=None)
        it.update(consent_withdrawn_on="2026-03-01")

    repository.export_patient(patient.id, tmp_path / "patient.zip")
    repository.erase_patient(patient.id, patient.code)
    old = rewritten(tmp_path / "patient.zip", tmp_path / "old.zip", as_before)
    repository.import_patient(old)
    found = repository.patient(patient.id)
    held = [found.has_consent(date(2026, month, 1)) for month in (1, 2, 3)]
    assert held == [False, True, False]
    assert not found.has_consent(date(2026, 2, 1), Scope.RESEARCH)
    assert [each.recorded_by for each in found.consents] == [None, None]


def test_what_holds_stands_in_the_document_for_older_readers(repository, patient, tmp_path):
    repository.export_patient(patient.id, tmp_path / "patient.zip")
    written = document_in(tmp_path / "patient.zip")["patient"]
    days = [written[f"consent_{name}"] for name in ("given_on", "until", "withdrawn_on")]
    assert days == ["2026-01-02", "2100-01-02", None]
    assert not any("recorded_by" in each for each in written["consents"])
