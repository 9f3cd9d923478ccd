"""A patient's file is taken in through the page, or refused with nothing changed."""

import zipfile

import pytest
from fastapi.testclient import TestClient

from storage.keys import new_key
from storage.vault import Vault
from tests.ui.conftest import URL
from tests.ui.pages import OpenedPage


@pytest.fixture(params=["plain", "encrypted"])
def vault(request):
    return Vault(new_key()) if request.param == "encrypted" else None


@pytest.fixture
def exported(context, add_session, tmp_path):
    """The file of a patient who is here as well."""
    session = add_session("P-0417", name="Jane Doe")
    path = tmp_path / "patient.zip"
    context.repository.export_patient(session.patient_id, path)
    return path


def send(client, path) -> str:
    answer = client.post("/patient-files", content=path.read_bytes())
    assert answer.status_code == 200, answer.text
    return answer.json()["id"]


def waiting(context) -> list[bytes]:
    return [path.read_bytes() for path in (context.settings.data / "intake").iterdir()]


def test_who_was_erased_here_is_taken_in_once_that_is_confirmed(context, client, exported):
    (overview,) = context.repository.patients()
    patient = overview.patient
    sessions = context.repository.sessions(patient.id)
    context.repository.erase_patient(patient.id, "P-0417")
    page, sent = OpenedPage(context), send(client, exported)
    is_readable = any(b"Jane Doe" in each for each in waiting(context))
    assert is_readable == (context.repository.vault is None)
    assert "E77" in str(page.do("take-in", "arrived", id=sent))
    assert context.repository.patients() == () and len(waiting(context)) == 1
    page.do("take-in-again")
    assert page.opened == (patient.id, None) and waiting(context) == []
    (again,) = context.repository.sessions(patient.id)
    assert again.id == sessions[0].id
    assert client.get(f"/sessions/{again.id}/recording").status_code == 200


def test_who_is_here_already_is_refused_and_the_next_file_takes_its_place(
    context, client, exported
):
    page = OpenedPage(context)
    first, second = send(client, exported), send(client, exported)
    assert "E55" in str(page.do("take-in", "arrived", id=first))
    assert len(waiting(context)) == 2
    page.do("take-in", "arrived", id=second)
    assert len(waiting(context)) == 1
    assert len(context.repository.patients()) == 1


def test_what_is_no_patients_file_is_not_even_kept(context, client, recording, tmp_path):
    for content in (b"", b"PK", recording.read_bytes()):
        answer = client.post("/patient-files", content=content)
        assert (answer.status_code, answer.json()["code"]) == (400, "E59")
    answer = client.post("/patient-files", content=bytes(100_001))
    assert answer.json()["code"] == "E18" and "storage import" in answer.json()["text"]
    assert waiting(context) == []
    letter = tmp_path / "letter.zip"
    with zipfile.ZipFile(letter, "w") as archive:
        archive.writestr("letter.txt", "hello")
    assert "E59" in str(OpenedPage(context).do("take-in", "arrived", id=send(client, letter)))


def test_nobody_who_is_not_signed_in_sends_one(client, exported):
    with TestClient(client.app, base_url=URL, headers={"origin": URL}) as stranger:
        answer = stranger.post("/patient-files", content=exported.read_bytes())
    assert answer.status_code == 401


def test_a_file_that_is_gone_is_said_so(context):
    assert "E53" in str(OpenedPage(context).do("take-in", "arrived", id="0" * 32))
