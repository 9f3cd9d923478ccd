"""What cannot be kept everywhere is refused everywhere, and nothing of it stays."""

import pytest
from sqlalchemy import text

from storage.details import PatientDetails
from tests.storage.conftest import AGREED
from verhm.errors import RequestError

NUL, HALF = "a\0b", "a\ud83d"  # the second: one half of a character outside the basic plane


@pytest.mark.parametrize(
    "entered",
    [
        {"code": NUL},
        {"code": HALF},
        {"name": NUL},
        {"note": HALF},
        {"age_band": "x" * 21},
    ],
)
def test_a_patient_of_such_words_is_refused(practice, entered):
    with pytest.raises(RequestError, match="E63"):
        practice.repository.add_patient(PatientDetails(**{"code": "P-1", **entered}), AGREED)
    assert not practice.repository.patients()


def test_what_is_changed_to_such_words_stays_as_it_was(practice):
    patient = practice.patient("P-1", note="sleeps badly")
    with pytest.raises(RequestError, match="E63"):
        practice.repository.update_patient(patient.id, PatientDetails("P-1", note=NUL))
    with pytest.raises(RequestError, match="E63"):
        practice.session(patient, language="x" * 41)
    with pytest.raises(RequestError, match="E63"):
        practice.repository.hold_patient(patient.id, HALF)
    assert practice.repository.patient(patient.id).note == "sleeps badly"
    assert not practice.repository.sessions(patient.id)


def test_what_was_kept_before_is_in_nobody_s_way(practice):
    patient = practice.patient("P-1")
    with practice.repository.database.writing() as unit:
        unit.execute(text("UPDATE patients SET note = :note"), {"note": NUL})
    practice.repository.archive_patient(patient.id)
    assert practice.repository.patient(patient.id).note == NUL


def test_words_of_any_language_are_kept(practice):
    note = "naïve – \n\t Ωμέγα 日本語 👩🏽‍⚕️ \u202e"
    assert practice.repository.patient(practice.patient("Ä-1", note=note).id).note == note
