"""What goes into the repository's verbs and comes out of them, besides the rows themselves."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from storage.consents import Scope
from storage.event_models import LONGEST_TEXT, EventKind
from storage.models import Patient
from verhm.errors import RequestError
from verhm.settings import AnalysisSettings
from verhm.types import ModelId, MorphSequence, Quality, Summary, Voice

LONGEST_NOTE: Final = 20_000  # letters, some ten pages
_FIRST_YEAR, _LAST_YEAR = 1900, 2200  # beyond, a year was mistyped


def _refuse_unless(is_valid: bool, cause: str, remedy: str) -> None:
    if not is_valid:
        raise RequestError("E63", cause, remedy)


def _refuse_long_note(note: str) -> None:
    _refuse_unless(
        len(note) <= LONGEST_NOTE, f"The note is longer than {LONGEST_NOTE} letters.", "Shorten it."
    )


@dataclass(frozen=True)
class PatientDetails:
    """What a person enters about a patient.

    Raises:
        RequestError: E63 when an entry cannot be
    """

    code: str
    name: str | None = None
    age_band: str = ""
    note: str = ""
    is_demonstration: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", self.code.strip())
        object.__setattr__(self, "name", (self.name or "").strip() or None)
        _refuse_unless(
            0 < len(self.code) <= 40,
            "The patient's code is empty or longer than 40 letters.",
            "Enter a short code.",
        )
        _refuse_unless(
            len(self.name or "") <= 200,
            "The patient's name is longer than 200 letters.",
            "Shorten it.",
        )
        _refuse_unless(
            len(self.age_band) <= 20, "The age band is longer than 20 letters.", "Shorten it."
        )
        _refuse_long_note(self.note)


@dataclass(frozen=True)
class Agreement:
    """What a patient agreed to, as it is entered.

    Attributes:
        given_on: first day on which it holds
        expires_on: last day; None where it has no end
        scopes: what was agreed to

    Raises:
        RequestError: E63 when an entry cannot be
    """

    given_on: date
    expires_on: date | None = None
    scopes: tuple[Scope, ...] = (Scope.ANALYSIS,)

    def __post_init__(self) -> None:
        _refuse_unless(
            bool(self.scopes), "It is not said what was agreed to.", "Choose at least one."
        )
        _refuse_unless(
            self.expires_on is None or self.given_on <= self.expires_on,
            "The consent ends before it was given.",
            "Correct one of the two dates.",
        )


@dataclass(frozen=True)
class SessionDetails:
    """What a person enters about a session.

    Attributes:
        phq9: total of the questionnaire, 0 to 27
        gad7: total of the questionnaire, 0 to 21

    Raises:
        RequestError: E63 when an entry cannot be
    """

    recorded_on: date
    task: str = ""
    language: str = ""
    note: str = ""
    phq9: int | None = None
    gad7: int | None = None

    def __post_init__(self) -> None:
        for name, total, most in (("PHQ-9", self.phq9, 27), ("GAD-7", self.gad7, 21)):
            _refuse_unless(
                total is None or 0 <= total <= most,
                f"The {name} total is {total}.",
                f"Enter one from 0 to {most}, or leave it empty.",
            )
        _refuse_unless(len(self.task) <= 40, "The task is longer than 40 letters.", "Shorten it.")
        _refuse_unless(
            len(self.language) <= 40, "The language is longer than 40 letters.", "Shorten it."
        )
        _refuse_long_note(self.note)


@dataclass(frozen=True)
class EventDetails:
    """What a person enters about a medication or a life event of a patient.

    Attributes:
        first_day: on which it began
        last_day: on which it ended; None for a medication that goes on, or for a single day
        text: what it was

    Raises:
        RequestError: E63 when an entry cannot be
    """

    kind: EventKind
    first_day: date
    last_day: date | None
    text: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", self.text.strip())
        _refuse_unless(
            bool(self.text), "It is not said what it was.", "Describe it in a few words."
        )
        _refuse_unless(
            len(self.text) <= LONGEST_TEXT,
            f"The text is longer than {LONGEST_TEXT} letters.",
            "Shorten it.",
        )
        _refuse_unless(
            self.last_day is None or self.first_day <= self.last_day,
            "The last day lies before the first.",
            "Correct one of the two days.",
        )
        for day in filter(None, (self.first_day, self.last_day)):
            _refuse_unless(
                _FIRST_YEAR <= day.year <= _LAST_YEAR,
                f"The year {day.year} lies too far away.",
                f"Enter a day from {_FIRST_YEAR} to {_LAST_YEAR}.",
            )


@dataclass(frozen=True, eq=False)
class RunResult:
    """What a finished analysis leaves behind.

    Attributes:
        document: the whole analysis as JSON, for the reports
        morphs: of the face
        voice: how it sounds on average, for a baseline; None where there is none
        summary: of the session
        quality: of the whole recording
        model: that made it
        duration: of the recording, s
        seconds: spent per stage
    """

    document: bytes
    morphs: MorphSequence
    summary: Summary
    quality: Quality
    model: ModelId
    duration: float
    voice: Voice | None = None
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SessionFigures:
    """The latest result of one session, as trends and comparisons need it.

    Attributes:
        is_usual: whether the clinician says that others are to be compared with it
    """

    session_id: str
    run_id: str
    recorded_on: date
    task: str
    model: ModelId
    summary: Summary
    quality: Quality
    settings: AnalysisSettings
    is_usual: bool = False


@dataclass(frozen=True)
class PatientOverview:
    """A line of the list of patients.

    Attributes:
        patient: the row
        session_count: kept sessions
        last_session_on: day of the latest of them
        figures: latest results of its sessions, by day, the oldest first
    """

    patient: Patient
    session_count: int
    last_session_on: date | None
    figures: tuple[SessionFigures, ...] = ()

    @property
    def latest(self) -> SessionFigures | None:
        """Figures of the last session; none while it has no result."""
        if self.figures and self.figures[-1].recorded_on == self.last_session_on:
            return self.figures[-1]
        return None


@dataclass(frozen=True)
class SweepReport:
    """What was found and done at start.

    Attributes:
        sessions_erased: tried without saving
        files_removed: belonged to nothing
        missing: ids of the media whose file is gone; their rows stay as evidence
        files_left: of which the database knows nothing, since it is not the one of this folder, or
            older than it
    """

    sessions_erased: int
    files_removed: int
    missing: tuple[str, ...]
    files_left: int = 0
