"""An archived patient is read as before; nothing is added until the patient is brought back."""

from datetime import date

import pytest

from storage.consents import Scope
from storage.details import PatientDetails
from storage.models import RunState
from tests.storage.conftest import AGREED, make_result
from verhm.errors import RequestError


@pytest.fixture
def archived(practice):
    """A patient in the archive, a session, and its runs: one with a result, one at work."""
    patient = practice.patient()
    session = practice.session(patient)
    runs = practice.done(session), practice.begun(session)
    practice.repository.archive_patient(patient.id)
    return patient, session, runs


def test_nothing_is_added_or_changed_in_the_archive(practice, archived):
    repository, (patient, session, (_, running)) = practice.repository, archived
    for change in (
        lambda: practice.session(patient),
        lambda: practice.begun(session),
        lambda: repository.finish_run(running.id, make_result()),
        lambda: repository.update_patient(patient.id, PatientDetails("P-0002")),
        lambda: repository.give_consent(patient.id, AGREED),
    ):
        with pytest.raises(RequestError, match="E75") as refused:
            change()
        assert "Bring the patient back" in refused.value.remedy
    assert repository.patient(patient.id).code == "P-0001"
    assert [each.id for each in repository.sessions(patient.id)] == [session.id]


def test_what_is_there_is_read_and_consent_can_be_withdrawn(practice, archived):
    repository, (patient, session, (done, _)) = practice.repository, archived
    assert repository.document(done.id) and repository.voice(done.id)
    assert repository.recording(session.id).is_file()
    assert repository.patients(include_archived=True)[0].figures[0].run_id == done.id
    withdrawn = repository.withdraw_consent(patient.id, date.today(), [Scope.ANALYSIS])
    assert not withdrawn.has_consent(date.today())


def test_brought_back_everything_goes_on(practice, archived):
    repository, (patient, _, (_, running)) = practice.repository, archived
    repository.archive_patient(patient.id, is_archived=False)
    assert repository.finish_run(running.id, make_result()).state is RunState.DONE
    assert practice.session(patient).number == 2
