"""The demonstration patient: made-up sessions, so that the app can be looked at without anybody's.

Everything in it says that it is synthetic. The recording is a speech synthesizer's (see
`ui.demonstration_voice`); the probabilities are made up; nothing was found by a model.
"""

import hashlib
import json
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

import numpy as np

from storage.details import EventDetails, PatientDetails, RunResult, SessionDetails
from storage.event_models import EventKind
from storage.repository import Repository
from ui.demonstration_motion import morphs_for
from ui.demonstration_timeline import Story, made_up_timeline, made_up_windows
from ui.demonstration_voice import MEASURED, RECORDING
from ui.made_up import MODEL, NOTE
from verhm.language import N_, _
from verhm.report.document import to_json
from verhm.report.summary import summarize
from verhm.settings import AnalysisSettings
from verhm.types import (
    Acoustics,
    Analysis,
    Quality,
    Source,
    SpeechActivity,
)

CODE = "DEMO"

# From the earliest: a low mood that stays for months and has lifted in the last session, by more
# than error, so that a change can be looked at. The third was "recorded" in a noisy room.
_STORIES = (
    Story(172, 17, 12, {"sad": 2.1, "neutral": 1.3, "fearful": 0.9, "angry": 0.7}),
    Story(130, 16, 12, {"sad": 2.5, "neutral": 0.9, "fearful": 0.4, "angry": 0.5, "calm": 0.4}),
    Story(86, 15, None, {"sad": 2.2, "neutral": 1.6, "angry": 0.6}, snr=8.5),
    Story(41, 14, 10, {"sad": 1.7, "neutral": 0.8, "fearful": 0.9, "angry": 0.8, "calm": 0.4}),
    Story(6, 8, 6, {"neutral": 1.5, "calm": 1.2, "happy": 1.5, "sad": 0.5}),
)

# What a clinician might have said of the newest.
_SAID: Final[tuple[dict[str, Any], ...]] = (
    {"start": 8.0, "end": 8.0, "text": N_("Example: an event")},
    {"start": 24.0, "end": 34.0, "text": N_("Example: a note on a stretch")},
    {"start": 15.0, "end": 18.0, "label": "happy"},
    {"start": 16.0, "end": 19.0, "label": "surprised", "text": N_("laughs")},
    {"start": 6.5, "end": 9.5, "label": "unsure"},
)

# What might have happened meanwhile: kind, days ago, text.
_HAPPENED: Final = (
    (EventKind.MEDICATION, 120, N_("Example: Verhmazin 20 mg")),
    (EventKind.LIFE_EVENT, 60, N_("Example: back to work")),
)


def load_demonstration(repository: Repository, today: date | None = None) -> str:
    """Add the demonstration patient, unless it is there already.

    Args:
        repository: where to
        today: the day that the sessions lead up to

    Returns:
        the patient's id

    Raises:
        StorageError: E50 not writable, E51 disk full, E55 when a real patient has its code
    """
    for overview in repository.patients(search=CODE, include_archived=True):
        if overview.patient.is_demonstration:
            return overview.patient.id
    details = PatientDetails(CODE, age_band="35–44", note=NOTE, is_demonstration=True)
    patient = repository.add_patient(details)
    today = today or date.today()
    for seed, story in enumerate(_STORIES):
        newest = _add_session(repository, patient.id, story, seed, today)
    for said in _SAID:  # in the language of whoever loads it, as a person would write
        repository.annotate(
            newest, **(said | {"text": _(said["text"])} if "text" in said else said)
        )
    for kind, days_ago, text in _HAPPENED:
        first_day = today - timedelta(days=days_ago)
        repository.add_event(patient.id, EventDetails(kind, first_day, None, _(text)))
    return patient.id


def _add_session(
    repository: Repository, patient_id: str, story: Story, seed: int, today: date
) -> str:
    analysis = synthetic_analysis(story, seed)
    details = SessionDetails(
        recorded_on=today - timedelta(days=story.days_ago),
        task="Reading",
        language="English",
        note=NOTE,
        phq9=story.phq9,
        gad7=story.gad7,
    )
    session = repository.add_session(patient_id, details, RECORDING)
    run = repository.begin_run(session.id, analysis.settings)
    repository.mark_running(run.id)
    repository.finish_run(run.id, _result(analysis))
    return session.id


def synthetic_analysis(story: Story, seed: int) -> Analysis:
    """An analysis that nobody made: real sound, made-up probabilities."""
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    duration = float(measured["duration"])
    settings = AnalysisSettings(seed=seed)
    activity = SpeechActivity(np.array(measured["spans"], dtype=float).reshape(-1, 2))
    acoustics = _acoustics(measured)
    rng = np.random.default_rng(seed)
    timeline, qualities = made_up_windows(
        made_up_timeline(duration, settings, story, rng), activity, story, rng
    )
    return Analysis(
        source=Source(hashlib.sha256(RECORDING.read_bytes()).hexdigest(), "ogg", "opus", 16_000, 1),
        duration=duration,
        model=MODEL,
        settings=settings,
        timeline=timeline,
        window_quality=qualities,
        quality=Quality(-26.0, -6.0, 0.0, story.snr, activity.seconds, 6_800.0),
        activity=activity,
        acoustics=acoustics,
        morphs=morphs_for(duration, timeline, activity, acoustics, settings),
        summary=summarize(timeline, activity, seed),
    )


def _acoustics(measured: dict[str, list[float | None]]) -> Acoustics:
    floats = partial(np.array, dtype=float)  # null becomes NaN
    loudness = floats(measured["loudness"])
    return Acoustics(0.05 + 0.1 * np.arange(len(loudness)), floats(measured["pitch"]), loudness)


def _result(analysis: Analysis) -> RunResult:
    return RunResult(
        document=to_json(analysis).encode(),
        morphs=analysis.morphs,
        summary=analysis.summary,
        quality=analysis.quality,
        model=analysis.model,
        duration=analysis.duration,
    )
