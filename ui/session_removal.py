"""Erasing one session, asked for in the list of patients or in Review."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from storage.models import MediaKind, Session
from ui.context import AppContext, Selection, open_request
from ui.marks import escaped
from ui.messages import error_box, shows_errors
from ui.pieces import focus, markup
from ui.session_names import name_within, session_moment
from verhm.errors import VerhmError
from verhm.language import _, ngettext


@dataclass(frozen=True, eq=False)
class SessionRemoval:
    """The panel's components.

    Attributes:
        asked: `gr.State`, id of the session that is to be erased
        panel: that holds the others, shown while there is a question
        words: HTML, what would go
        problem: HTML for why it did not
        erase: button
        close: button that leaves everything as it was
    """

    asked: gr.State
    panel: gr.Column
    words: gr.HTML
    problem: gr.HTML
    erase: gr.Button
    close: gr.Button

    @property
    def outputs(self) -> list[Any]:
        """What opening and closing the panel renews."""
        return [self.asked, self.panel, self.words, self.problem]


def lay_out_session_removal(name: str = "session") -> SessionRemoval:
    """Put the panel on the page, hidden; its ids are made of the name."""
    asked: gr.State = gr.State(None)
    with gr.Column(visible=False, elem_id=f"{name}-removal", elem_classes="panel sheet") as panel:
        words = markup()
        problem = markup(elem_classes="problem-slot")
        with gr.Row(elem_classes="acts"):
            erase = gr.Button(
                _("Erase this session"), elem_classes="alert", elem_id=f"erase-{name}"
            )
            close = gr.Button(_("Cancel"))
    return SessionRemoval(asked, panel, words, problem, erase, close)


def wire_session_removal(
    context: AppContext,
    selected: Selection,
    asking: gr.HTML,
    removal: SessionRemoval,
    back: str = "#tabs [role=tab][aria-selected=true]",
) -> None:
    """Connect the panel with the component that asks, and with the repository.

    Args:
        context: the parts of the app
        selected: what is open
        asking: the component
        removal: the panel
        back: CSS selector of what has the keyboard once the panel is gone
    """
    repository = context.repository

    @shows_errors
    def ask(event: gr.EventData) -> list[Any]:
        session = repository.session(event.session_id)
        return [session.id, gr.Column(visible=True), what_goes(session), ""]

    def erase(asked: str, patient_id: str | None, session_id: str | None) -> list[Any]:
        # Another patient may have been opened since; of what is open, what is gone is closed.
        stay = open_request(patient_id, session_id)
        try:
            erase_session(context, asked)
        except VerhmError as error:
            # The session may be gone, and only its files not; the list says which.
            return [stay, *[gr.skip()] * 3, error_box(error)]
        return [stay, *_closed()]

    panel = f"#{removal.panel.elem_id}"
    gone = focus(f"body:not(:has({panel})) {back}")
    asking.erase_session(ask, None, removal.outputs, show_progress="hidden").then(
        None, js=focus(f"{panel} .acts button:last-child")
    )
    removal.erase.click(
        erase,
        [removal.asked, selected.patient, selected.session],
        [selected.request, *removal.outputs],
        show_progress="hidden",
    ).then(None, js=gone)
    removal.close.click(_closed, None, removal.outputs, show_progress="hidden").then(None, js=gone)


def erase_session(context: AppContext, session_id: str) -> None:
    """Stop the analysis of a session and erase it with all that belongs to it.

    Raises:
        StorageError: E50 when a file cannot be erased, E53 when there is no such session
    """
    context.jobs.stop({session_id})
    context.repository.erase_session(session_id)


def erase_tries(context: AppContext, but: str | None = None) -> None:
    """Erase what was tried without saving, in whatever window.

    Args:
        context: the parts of the app
        but: id of a session that stays

    Raises:
        StorageError: E50 when a file cannot be erased
    """
    context.jobs.stop(set(context.repository.tried()) - {but})
    context.repository.erase_tried(but)


def what_goes(session: Session) -> str:
    """The question, naming all that would be erased, as HTML."""
    code = session.patient.code if session.patient else ""
    results = sum(run.model is not None for run in session.runs)
    has_video = any(media.kind is MediaKind.VIDEO for media in session.media)
    is_filmed = any(media.kind is MediaKind.CAMERA for media in session.media)
    parts = [_("the recording"), *[_("the camera's picture")] * is_filmed]
    if results:
        parts.append(ngettext("its result", "its {n} results", results))
    if has_video:
        parts.append(_("the face video"))
    if session.note:
        parts.append(_("the note"))
    if session.phq9 is not None or session.gad7 is not None:
        parts.append(_("the entered scores"))
    listed = ", ".join(parts[:-1]) + _(" and ") + parts[-1] if len(parts) > 1 else parts[0]
    listed = f"{listed[0].upper()}{listed[1:]}"
    if not session.is_kept:
        return (
            f"<h2>{_('Erase what was not saved?')}</h2><p>"
            + _("{listed} would be gone for good.").format(listed=listed)
            + "</p>"
        )
    return (
        "<h2>"
        + _("Erase {name} of {when}?").format(
            name=name_within(session), when=session_moment(session)
        )
        + "</h2><p>"
        + _(
            "{listed} of {code} would be gone for good, also from Trends. The patient and the "
            "other sessions stay."
        ).format(listed=listed, code=escaped(code))
        + "</p>"
    )


def _closed() -> list[Any]:
    return [None, gr.Column(visible=False), "", ""]
