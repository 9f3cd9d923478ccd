"""The app's parts over an empty data folder, with an engine that takes no time."""

import contextlib
import time
import wave
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi.testclient import TestClient
from gradio import blocks

from storage.access import Actor
from storage.accounts import Accounts
from storage.details import Agreement, PatientDetails, RunResult, SessionDetails
from storage.repository import open_accounts, open_repository
from storage.vault import Vault
from tests.audio.encoding import film
from tests.factories import make_analysis
from tests.storage.people import CHEAP, Clock
from tests.storage.people import GOOD as PASSPHRASE
from tests.ui.fakes import FakeEngine
from ui import layout, lingering
from ui.context import AppContext
from ui.intake import Intake
from ui.jobs import Jobs
from ui.preferences import Preferences
from ui.progress import JobState, Wait
from ui.server import make_app
from ui.settings import AppSettings
from verhm.language import ENGLISH, LANGUAGES
from verhm.report.document import to_json
from verhm.settings import AnalysisSettings, VideoSettings

URL = "http://127.0.0.1:7860"
ADA = "Ada Lovelace"
TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    """Streams of answers end soon after the last one."""
    monkeypatch.setattr(lingering, "PAUSE", 0.01)


@pytest.fixture(autouse=True)
def languages(monkeypatch):
    """The page is laid out in English alone, in half the time, where a test is not about that."""
    monkeypatch.setattr(layout, "LANGUAGES", {ENGLISH: LANGUAGES[ENGLISH]})


@pytest.fixture(autouse=True)
def mounted_alone(monkeypatch):
    """Gradio makes a web app of a page whenever it is laid out or queued; the mounted one is asked.

    The others took an eighth of the time of these tests.
    """
    unasked = SimpleNamespace(root_path="")
    monkeypatch.setattr(blocks, "App", SimpleNamespace(create_app=lambda *_, **__: unasked))


@pytest.fixture
def settings(tmp_path) -> AppSettings:
    return AppSettings(data=tmp_path / "data")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def vault() -> Vault | None:
    """With which the data folder is encrypted: not at all, where a test is not about that."""
    return None


@pytest.fixture
def context(settings, engine, vault):
    """The parts of an app without patients, as its first account reaches them."""
    folder = settings.data if vault is None else settings.data / "sealed"
    repository = open_repository(folder, vault)
    ada = open_accounts(repository, CHEAP).create_first(ADA, PASSPHRASE)
    chosen = Preferences(settings.data).avatar
    jobs = Jobs(repository, engine, settings.work, longest=3, avatar=chosen)
    key = None if vault is None else vault.intake_key
    intake = Intake(settings.data / "intake", largest=100_000, key=key)
    yield AppContext(repository.acting_as(lambda: Actor(ada.id)), jobs, intake, settings)
    engine.go_on.set()
    engine.draw_on.set()
    jobs.shutdown()
    repository.close()
    repository.scratch(settings.work).clear()


@pytest.fixture
def accounts(context) -> Accounts:
    """Who may sign in: so far the first account alone."""
    return open_accounts(context.repository, CHEAP)


@pytest.fixture
def people_clock() -> Clock:
    """A clock that a test moves."""
    return Clock()


@pytest.fixture
def accounts_by_clock(context, people_clock) -> Accounts:
    """The same accounts, by a clock that a test moves."""
    return open_accounts(context.repository, CHEAP, people_clock)


@pytest.fixture
def client(context, accounts):
    """A browser in which the first account is signed in."""
    with signed_in_client(make_app(context, accounts)) as client:
        yield client


@contextlib.contextmanager
def signed_in_client(app, name: str = ADA):
    """A browser in which somebody is signed in."""
    with TestClient(app, base_url=URL, headers={"origin": URL}) as client:
        answer = client.post(
            "/sign-in", data={"name": name, "passphrase": PASSPHRASE}, follow_redirects=False
        )
        assert answer.headers["location"] == "/app/"
        yield client


@pytest.fixture
def recording(tmp_path) -> Path:
    """A second of silence as a wav file."""
    path = tmp_path / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(32_000))
    return path


@pytest.fixture
def add_session(context, recording):
    """Function that adds a patient with a session and returns the session."""

    def add(code: str = "P-0001", name: str | None = None, note: str = ""):
        patient = context.repository.add_patient(
            PatientDetails(code, name), Agreement(date(2026, 1, 5))
        )
        details = SessionDetails(TODAY, "Free speech", "English", note)
        return context.repository.add_session(patient.id, details, recording)

    return add


@pytest.fixture
def until():
    """Function that waits for something to become true."""

    def wait(is_so, seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, "it never became true"
            time.sleep(0.01)

    return wait


@pytest.fixture
def analysed(context, add_session, until):
    """Function that adds a session and analyses it to the end."""

    def analyse(*arguments, **options):
        session = add_session(*arguments, **options)
        job = context.jobs.submit(session.id)
        until(lambda: context.jobs.view(job.id).state.has_ended)
        return context.repository.session(session.id)

    return analyse


@pytest.fixture
def add_run(context, add_session):
    """Function that adds a finished run of some length and returns its id."""

    def add(seconds: float, video: VideoSettings | None = None, code: str = "P-0417") -> str:
        analysis = make_analysis(seconds)
        run = context.repository.begin_run(add_session(code).id, AnalysisSettings(), video)
        context.repository.mark_running(run.id)
        document = to_json(analysis).encode()
        found = {"summary": analysis.summary, "quality": analysis.quality, "model": analysis.model}
        context.repository.finish_run(
            run.id, RunResult(document, analysis.morphs, duration=seconds, **found)
        )
        return run.id

    return add


@pytest.fixture
def filmed(context, tmp_path, recording, until):
    """A session whose recording is a film, analysed to the end."""
    path = film(tmp_path / "film.mp4", "-i", recording)
    patient = context.repository.add_patient(PatientDetails("P-0009"), Agreement(date(2026, 1, 5)))
    session = context.repository.add_session(patient.id, SessionDetails(TODAY), path)
    job = context.jobs.submit(session.id)
    until(lambda: context.jobs.view(job.id).state.has_ended)
    return context.repository.session(session.id)


@pytest.fixture
def stands(context):
    """Function that says where a job is and what it waits for."""

    def look(job) -> tuple[JobState, Wait | None]:
        view = context.jobs.view(job.id)
        return view.state, view.wait

    return look


@pytest.fixture
def draws(stands, until):
    """Function that waits until a job's face is being drawn."""

    def wait(job) -> None:
        until(lambda: stands(job) == (JobState.RENDERING, None))

    return wait


@pytest.fixture
def waits_to_be_drawn(stands, until):
    """Function that waits until a job's face waits for the drawing before it."""

    def wait(job) -> None:
        until(lambda: stands(job) == (JobState.RENDERING, Wait.DRAWING))

    return wait
