"""The form for what was entered about a session, to be completed and corrected in Review."""

from dataclasses import dataclass
from typing import Any, Final

import gradio as gr

from storage.repository import Repository
from ui.context import Selection, open_request
from ui.days import verdicts
from ui.details_fields import detail_readers, details_of, lay_out_detail_fields, read_details
from ui.marks import escaped
from ui.messages import error_box, refuse_closed, shows_errors
from ui.pieces import markup
from ui.session_names import name_within, session_moment
from verhm.errors import VerhmError
from verhm.language import _

# The button that opened the form, unless something in it was refused.
_BACK: Final = "(problem) => problem || document.querySelector('#review [data-details]')?.focus()"


@dataclass(frozen=True, eq=False)
class DetailsForm:
    """The form's components.

    Attributes:
        asked: `gr.State`, id of the session that is changed
        panel: that holds the others, shown while the form is in use
        title: HTML
        fields: as `lay_out_detail_fields` gives them
        problem: HTML for what is wrong with the entries
        save: button
        close: button that leaves everything as it was
    """

    asked: gr.State
    panel: gr.Column
    title: gr.HTML
    fields: list[Any]
    problem: gr.HTML
    save: gr.Button
    close: gr.Button

    @property
    def outputs(self) -> list[Any]:
        """What opening and closing the form renews."""
        return [self.asked, self.panel, self.title, self.problem, *self.fields]


def lay_out_details_form() -> DetailsForm:
    """Put the form on the page, hidden."""
    asked: gr.State = gr.State("")
    with gr.Column(visible=False, elem_id="details-form", elem_classes="panel sheet") as panel:
        title = markup()
        fields = lay_out_detail_fields("edited-", autofocus=True)
        problem = markup(elem_classes="problem-slot")
        with gr.Row(elem_classes="acts"):
            save = gr.Button(_("Save"), variant="primary", elem_id="save-details")
            close = gr.Button(_("Cancel"), elem_id="close-details")
    return DetailsForm(asked, panel, title, fields, problem, save, close)


def wire_details_form(
    repository: Repository, selected: Selection, screen: gr.HTML, form: DetailsForm
) -> None:
    """Connect the form with the screen that opens it, and with the repository."""
    both = [selected.patient, selected.session]

    @shows_errors
    def edit_details(event: gr.EventData) -> list[Any]:
        return _opened(repository, str(event.session_id))

    @shows_errors
    def save_details(asked: str, *entries: Any) -> list[Any]:
        """Keep what was entered, and show it everywhere; on an error everything stays as typed."""
        refuse_closed(asked)
        *fields, patient_id, session_id = entries
        try:
            repository.update_session(asked, read_details(*fields))
        except VerhmError as error:
            stay = [gr.skip() for _ in form.outputs]
            stay[3] = error_box(error)
            return [gr.skip(), *stay]
        return [open_request(patient_id, session_id), *closed_details_form()]

    inputs = [form.asked, *form.fields, *both]
    screen.edit_details(edit_details, None, form.outputs, show_progress="hidden")
    saved = form.save.click(
        save_details,
        inputs,
        [selected.request, *form.outputs],
        validator=verdicts(inputs, detail_readers(form.fields)),
        show_progress="hidden",
    )
    left = form.close.click(closed_details_form, None, form.outputs, show_progress="hidden")
    for ended in (saved, left):
        ended.success(None, form.problem, None, js=_BACK)


def _opened(repository: Repository, session_id: str) -> list[Any]:
    """Updates that open the form with what is known."""
    repository.refuse_to_change(session_id)
    session = repository.session(session_id)
    title = _("Details of {name} of {when}").format(
        name=name_within(session), when=session_moment(session)
    )
    words = _(
        "By date and task, sessions are put in order and compared. The analysis uses none of "
        "these: its results stay as they are."
    )
    head = f"<h2>{escaped(title)}</h2><p class='small muted'>{words}</p>"
    return [session.id, gr.Column(visible=True), head, "", *details_of(session)]


def closed_details_form() -> list[Any]:
    """Updates of the form's outputs that close it."""
    return ["", gr.Column(visible=False), "", "", *[gr.skip()] * 6]
