"""A browser hands over files and takes; of a file's name only the suffix is in an address."""

import time
from datetime import date

import pytest

from storage.details import Agreement, PatientDetails
from ui.intake import KEPT
from ui.intake_routes import LARGEST_PIECE


def test_a_browser_can_hand_over_a_file_and_a_take(client):
    upload = client.post("/recordings?suffix=.ogg", content=b"OggS")
    assert client.get(f"/recordings/{upload.json()['id']}").content == b"OggS"
    take = client.post("/takes?sample_rate=16000").json()["id"]
    assert client.post(f"/takes/{take}/pieces?offset=0", content=bytes(320)).json() == {"safe": 320}
    for _ in range(2):
        assert client.post(f"/takes/{take}/finish").json() == {"id": take, "seconds": 0.01}
    (left,) = client.get("/takes").json()["takes"]
    assert left.pop("kept_until") == pytest.approx(time.time() + KEPT, abs=60)
    assert left.pop("begun_at") == pytest.approx(time.time(), abs=60)
    told = {"id": take, "seconds": 0.01, "is_finished": True, "has_picture": False}
    assert left == told | {"patient_id": None, "code": ""}
    assert client.delete(f"/recordings/{take}").status_code == 204
    assert client.get("/takes").json() == {"takes": []}


@pytest.mark.parametrize("begun", ["/recordings?suffix=.ogg", "/takes?sample_rate=16000"])
def test_the_model_is_loaded_once_a_recording_begins_to_arrive(client, engine, until, begun):
    client.get("/takes")
    assert engine.loads == 0
    client.post(begun, content=b"OggS")
    until(lambda: engine.loads == 1)


def test_a_piece_that_cannot_be_one_is_refused_with_a_code(client):
    take = client.post("/takes?sample_rate=16000").json()["id"]
    answer = client.post(f"/takes/{take}/pieces?offset=0", content=bytes(LARGEST_PIECE + 2))
    assert (answer.status_code, answer.json()["code"]) == (400, "E18")
    answer = client.post(f"/takes/{take}/pieces?offset=-44", content=bytes(320))
    assert (answer.status_code, answer.json()["code"]) == (400, "E63")


def test_an_uploaded_file_is_no_take(client):
    upload = client.post("/recordings?suffix=.wav", content=b"OggS").json()["id"]
    for way in ("finish", "pieces?offset=0"):
        answer = client.post(f"/takes/{upload}/{way}")
        assert (answer.status_code, answer.json()["code"]) == (404, "E53")


def test_a_browser_can_hand_over_a_picture_beside_a_take(client):
    take = client.post("/takes?sample_rate=16000").json()["id"]
    client.post(f"/takes/{take}/pieces?offset=0", content=bytes(320))
    address = f"/takes/{take}/picture?kind=webm&start=-12&offset="
    assert client.post(f"{address}0", content=b"seen").json() == {"safe": 4}
    answer = client.post(f"{address}5", content=b"more")
    assert (answer.status_code, answer.json()["code"]) == (400, "E63")
    answer = client.post(f"{address}4", content=bytes(LARGEST_PIECE + 2))
    assert (answer.status_code, answer.json()["code"]) == (400, "E18")
    client.post(f"/takes/{take}/finish")
    (left,) = client.get("/takes").json()["takes"]
    assert left["has_picture"]
    assert client.get(f"/recordings/{take}").headers["content-type"] == "audio/wav"


@pytest.mark.parametrize("begun", ["/recordings?suffix=.ogg", "/takes?sample_rate=16000"])
def test_nothing_of_a_patient_arrives_without_consent_unless_it_is_only_tried(
    context, client, begun
):
    patient = context.repository.add_patient(PatientDetails("P-0417"))
    own = f"{begun}&patient={patient.id}"
    answer = client.post(own, content=b"OggS")
    assert (answer.status_code, answer.json()["code"]) == (400, "E62")
    assert not list((context.settings.data / "intake").iterdir())
    assert client.post(f"{own}&is_trial=true", content=b"OggS").status_code == 200
    context.repository.give_consent(patient.id, Agreement(date(2026, 1, 5)))
    assert client.post(own, content=b"OggS").status_code == 200
    assert context.intake.patients() == {patient.id}
    assert client.post(f"{begun}&patient=nobody", content=b"OggS").status_code == 404


def test_a_take_that_was_left_says_whose_it_is(context, client, add_session):
    patient_id = add_session("P-0417").patient_id
    take = client.post(f"/takes?sample_rate=16000&patient={patient_id}").json()["id"]
    client.post(f"/takes/{take}/pieces?offset=0", content=bytes(320))
    client.post(f"/takes/{take}/finish")
    (left,) = client.get("/takes").json()["takes"]
    assert (left["patient_id"], left["code"]) == (patient_id, "P-0417")
