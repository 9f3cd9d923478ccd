"""The repository as a whole: killed, and used by many at once."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from storage.details import PatientDetails, SessionDetails
from storage.models import RunState
from storage.repository import open_repository
from tests.storage.conftest import SOUND, make_result
from verhm.settings import AnalysisSettings

KILLED = """
import os, signal, sys
from datetime import date
from pathlib import Path
from storage.details import Agreement, PatientDetails, SessionDetails
from storage.repository import open_repository
from verhm.settings import AnalysisSettings
repository = open_repository(Path(sys.argv[1]))
patient = repository.add_patient(PatientDetails("P-0001"), Agreement(date(2026, 1, 1)))
session = repository.add_session(patient.id, SessionDetails(date(2026, 3, 1)), Path(sys.argv[2]))
repository.mark_running(repository.begin_run(session.id, AnalysisSettings()).id)
(repository.files.folder / session.id / "result.json.part").write_bytes(b"half a res")
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_a_killed_program_keeps_session_and_recording(tmp_path):
    recording = tmp_path / "voice.wav"
    recording.write_bytes(SOUND)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, tmp_path / "data", recording],
        timeout=60,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == -signal.SIGKILL
    repository = open_repository(tmp_path / "data")
    assert repository.sweep().files_removed == 1
    [run] = repository.take_up()
    [overview] = repository.patients()
    [session] = repository.sessions(overview.patient.id)
    assert [(each.id, each.state) for each in session.runs] == [(run.id, RunState.QUEUED)]
    assert repository.recording(session.id).read_bytes() == SOUND
    assert repository.finish_run(run.id, make_result()).state is RunState.DONE
    repository.close()


def test_threads_write_side_by_side(practice):
    repository = practice.repository
    patient = practice.patient("P-9999")

    def work(number: int) -> str:
        repository.add_patient(PatientDetails(f"T-{number}"))
        details = SessionDetails(date(2026, 3, 1 + number))
        session = repository.add_session(patient.id, details, practice.recording)
        run = repository.begin_run(session.id, AnalysisSettings())
        repository.finish_run(run.id, make_result())
        repository.patients()
        return session.id

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(work, range(12)))
    sessions = repository.sessions(patient.id)
    assert {session.id for session in sessions} == set(made)
    assert all(session.latest_done for session in sessions)
    assert len(repository.patients()) == 13


def test_runs_begun_at_once_have_different_numbers(practice):
    session = practice.session(practice.patient())
    with ThreadPoolExecutor(4) as pool:
        runs = list(pool.map(lambda _: practice.begun(session), range(8)))
    assert sorted(run.number for run in runs) == list(range(1, 9))


def test_what_is_returned_can_be_read_after_the_database_is_closed(practice):
    session = practice.session(practice.patient())
    practice.done(session)
    found = practice.repository.session(session.id)
    practice.repository.close()
    assert found.runs[0].media and found.media and found.patient.code
    assert found.runs[0].session is found


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_the_data_folder_is_its_owners_alone(practice):
    practice.done(practice.session(practice.patient()))
    folder = practice.repository.files.folder.parent
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path.name
