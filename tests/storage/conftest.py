"""A data folder, and something to put in it."""

from datetime import date
from pathlib import Path

import pytest

from storage.details import Agreement, PatientDetails, RunResult, SessionDetails
from storage.repository import Repository, open_repository
from tests.factories import make_analysis
from tests.storage.people import People
from verhm.settings import AnalysisSettings, VideoSettings

SOUND = bytes(range(256)) * 40
SEEN = bytes(range(255, -1, -1)) * 20
AGREED = Agreement(date(2026, 1, 1))


class Practice:
    """Shortcuts through the repository's verbs, for tests that are about a later one."""

    def __init__(self, repository: Repository, recording: Path) -> None:
        self.repository = repository
        self.recording = recording

    def patient(self, code: str = "P-0001", agreement: Agreement | None = AGREED, **details):
        return self.repository.add_patient(PatientDetails(code, **details), agreement)

    def session(self, patient, day: int = 1, is_kept: bool = True, **details):
        details = SessionDetails(date(2026, 3, day), **details)
        return self.repository.add_session(
            patient and patient.id, details, self.recording, is_kept=is_kept
        )

    def filmed(self, patient, day: int = 1):
        """A session with a picture of the camera."""
        picture = self.recording.with_name("camera.webm")
        picture.write_bytes(SEEN)
        details = SessionDetails(date(2026, 3, day))
        return self.repository.add_session(patient.id, details, self.recording, picture=picture)

    def begun(self, session, video: bool = False):
        settings = VideoSettings() if video else None
        return self.repository.begin_run(session.id, AnalysisSettings(seed=7), settings)

    def done(self, session, video: bool = False):
        return self.repository.finish_run(self.begun(session, video).id, make_result())


def make_result(seed: int = 0) -> RunResult:
    """The result of an analysis that never was."""
    analysis = make_analysis(20.0, seed)
    return RunResult(
        document=b'{"schema": "made up", "audio": {"sha256": "5e1f"}}',
        morphs=analysis.morphs,
        summary=analysis.summary,
        quality=analysis.quality,
        model=analysis.model,
        duration=analysis.duration,
        voice=analysis.voice,
        seconds=analysis.seconds,
    )


def files_in(repository: Repository) -> set[Path]:
    """All media files there are."""
    return {path for path in repository.files.folder.rglob("*") if path.is_file()}


@pytest.fixture
def repository(tmp_path):
    opened = open_repository(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def practice(repository, tmp_path):
    recording = tmp_path / "Jane Doe, first visit.wav"
    recording.write_bytes(SOUND)
    return Practice(repository, recording)


@pytest.fixture
def people(repository):
    """An administrator, and the way to add others."""
    return People(repository)
