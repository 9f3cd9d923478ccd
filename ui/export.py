"""The tab Export: take a session's results out, as files."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from storage.models import MediaKind, Patient, Run, Session, VideoState
from ui.context import AppContext, Selection, TabHandles, open_request
from ui.export_form import FilmForm
from ui.export_names import download_name, safe_name
from ui.marks import escaped, icon
from ui.messages import shows_errors
from ui.pieces import markup, script_call
from ui.review_cards import run_words
from ui.session_names import recording_words, session_words
from verhm.errors import StorageError
from verhm.language import N_, _, decimal

_IDENTIFYING = ("face.mp4", "morphs.csv")  # not for researchers: lips tell what was said
_FILES = (
    ("face.mp4", N_("Face video"), N_("MP4 with the voice; says that the face is synthetic")),
    (
        "windows.csv",
        N_("Windows"),
        N_("CSV: one line per window with status, probabilities, your label"),
    ),
    (
        "annotations.csv",
        N_("Annotations"),
        N_("CSV: your labels, notes and events, and what you left out"),
    ),
    ("analysis.json", N_("Analysis"), N_("JSON with its schema: everything but the morphs")),
    ("morphs.csv", N_("Face morphs"), N_("CSV in Live Link Face's columns")),
    (
        "emotions.eaf",
        "ELAN",
        N_("Tiers with what was found and what you said; opens the recording"),
    ),
    ("emotions.TextGrid", "Praat", N_("The same tiers as a TextGrid")),
    ("fhir.json", "FHIR", N_("R4 bundle for an electronic health record; all of it preliminary")),
    (
        "emotions.html",
        N_("Timeline"),
        N_("A page that opens in any browser and asks nobody for anything"),
    ),
    ("emotions.png", N_("Figure"), N_("PNG of the probabilities over time")),
)


def build(context: AppContext, selected: Selection) -> TabHandles:
    """Lay out the tab and wire its events."""
    with gr.Column(elem_classes="page-narrow"):
        markup(f"<div class='head'><h1>{_('Export')}</h1></div>")
        with gr.Column(elem_classes="panel step"):
            with gr.Row():
                session = gr.Dropdown([], label=_("Session"), elem_id="export-session")
                run = gr.Dropdown([], label=_("Run"), elem_id="export-run")
            files = markup(elem_id="export-files")
            film = markup(elem_id="export-film", js_on_load=script_call("export"))
    view = _View(context)

    def choose(patient_id: str | None, session_id: str | None) -> Any:
        return open_request(patient_id, session_id) if session_id else gr.skip()

    session.input(choose, [selected.patient, session], selected.request, show_progress="hidden")
    shown = [files, film]
    run.input(shows_errors(view.files), [selected.session, run], shown, show_progress="hidden")
    return TabHandles([session, run, *shown], view.refresh)


class _View:
    """Puts together what the tab shows."""

    def __init__(self, context: AppContext) -> None:
        self._repository = context.repository
        self._jobs = context.jobs
        self._form = FilmForm(context.repository, context.scratch)

    def refresh(self, patient_id: str | None, session_id: str | None) -> Sequence[Any]:
        """Sessions of the open patient, runs of the open session, the latter's files and form."""
        nothing = gr.Dropdown(choices=[], value=None, interactive=False)
        if session_id is None:
            return [self._sessions(patient_id, None), nothing, _empty(patient_id), ""]
        try:
            session = self._repository.session(session_id)
        except StorageError:
            return [self._sessions(patient_id, None), nothing, _empty(patient_id), ""]
        newest = session.latest_done
        runs = [run for run in session.runs if run.model is not None]
        run = gr.Dropdown(
            choices=[(run_words(each), each.id) for each in runs],
            value=newest.id if newest else None,
            interactive=len(runs) > 1,
        )
        return [
            self._sessions(patient_id, session),
            run,
            *self._shown(session, newest),
        ]

    def files(self, session_id: str, run_id: str) -> list[str]:
        """The files of one run, and the form for its videos, as HTML."""
        session, run = self._repository.session(session_id), self._repository.run(run_id)
        return self._shown(session, run)

    def _shown(self, session: Session, run: Run | None) -> list[str]:
        """What can be taken out, and below it what can be made and taken as a whole."""
        if self._repository.is_deidentified():
            return [_figures(session, run), ""]
        return [_files(session, run), self._videos(session, run)]

    def _videos(self, session: Session, run: Run | None) -> str:
        """The form for a run's videos, and below it the way to take everything."""
        return self._form.html(session, run, self._jobs.model) + self._whole(session)

    def _whole(self, session: Session) -> str:
        """The way to take the whole patient along, for whose patient it is."""
        patient = session.patient
        if patient is None or not self._repository.may_export(patient.id):
            return ""
        return (
            f"<section class='whole'><h2>{_('Take the whole patient along')}</h2>"
            "<p class='small muted'>"
            + _(
                "All sessions, results and recordings, name and notes in one file, for another "
                "VERHM or for safekeeping. The file is not encrypted: keep it where only you can "
                "read it."
            )
            + f"</p><a class='btn' href='/patients/{escaped(patient.id)}/patient.zip' download>"
            + icon("down")
            + _("{code} with everything (zip)").format(code=escaped(patient.code))
            + "</a></section>"
        )

    def _sessions(self, patient_id: str | None, chosen: Session | None) -> Any:
        sessions = list(self._repository.sessions(patient_id)) if patient_id else []
        if chosen is not None and chosen.id not in {session.id for session in sessions}:
            sessions.insert(0, chosen)
        return gr.Dropdown(
            choices=[(session_words(session), session.id) for session in sessions],
            value=chosen.id if chosen else None,
            interactive=bool(sessions),
        )


def _empty(patient_id: str | None) -> str:
    if patient_id is None:
        words = _("Open a patient under <b>Patients</b>; then choose a session here.")
    else:
        words = _("Choose a session above. A patient without one has nothing to export yet.")
    return f"<div class='empty small-empty'><h2>{_('Nothing chosen')}</h2><p>{words}</p></div>"


def _figures(session: Session, run: Run | None) -> str:
    """What a researcher may take out."""
    if run is None:
        return f"<p class='notice'>{_('This session has no result yet.')}</p>"
    rows = [_report(session, run), *_written(session, run, but=_IDENTIFYING)]
    if session.patient is not None:
        rows.append(_all_sessions(session.patient))
    words = _("Files carry the pseudonym and the moved day.")
    return f"<ul class='downloads'>{''.join(rows)}</ul><p class='small muted'>{words}</p>"


def _written(session: Session, run: Run, but: Sequence[str]) -> list[str]:
    """A row for each file that is written of a run."""
    return [
        _row(f"/runs/{run.id}/{name}", _(title), _(words), download_name(session, run, name))
        for name, title, words in _FILES
        if name not in but
    ]


def _files(session: Session, run: Run | None) -> str:
    recording = next((media for media in session.media if media.kind is MediaKind.RECORDING), None)
    rows = []
    if run is not None:
        has_video = run.video_state is VideoState.DONE
        rows = _written(session, run, but=() if has_video else ("face.mp4",))
        rows.insert(0, _report(session, run, _named(session, run)))
        if not has_video and session.recording_erased_at is None:
            rows.insert(1, _no_video())
    if recording is not None:
        suffix = recording.file.rpartition(".")[2]
        name = download_name(session, None, f"recording.{suffix}")
        size = _("The original file, unchanged · {size} MiB").format(
            size=decimal(f"{recording.bytes / 2**20:.1f}")
        )
        rows.append(_row(f"/sessions/{session.id}/recording", _("Recording"), size, name))
    if run is not None and session.is_kept and session.patient is not None:
        rows.append(_all_sessions(session.patient))
    gone = recording_words(session)
    if gone:
        rows.append(
            f"<li><div><b>{gone}</b><span class='muted small'>"
            + _("With it went the face video, which had its sound. The results stay.")
            + "</span></div></li>"
        )
    notice = "" if run is not None else f"<p class='notice'>{_why_nothing(session)}</p>"
    return f"{notice}<ul class='downloads'>{''.join(rows)}</ul>{_all(session, run)}"


def _why_nothing(session: Session) -> str:
    if session.runs and session.runs[0].state.is_unfinished:
        return _("This session is being analysed. Its results appear here when they are ready.")
    return _(
        "This session has no result yet. Analyse it under <b>New session</b> or <b>Review</b>."
    )


def _named(session: Session, run: Run) -> str:
    """The report with the name, which has to be asked for each time; nothing without a patient."""
    if session.patient is None:
        return ""
    url = escaped(f"/runs/{run.id}/report.pdf?named=true")
    return (
        f"<a class='btn small' href='{url}' download title='"
        + _("Also with the note of the session and the words of medication and events")
        + f"'>{_('With the name')}</a>"
    )


def _report(session: Session, run: Run, more: str = "") -> str:
    words = _("PDF: one page with room to sign, then the detail.")
    if more:  # which is the one with the name
        only = _("Only the one with the name says what the events were, and has the note.")
        words = f"{words} {only}"
    return _row(
        f"/runs/{run.id}/report.pdf",
        _("Report"),
        words,
        download_name(session, run, "report.pdf"),
        more,
    )


def _all_sessions(patient: Patient) -> str:
    """All sessions of a patient in one table."""
    return _row(
        f"/patients/{patient.id}/recordings.csv",
        _("All sessions of this patient"),
        _(
            "CSV: one line per session with a result: all figures, without what you left out, and "
            "which channel they are of"
        ),
        safe_name(patient.code, "recordings.csv"),
    )


def _no_video() -> str:
    words = _(
        "Kept with the session, as Review plays it. Not drawn yet: Review has a button for it, or "
        "shows how far it is."
    )
    return f"<li><div><b>{_('Face video')}</b><span class='muted small'>{words}</span></div></li>"


def _row(url: str, title: str, words: str, name: str, more: str = "") -> str:
    return (
        f"<li><div><b>{escaped(title)}</b><span class='muted small'>{escaped(words)}"
        f"</span></div><span class='muted small file-name'>{escaped(name)}</span>"
        f"<span class='links'>{more}<a class='btn small' href='{escaped(url)}' download>"
        + icon("down")
        + _("Download")
        + "</a></span></li>"
    )


def _all(session: Session, run: Run | None) -> str:
    if run is None:
        return ""
    name = escaped(download_name(session, run, "everything.zip"))
    is_filmed = any(media.kind is MediaKind.CAMERA for media in session.media)
    camera = _(
        "The camera's picture shows the patient: it is in the zip, and in a video that you make "
        "with it below."
    )
    shown = f" {camera}" if is_filmed else ""
    return (
        "<div class='all'><p class='small muted'>"
        + _(
            "Files carry the patient's code and the date, never the name. The recording is the "
            "patient's voice: it identifies."
        )
        + f"{shown}</p><a class='btn primary' href='/runs/{escaped(run.id)}"
        f"/everything.zip' download title='{name}'>{_('Everything of this session (zip)')}"
        "</a></div>"
    )
