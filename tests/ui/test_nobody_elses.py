"""Every route of the real app, asked by everybody who may not: nothing is read, nothing changes."""

import contextlib
import json

import pytest
from fastapi.testclient import TestClient
from starlette.routing import Mount

from storage.account_models import Role
from storage.belongings import Belongings
from storage.details import Agreement, EventDetails, PatientDetails, SessionDetails
from storage.event_models import EventKind
from storage.keys import new_key
from storage.models import MediaKind
from storage.vault import Vault
from tests.storage.people import OTHER
from tests.test_architecture import sources
from tests.ui.conftest import PASSPHRASE, TODAY, URL, signed_in_client
from tests.ui.reaching import GRADIO, Clinic, ask, requests
from ui.allowed import RULES, rule_of
from ui.export_routes import WRITTEN
from ui.film import FilmChoices
from ui.page_owner import PAGE
from ui.server import make_app

SECRETS = ("P-0417", "Jane Doe", "sister Ruth", "uncle Tom", "Lithium")
NAMES = ("Bert", "Rosa", "Cleo")
# What there is for everybody, and what concerns the asker alone.
HARMLESS = (
    *("/healthz", "/assets/", "/favicon.ico", "/manifest.json"),
    *("/sign-in", "/first-run", "/sign-out", "/lock"),
)
OWN = (
    "/unlock",
    "/account",
    "/jobs",
    "/takes",
    "/recordings",
    "/patient-files",
    "/",
    "/app",
    "/app/",
)


@pytest.fixture
def vault():
    """As the app is used: what does not stop at the verb must not be opened below it."""
    return Vault(new_key())


@pytest.fixture
def clinic(context, accounts, recording, until, engine):
    administrator = accounts.everybody()[0]
    for name, role in zip(NAMES, (Role.CLINICIAN, Role.RESEARCHER, Role.CLINICIAN), strict=True):
        account = accounts.create(administrator.id, name, role, OTHER)
        accounts.change_passphrase(account.id, OTHER, PASSPHRASE, "127.0.0.1")
    repository = context.repository
    details = PatientDetails(SECRETS[0], SECRETS[1], note=SECRETS[2])
    patient = repository.add_patient(details, Agreement(TODAY))
    details = SessionDetails(TODAY)
    session = repository.add_session(patient.id, details, recording, picture=recording)
    repository.annotate(session.id, 0.0, 3.0, label="sad", text=SECRETS[3])
    taken = EventDetails(EventKind.MEDICATION, TODAY, None, SECRETS[4])
    event = repository.add_event(patient.id, taken)
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    film = context.jobs.films.order(job.run_id, FilmChoices())
    until(lambda: context.jobs.films.film(film.id).state.has_ended)
    analysis = context.reviewed.analysis(job.run_id)
    context.jobs.explanations.ask(repository.run(job.run_id), analysis, 0)
    until(lambda: context.jobs.explanations.explained(job.run_id, 0).state.has_ended)
    clinic = Clinic(make_app(context, accounts), context)
    Belongings(repository.database).claim(PAGE, "adaspage", administrator.id)
    with signed_in_client(clinic.app) as ada:
        take = ada.post("/takes?sample_rate=16000").json()["id"]
        ada.post(f"/takes/{take}/pieces?offset=0", content=bytes(32_000))
        ada.post(f"/takes/{take}/picture?kind=webm&start=0&offset=0", content=b"seen")
        upload = ada.post("/recordings?suffix=.wav", content=recording.read_bytes()).json()["id"]
    media = [
        repository.media_of(session.id, MediaKind.RECORDING).id,
        repository.media_of(session.id, MediaKind.CAMERA).id,
        *(each.id for each in repository.run(job.run_id).media),
    ]
    clinic.ids = {
        "patient": [patient.id],
        "patient_id": [patient.id],
        "session_id": [session.id],
        "run_id": [job.run_id],
        "other_id": [job.run_id],
        "media_id": media,
        "job_id": [job.id],
        "film_id": [film.id],
        "window": ["0"],
        "recording_id": [upload, take],
        "event_id": [event.id],
        "take_id": [take],
        "account_id": [administrator.id],
        "name": [*WRITTEN, "face.mp4"],
        "sha256": ["0" * 64],
        "piece": ["0"],
        "session_hash": ["adaspage"],
    }
    return clinic


def is_about_others(method: str, address: str) -> bool:
    path = address.partition("?")[0]
    is_ones_own = path in OWN or path.startswith("/account/") or path.startswith(HARMLESS)
    return not is_ones_own


@contextlib.contextmanager
def asker(clinic: Clinic, accounts, who: str):
    """A browser of one who wants what is not theirs."""
    if who == "anonymous":
        with TestClient(clinic.app, base_url=URL, headers={"origin": URL}) as client:
            yield client
        return
    name = {"other clinician": "Bert", "researcher": "Rosa", "removed clinician": "Cleo"}[who]
    with signed_in_client(clinic.app, name) as client:
        if who == "removed clinician":
            gone = next(each for each in accounts.everybody() if each.name == name)
            administrator = next(each for each in accounts.everybody() if each.name != name)
            accounts.remove(administrator.id, gone.id)
        yield client


@pytest.mark.parametrize("who", ["anonymous", "other clinician", "removed clinician", "researcher"])
def test_nobody_reads_or_changes_what_is_somebody_elses(clinic, accounts, who):
    wanted = [each for each in requests(clinic) if each[1] not in ("/sign-out", "/lock")]
    before = clinic.state()
    reads = []
    with asker(clinic, accounts, who) as client:
        for method, address in wanted:
            if address == "/account/sign-out-everywhere":
                continue
            answer = ask(client, clinic, method, address)
            text = answer.text
            assert not any(secret in text for secret in SECRETS), (method, address)
            assert not any(each in text for each in clinic.ids["session_id"]), (method, address)
            if is_about_others(method, address) and answer.status_code < 400:
                reads.append((method, address, answer.status_code))
    # Of Gradio's, only what holds nothing of anybody: its scripts, styles and the empty page.
    of_gradio = [each for each in reads if each[1].startswith("/app/") and each[0] == "GET"]
    assert reads == ([] if who in ("anonymous", "removed clinician") else of_gradio)
    assert not any(rule_of("GET", each[1].partition("?")[0]).is_gradio for each in of_gradio)
    after = clinic.state()
    assert after[0] == before[0]
    assert before[1] <= after[1]
    assert len(wanted) >= 125, len(wanted)  # by four askers: 500 and more


def test_ada_reaches_what_the_others_do_not(clinic):
    with signed_in_client(clinic.app) as ada:
        run, session = clinic.ids["run_id"][0], clinic.ids["session_id"][0]
        for address in (
            *(f"/media/{each}" for each in clinic.ids["media_id"]),
            *(f"/runs/{run}/{name}" for name in clinic.ids["name"]),
            f"/sessions/{session}/recording",
            f"/patients/{clinic.ids['patient_id'][0]}/patient.zip",
            f"/patients/{clinic.ids['patient_id'][0]}/recordings.csv",
            f"/sessions/{session}/outcome",
            f"/films/{clinic.ids['film_id'][0]}",
            f"/runs/{run}/films",
            f"/runs/{run}/explanations/0",
            f"/motion/{run}",
            f"/motion/{run}/0",
            f"/recordings/{clinic.ids['recording_id'][0]}",
        ):
            assert ada.get(address).status_code == 200, address
        assert [job["id"] for job in ada.get("/jobs").json()["jobs"]] == clinic.ids["job_id"]


def test_events_of_the_page_see_the_askers_own_patients_alone(clinic):
    """The page's own events, put in by hand through Gradio's queue, with Ada's ids in them."""
    page = next(each.app for each in clinic.app._app.routes if isinstance(each, Mount)).get_blocks()
    listing = next(number for number, each in page.fns.items() if each.name == "renew")
    shown = {"fn_index": listing, "data": ["", True, True, None]}
    # One browser's loop for both, and Ada first: Gradio's tasks then stem from her request.
    with signed_in_client(clinic.app) as browser:
        ada = {"cookie": f"verhm={browser.cookies['verhm']}"}
        browser.cookies.clear()
        browser.post("/sign-in", data={"name": "Bert", "passphrase": PASSPHRASE})
        bert = {"cookie": f"verhm={browser.cookies['verhm']}"}
        browser.cookies.clear()
        browser.post(f"{GRADIO}/queue/join", json={**shown, "session_hash": "hers"}, headers=ada)
        assert SECRETS[1] in _events(browser, "hers", ada)
        browser.post(f"{GRADIO}/queue/join", json={**shown, "session_hash": "his"}, headers=bert)
        assert "No patients yet" in _events(browser, "his", bert)
        said = ""
        for number, function in page.fns.items():
            named = {"patient_id": "patient", "session_id": "session_id", "id": "recording_id"}
            named["event_id"] = "event_id"
            event = {
                "data": [None for _ in function.inputs],
                "fn_index": number,
                "session_hash": f"his{number}",
                "event_data": {name: clinic.ids[kind][0] for name, kind in named.items()},
            }
            answer = browser.post(f"{GRADIO}/queue/join", json=event, headers=bert)
            assert answer.status_code in (200, 400, 422, 503), answer.text
            if answer.status_code == 200:
                said += _events(browser, f"his{number}", bert)
    assert said and not any(secret in said for secret in SECRETS)
    assert clinic.context.repository.events(clinic.ids["patient_id"][0])


def _events(client: TestClient, page: str, headers: dict[str, str]) -> str:
    """What the queue answers until all is said."""
    lines = []
    address = f"{GRADIO}/queue/data?session_hash={page}"
    with client.stream("GET", address, headers=headers) as stream:
        for line in stream.iter_lines():
            lines.append(line)
            if line.startswith("data:") and json.loads(line[5:])["msg"] == "close_stream":
                break
    return "\n".join(lines)


def test_every_rule_says_who_may_and_nothing_is_public_but_the_way_in():
    public = [rule.path.pattern for rule in RULES if rule.is_public]
    assert public == [
        "/healthz",
        r"/assets/[a-z0-9.-]+",
        "/favicon.ico",
        "/manifest.json",
        "/sign-in",
        "/first-run",
    ]
    for denied in ("file=x", "upload", "run/x", "call/x", "proxy=x", "info", "cancel", "reset"):
        assert rule_of("GET", f"{GRADIO}/{denied}") is None
        assert rule_of("POST", f"{GRADIO}/{denied}") is None


def test_the_app_cannot_be_shared_through_somebody_elses_server():
    for path in (path for path in sources() if "benchmarks" not in path.parts):
        text = path.read_text(encoding="utf-8")
        assert ".launch(" not in text, path  # the one way to share that Gradio has
