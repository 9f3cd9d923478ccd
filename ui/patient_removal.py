"""Taking a patient off the list, or erasing everything of one."""

import contextlib
from dataclasses import dataclass
from typing import Any

import gradio as gr

from storage.models import Patient
from ui.context import AppContext, OpenRequest, Selection, open_request
from ui.marks import escaped
from ui.messages import error_box, shows_errors
from ui.pieces import focus, markup
from verhm.errors import RequestError, StorageError, VerhmError
from verhm.language import _

_LIST = "#tab-patients #patient-search :is(input, textarea), #patients [data-do=new]"
_REFUSED = "#patient-removal:has(.problem) #erase-code :is(input, textarea)"


@dataclass(frozen=True, eq=False)
class Removal:
    """The panel's components.

    Attributes:
        asked: `gr.State`, id of the patient whom the panel is about; another may be open by now
        panel: that holds the others
        words: HTML, whom it is about, and what each button does
        typed: the code, typed again
        problem: HTML for why nothing was erased
        archive: button, also to take back from the archive
        erase: button
        close: button that leaves everything as it was
        told: HTML beside the panel, what has been erased
    """

    asked: gr.State
    panel: gr.Column
    words: gr.HTML
    typed: gr.Textbox
    problem: gr.HTML
    archive: gr.Button
    erase: gr.Button
    close: gr.Button
    told: gr.HTML

    @property
    def outputs(self) -> list[Any]:
        """What opening and closing the panel renews."""
        within = [self.asked, self.panel, self.words, self.typed, self.problem, self.archive]
        return [*within, self.told]


def lay_out_removal() -> Removal:
    """Put the panel on the page, hidden."""
    asked: gr.State = gr.State(None)
    with gr.Column(visible=False, elem_id="patient-removal", elem_classes="panel sheet") as panel:
        words = markup()
        typed = gr.Textbox(label=_("Type the code again to erase"), elem_id="erase-code")
        problem = markup(elem_classes="problem-slot")
        with gr.Row(elem_classes="acts"):
            archive = gr.Button(_("Archive"), variant="primary", elem_id="archive-patient")
            erase = gr.Button(_("Erase for good"), elem_classes="alert", elem_id="erase-patient")
            close = gr.Button(_("Cancel"))
    told = markup(elem_id="patient-erased")
    return Removal(asked, panel, words, typed, problem, archive, erase, close, told)


def wire_removal(
    context: AppContext, selected: Selection, opener: gr.Button, removal: Removal
) -> None:
    """Connect the panel with the list's button and the repository."""
    repository = context.repository

    @shows_errors
    def open_(patient_id: str | None) -> list[Any]:
        if patient_id is None:
            raise RequestError(
                "E63", "No patient is open.", "Select the patient's row first, then try again."
            )
        return opened(repository.patient(patient_id))

    @shows_errors
    def archive(asked: str, patient_id: str | None, session_id: str | None) -> list[Any]:
        goes = repository.patient(asked).archived_at is None
        repository.archive_patient(asked, goes)
        if goes:  # what they find could not be saved any more
            context.jobs.stop(analysed_sessions(context, asked))
        return [_without(asked if goes else None, patient_id, session_id), *_closed()]

    def erase(asked: str, typed: str, patient_id: str | None, session_id: str | None) -> list[Any]:
        try:
            erase_patient(context, asked, typed or "")
        except VerhmError as error:
            # The patient may be gone, and only files not; the list says which.
            stay = open_request(patient_id, session_id)
            return [stay, *[gr.skip()] * 4, error_box(error), *[gr.skip()] * 2]
        return [_without(asked, patient_id, session_id), *_closed(_erased())]

    outputs = [selected.request, *removal.outputs]
    both = [selected.patient, selected.session]
    opener.click(open_, selected.patient, removal.outputs, show_progress="hidden").then(
        None, js=focus("#erase-code :is(input, textarea)")
    )
    removal.archive.click(archive, [removal.asked, *both], outputs, show_progress="hidden").then(
        None, js=focus(_LIST)
    )
    removal.erase.click(
        erase, [removal.asked, removal.typed, *both], outputs, show_progress="hidden"
    ).then(None, js=focus(f"#patient-erased [role=status], {_REFUSED}"))
    removal.close.click(_closed, None, removal.outputs, show_progress="hidden").then(
        None, js=focus("#remove-patient")
    )


def wire_archive(context: AppContext, selected: Selection, table: gr.HTML) -> None:
    """Connect the list's button that brings a patient back from the archive."""

    @shows_errors
    def bring_back(patient_id: str, session_id: str | None) -> OpenRequest:
        context.repository.archive_patient(patient_id, is_archived=False)
        return open_request(patient_id, session_id)

    both = [selected.patient, selected.session]
    table.bring_back(bring_back, both, selected.request, show_progress="hidden")


def erase_patient(context: AppContext, patient_id: str, code_typed: str) -> None:
    """Stop the analyses of a patient and erase everything of the patient.

    Raises:
        RequestError: E63 when the typed code is another; nothing is stopped then
        StorageError: E50 when a file cannot be erased, E53 when there is no such patient
    """
    if code_typed.strip() == context.repository.patient(patient_id).code:
        context.jobs.stop(analysed_sessions(context, patient_id))
    try:
        context.repository.erase_patient(patient_id, code_typed)
    finally:  # also where a file could not be erased; should the program die, the next start does
        if not context.repository.is_known(patient_id):
            context.intake.remove_of(patient_id)


def analysed_sessions(context: AppContext, patient_id: str) -> set[str]:
    """Ids of the patient's sessions that are worked on, of those tried without saving too."""
    found, jobs = set(), context.jobs
    analysed = {job.session_id for job in jobs.all()}
    for session_id in analysed | jobs.films.sessions | jobs.explanations.sessions:
        with contextlib.suppress(StorageError):  # that one was erased meanwhile
            if context.repository.session(session_id).patient_id == patient_id:
                found.add(session_id)
    return found


def _without(gone: str | None, patient_id: str | None, session_id: str | None) -> OpenRequest:
    """Leave open what is open, unless it is of the patient who is gone."""
    return open_request(None, None) if patient_id == gone else open_request(patient_id, session_id)


def opened(patient: Patient) -> list[Any]:
    """Updates that open the panel about a patient."""
    verb = _("Bring back") if patient.archived_at else _("Archive")
    return [patient.id, gr.Column(visible=True), _words(patient), "", "", verb, ""]


def _closed(told: str = "") -> list[Any]:
    return [None, gr.Column(visible=False), "", "", "", gr.skip(), told]


def _erased() -> str:
    words = _("The patient is erased, with every session, recording, result and video.")
    return f"<p class='notice' role='status' tabindex='-1'>{words}</p>"


def _words(patient: Patient) -> str:
    return (
        "<h2>"
        + _("Archive or erase {code}").format(code=escaped(patient.code))
        + "</h2><p>"
        + _(
            "Archived, a patient leaves the list, takes no new sessions, and can be brought back. "
            "Erased, the patient is gone for good, with every session, recording, result and video."
        )
        + "</p>"
    )
