"""Patients: one code each, listed in a constant number of queries, erased without a trace."""

from datetime import date

import pytest
from sqlalchemy import event

from storage.details import LONGEST_NOTE, PatientDetails
from tests.storage.conftest import files_in
from verhm.errors import RequestError, StorageError


def test_a_patient_comes_back_as_entered(practice):
    details = PatientDetails(" P-7 ", "Élan Vital", "35–44", "referred")
    added = practice.repository.add_patient(details)
    found = practice.repository.patient(added.id)
    assert (found.code, found.name, found.age_band) == ("P-7", "Élan Vital", "35–44")
    assert found.created_at.tzinfo is not None
    assert found.created_at == added.created_at


def test_a_code_is_given_once(practice):
    practice.patient("P-0001")
    other = practice.patient("P-0002")
    with pytest.raises(StorageError) as adding:
        practice.patient("P-0001")
    with pytest.raises(StorageError) as changing:
        practice.repository.update_patient(other.id, PatientDetails("P-0001"))
    assert adding.value.code == changing.value.code == "E55"
    assert practice.repository.patient(other.id).code == "P-0002"


def test_what_was_entered_is_in_no_error(practice):
    practice.patient("P-0001")
    with pytest.raises(StorageError) as caught:
        practice.patient("P-0001", name="Unmistakable Surname")
    assert "UNIQUE" in str(caught.value.__cause__)
    assert "Unmistakable" not in str(caught.value.__cause__)


def test_the_next_code_follows_the_highest(practice):
    assert practice.repository.next_code() == "P-0001"
    for code in ("P-0009", "P-0417", "P-12a", "DEMO"):
        practice.patient(code)
    assert practice.repository.next_code() == "P-0418"


@pytest.mark.parametrize(
    "entries",
    [
        {"code": "  "},
        {"code": "x" * 41},
        {"code": "P-1", "name": "x" * 201},
        {"code": "P-1", "age_band": "x" * 21},
        {"code": "P-1", "note": "x" * (LONGEST_NOTE + 1)},
    ],
)
def test_unfit_entries_are_refused(entries):
    with pytest.raises(RequestError) as caught:
        PatientDetails(**entries)
    assert caught.value.code == "E63"


def test_search_knows_codes_and_names_in_any_case(practice):
    practice.patient("P-0001", name="Élan")
    practice.patient("P-0002", name="Ada_%")
    repository = practice.repository
    assert [found.patient.code for found in repository.patients("éL")] == ["P-0001"]
    assert [found.patient.code for found in repository.patients("p-0002 ")] == ["P-0002"]
    assert [found.patient.code for found in repository.patients("_%")] == ["P-0002"]
    assert repository.patients("nobody") == ()


def test_the_list_says_what_is_known(practice):
    patient, new = practice.patient("P-0001"), practice.patient("P-0002")
    first, second = practice.session(patient, 1, task="reading"), practice.session(patient, 5)
    practice.session(patient, 9, is_kept=False)
    practice.done(first)
    latest = practice.done(first)
    overview, empty = practice.repository.patients()
    assert (overview.patient.id, empty.patient.id) == (patient.id, new.id)
    assert (overview.session_count, overview.last_session_on) == (2, date(2026, 3, 5))
    assert [figures.run_id for figures in overview.figures] == [latest.id]
    assert overview.figures[0].task == "reading"
    assert overview.figures[0].summary == latest.summary
    assert overview.latest is None  # of the second session nothing is known yet
    practice.done(second)
    assert practice.repository.patients()[0].latest.quality == latest.quality
    assert (empty.session_count, empty.last_session_on, empty.figures) == (0, None, ())


def test_archived_patients_are_out_of_the_list_but_kept(practice):
    patient = practice.patient()
    practice.repository.archive_patient(patient.id)
    assert practice.repository.patients() == ()
    assert len(practice.repository.patients(include_archived=True)) == 1
    practice.repository.archive_patient(patient.id, is_archived=False)
    assert len(practice.repository.patients()) == 1


def test_the_list_takes_as_many_queries_for_many_as_for_one(practice):
    def queries() -> int:
        statements: list[str] = []

        def note(_connection, _cursor, statement, *_rest):
            statements.append(statement)

        engine = practice.repository.database.engine
        event.listen(engine, "before_cursor_execute", note)
        practice.repository.patients()
        event.remove(engine, "before_cursor_execute", note)
        return len([statement for statement in statements if "SELECT" in statement])

    practice.done(practice.session(practice.patient("P-0000")))
    one = queries()
    for number in range(1, 8):
        patient = practice.patient(f"P-{number:04d}")
        for day in range(1, 4):
            practice.done(practice.session(patient, day))
    assert queries() == one == 3


def test_erasing_takes_the_code_and_leaves_no_file(practice):
    repository = practice.repository
    patient, other = practice.patient("P-0001"), practice.patient("P-0002")
    run = practice.done(practice.session(patient))
    practice.session(patient, is_kept=False)
    kept = practice.session(other)
    with pytest.raises(RequestError) as caught:
        repository.erase_patient(patient.id, "P-0002")
    assert caught.value.code == "E63"
    repository.erase_patient(patient.id, "P-0001")
    for look_up, lost in ((repository.patient, patient.id), (repository.run, run.id)):
        with pytest.raises(StorageError) as caught:
            look_up(lost)
        assert caught.value.code == "E53"
    assert {path.parent.name for path in files_in(repository)} == {kept.id}


def test_an_erased_name_is_not_left_in_the_database_file(practice):
    patient = practice.patient(name="Unmistakable Surname")
    practice.repository.erase_patient(patient.id, "P-0001")
    folder = practice.repository.files.folder.parent
    for file in folder.glob("verhm.db*"):
        assert b"Unmistakable" not in file.read_bytes()
