"""What every tab is given, and what it hands back: the contract between the shell and the tabs.

A tab is a module of `ui` with one function

    build(context: AppContext, selected: Selection) -> TabHandles

called once, inside `with gr.Tab(...)`, when the page is put together. It lays out its components,
wires its own events, and returns its handles. Never keep a patient or a session in the module:
the page has many readers, and what is selected lives in `selected`.

* The shell calls `handles.refresh(patient_id, session_id)` whenever the selection changes, when an
  analysis of any session changes its state, and when the page is loaded. It returns one value or
  `gr.update` per component of `handles.outputs`, in that order. It must be quick, and must show an
  empty state where an id is None.
* When it opens another patient or session, and when the page is loaded, it also calls
  `handles.empty(...)`, in the same event: each listener of its own on `selected.patient` would be
  one more question to the server, at every patient of everybody.
* To open something from a tab, let an event write `open_request(...)` to `selected.request`:

      table.open_row(lambda event: open_request(patient, session, "review"), None, selected.request)

  The shell sets `selected.patient` and `selected.session`, goes to the named tab, and refreshes
  all tabs. To refresh without going anywhere, leave the tab None. `selected.patient` and
  `selected.session` are read by events as inputs and written by the shell alone.
* An expected failure (`VerhmError`) inside an event is turned into a message for the person by
  `@ui.messages.shows_errors`.
* `ui.marks` escapes text for HTML and draws the emotions' marks; the symbols behind them are on the
  page already. `ui.theme.asset("review.js")` reads a file of `ui/assets`; every `*.css` there is
  part of the page. Media are at `media_url(media_id)`.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import gradio as gr

from storage.repository import Repository
from storage.scratch import Scratch
from ui.intake import Intake
from ui.jobs import Jobs
from ui.preferences import Preferences
from ui.reviewed import ReviewedRuns
from ui.settings import AppSettings

TABS = ("patients", "new-session", "review", "trends", "export", "settings")


@dataclass(frozen=True, eq=False)
class AppContext:
    """The parts behind the page, made once at start.

    Attributes:
        repository: patients, sessions, runs and media
        jobs: the analyses that wait, run and have ended; `jobs.submit` starts one
        intake: recordings on their way to becoming a session
        settings: where the app serves and keeps its data
        user: name of whoever asks
    """

    repository: Repository
    jobs: Jobs
    intake: Intake
    settings: AppSettings
    user: Callable[[], str] = str

    @property
    def preferences(self) -> Preferences:
        """What is chosen in Settings."""
        return Preferences(self.settings.data)

    @cached_property
    def reviewed(self) -> ReviewedRuns:
        """Results as they are reviewed; what was read of one is kept for the next look."""
        return ReviewedRuns(self.repository)

    @property
    def scratch(self) -> Scratch:
        """Where content may lie unsealed for a while."""
        return self.repository.scratch(self.settings.work)

    def workspace(self, room: int = 1 << 26) -> Path:
        """A new empty private folder; who asks for it shreds it (`storage.scratch.shred`).

        Args:
            room: bytes that will be needed
        """
        return self.scratch.make(room)


@dataclass(frozen=True)
class OpenRequest:
    """What a tab asks the shell to open.

    Attributes:
        patient_id: to select, or None for no patient
        session_id: to select, or None for no session
        tab: one of TABS to go to, or None to stay
        key: makes two like requests differ, so that the second is noticed too
    """

    patient_id: str | None
    session_id: str | None
    tab: str | None = None
    key: str = field(default_factory=lambda: uuid.uuid4().hex)

    def __post_init__(self) -> None:
        if self.tab is not None and self.tab not in TABS:
            raise ValueError(f"there is no tab {self.tab}")


@dataclass(frozen=True, eq=False)
class Selection:
    """What is open in one browser page; each is a `gr.State`.

    Attributes:
        patient: id (str) of the open patient, or None
        session: id (str) of the open session, or None
        request: an `OpenRequest` for the shell, or None
    """

    patient: gr.State
    session: gr.State
    request: gr.State


@dataclass(frozen=True, eq=False)
class TabHandles:
    """What a tab gives to the shell.

    Attributes:
        outputs: the components that `refresh` renews
        refresh: patient id and session id, each a str or None → one update per output
        entries: the components that hold what is being entered about the open patient or session
        empty: id of the open patient or None, and whether another one was open before, else another
            session of theirs → one update per entry; what was entered about one must not be taken
            for another's
    """

    outputs: Sequence[Any]
    refresh: Callable[[str | None, str | None], Sequence[Any]]
    entries: Sequence[Any] = ()
    empty: Callable[[str | None, bool], Sequence[Any]] = lambda patient_id, is_other: ()


def open_request(
    patient_id: str | None, session_id: str | None, tab: str | None = None
) -> OpenRequest:
    """Ask the shell to select a patient and a session, and to go to a tab."""
    return OpenRequest(patient_id, session_id, tab)


def open_patient(repository: Repository, patient_id: str, tab: str | None = None) -> OpenRequest:
    """Ask the shell to select a patient and their newest session, if there is one."""
    sessions = repository.sessions(patient_id)
    return OpenRequest(patient_id, sessions[0].id if sessions else None, tab)


def media_url(media_id: str) -> str:
    """Where the browser finds a media file; it answers Range requests, so that players can seek."""
    return f"/media/{media_id}"
