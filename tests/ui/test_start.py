"""The app tidies up when it starts and when it stops."""

import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from storage.details import Agreement, PatientDetails, SessionDetails
from storage.models import new_id
from storage.repository import open_repository
from ui import start as start_module
from ui.intake import Intake
from ui.settings import AppSettings
from ui.start import start
from verhm.settings import AnalysisSettings


@pytest.fixture
def settings(tmp_path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return AppSettings(data=tmp_path / "data", port=port, is_unencrypted=True)


def test_nothing_that_was_being_made_is_there_at_start_or_outlives_the_app(settings, monkeypatch):
    def leave_behind():
        for folder in (settings.work, settings.transit):
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "P-0417.csv").touch()

    def serve(context, *_):
        assert not settings.work.exists() and not settings.transit.exists()
        leave_behind()
        raise KeyboardInterrupt

    monkeypatch.setattr(start_module, "serve", serve)
    leave_behind()
    with pytest.raises(KeyboardInterrupt):
        start(settings)
    assert not settings.work.exists() and not settings.transit.exists()


APP = """
import signal
import sys
from pathlib import Path
from tests.ui.fakes import FakeEngine
from ui import start
from ui.settings import AppSettings

signal.signal(signal.SIGHUP, signal.SIG_IGN if sys.argv[3] == "nohup" else signal.SIG_DFL)
settings = AppSettings(Path(sys.argv[1]), port=int(sys.argv[2]), is_unencrypted=True)
start.start(settings, FakeEngine)
print("has ended")
"""


@contextlib.contextmanager
def running(settings, how=""):
    process = subprocess.Popen(
        [sys.executable, "-c", APP, str(settings.data), str(settings.port), how],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline().startswith("VERHM is ready")
        yield process
    finally:
        process.kill()


def test_an_app_that_was_started_to_outlive_its_terminal_does(settings):
    with running(settings, "nohup") as process:
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1.0)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_old_recordings_that_cannot_be_erased_do_not_keep_the_app_from_starting(
    settings, monkeypatch, caplog
):
    (settings.data / "intake" / f"{'a' * 32}-8000.take").mkdir(parents=True)
    os.utime(settings.data / "intake" / f"{'a' * 32}-8000.take", (0, 0))
    monkeypatch.setattr(start_module, "serve", lambda *_: None)
    start(settings)
    assert "could not all be erased: E50" in caplog.text


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_nothing_that_was_being_made_outlives_an_app_that_is_told_to_stop(
    settings, name, recording
):
    with running(settings) as process:
        settings.work.mkdir()
        (settings.work / "P-0417.csv").touch()
        repository = open_repository(settings.data)
        details = SessionDetails(date(2026, 11, 21))
        tried = repository.add_session(None, details, recording, is_kept=False)
        process.send_signal(getattr(signal, name))
        said, _ = process.communicate(timeout=30)
    assert said.splitlines() == ["VERHM is stopping; what was saved stays.", "has ended"]
    assert process.returncode == 0
    assert not settings.work.exists()
    assert repository.tried() == ()
    assert not (settings.data / "media" / tried.id).exists()
    repository.close()


def test_what_was_left_open_is_found_but_what_was_only_tried(settings, monkeypatch, recording):
    repository = open_repository(settings.data)
    patient = repository.add_patient(PatientDetails("P-0417"), Agreement(date(2026, 1, 5)))
    details = SessionDetails(date(2026, 11, 21))
    kept = repository.add_session(patient.id, details, recording)
    tried = repository.add_session(patient.id, details, recording, is_kept=False)
    runs = [repository.begin_run(each.id, AnalysisSettings()) for each in (tried, kept)]
    repository.mark_running(runs[1].id)
    repository.close()
    found = []
    monkeypatch.setattr(
        start_module, "serve", lambda context, *_: found.extend(context.repository.take_up())
    )
    start(settings)
    assert [run.id for run in found] == [runs[1].id]


def test_files_that_are_missing_are_counted_in_the_log(settings, monkeypatch, add_session, caplog):
    repository = open_repository(settings.data)
    media = add_session().media[0]
    repository.media(media.id)[0].unlink()
    repository.close()
    monkeypatch.setattr(start_module, "serve", lambda *_: None)
    with caplog.at_level(logging.WARNING):
        start(settings)
    assert "Files missing from the data folder: 1" in caplog.text


def test_the_start_erases_voices_of_patients_who_were_erased(settings, monkeypatch):
    repository = open_repository(settings.data)
    patient = repository.add_patient(PatientDetails("P-0417"))
    repository.close()
    intake = Intake(settings.data / "intake")
    for patient_id in (patient.id, new_id()):
        intake.begin_take(8_000, patient_id)
    monkeypatch.setattr(start_module, "serve", lambda *_: None)
    start(settings)
    assert intake.patients() == {patient.id}
