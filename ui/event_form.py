"""The form for a medication or a life event of a patient, opened from the list in Trends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from storage.details import EventDetails
from storage.event_models import LONGEST_TEXT, EventKind, PatientEvent
from storage.failures import missing
from storage.repository import Repository
from ui.context import Selection
from ui.days import as_day, day_field, days_verdicts
from ui.marks import escaped
from ui.messages import error_box, refuse_closed, shows_errors
from ui.pieces import focus, markup
from ui.trends_events import KINDS
from verhm.dates import typed_date
from verhm.errors import RequestError, VerhmError
from verhm.language import N_, _

_NEEDS_TEXT, _NEEDS_DAY = N_("Enter what it was."), N_("Enter the day on which it began.")


@dataclass(frozen=True, eq=False)
class EventForm:
    """The form's components.

    Attributes:
        asked: `gr.State`, ids of the patient and of the event that is changed; the latter is empty
            for a new one
        panel: that holds the others, shown while the form is in use
        title: HTML
        fields: text, kind, first day, last day
        problem: HTML for what is wrong with the entries
        save: button
        close: button that leaves everything as it was
    """

    asked: gr.State
    panel: gr.Column
    title: gr.HTML
    fields: tuple[Any, ...]
    problem: gr.HTML
    save: gr.Button
    close: gr.Button

    @property
    def outputs(self) -> list[Any]:
        """What opening and closing the form renews."""
        return [self.asked, self.panel, self.title, *self.fields, self.problem]


def lay_out_event_form() -> EventForm:
    """Put the form on the page, hidden."""
    asked: gr.State = gr.State(("", ""))
    with gr.Column(visible=False, elem_id="event-form", elem_classes="panel sheet") as panel:
        title = markup()
        with gr.Row(equal_height=True):
            text = gr.Textbox(
                label=_("What it was, with the dose of a medication"),
                max_length=LONGEST_TEXT,
                max_lines=1,
                autofocus=True,
                scale=2,
                elem_id="event-text",
            )
            kind = gr.Radio(
                [(_(words), each.value) for each, words in KINDS.items()],
                label=_("Kind"),
                elem_classes="seg-radio",
                elem_id="event-kind",
            )
            first = day_field(_("First day"), elem_id="event-first")
            last = day_field(_("Last day (optional)"), elem_id="event-last")
        problem = markup(elem_classes="problem-slot")
        with gr.Row(elem_classes="acts"):
            save = gr.Button(_("Save"), variant="primary", elem_id="save-event")
            close = gr.Button(_("Cancel"), elem_id="close-event")
    return EventForm(asked, panel, title, (text, kind, first, last), problem, save, close)


def wire_event_form(
    repository: Repository,
    selected: Selection,
    screen: gr.HTML,
    form: EventForm,
    show: Callable[[str | None, str | None], str],
) -> None:
    """Connect the form with the screen that opens it, and with the repository.

    Args:
        repository: bound to whoever asks
        selected: what is open
        screen: that has the list
        form: to be wired
        show: makes the screen anew
    """
    both = [selected.patient, selected.session]

    @shows_errors
    def edit_event(patient_id: str, event: gr.EventData) -> list[Any]:
        return _opened(repository, patient_id, str(event.event_id))

    @shows_errors
    def remove_event(patient_id: str, session_id: str | None, event: gr.EventData) -> str:
        repository.remove_event(str(event.event_id))
        return show(patient_id, session_id)

    @shows_errors
    def save_event(asked: tuple[str, str], *entries: Any) -> list[Any]:
        refuse_closed(asked[0])
        *fields, patient_id, session_id = entries
        try:
            keep_event(repository, *asked, *fields)
        except VerhmError as error:
            return [gr.skip() for _ in form.outputs] + [error_box(error)]
        return [show(patient_id, session_id), *closed_event_form()]

    inputs = [form.asked, *form.fields, *both]
    text, _kind, first, last = form.fields
    needed = {text: _NEEDS_TEXT, first: _NEEDS_DAY}
    screen.edit_event(edit_event, selected.patient, form.outputs, show_progress="hidden")
    screen.remove_event(remove_event, both, screen, show_progress="hidden")
    form.save.click(
        save_event,
        inputs,
        [screen, *form.outputs],
        validator=days_verdicts(inputs, [first, last], needed),
        show_progress="hidden",
    ).then(None, js=focus("body:not(:has(#event-form)) .tr-events [data-write]"))
    form.close.click(closed_event_form, None, form.outputs, show_progress="hidden")


def keep_event(
    repository: Repository,
    patient_id: str,
    event_id: str,
    text: str | None,
    kind: str,
    first: str | None,
    last: str | None,
) -> None:
    """Write down what was entered.

    Args:
        repository: bound to whoever asks
        patient_id: whose it is
        event_id: that is changed; empty for a new one
        text, kind, first, last: as they stand in the form

    Raises:
        RequestError: E63 when an entry cannot be, E75 when the patient is archived
        StorageError: E53 no such patient or event, E57 when the person may only look
    """
    first_day = as_day(first)
    if first_day is None:
        raise RequestError("E63", "The first day is missing.", "Enter the day on which it began.")
    details = EventDetails(EventKind(kind), first_day, as_day(last), text or "")
    if event_id:
        repository.change_event(event_id, details)
    else:
        repository.add_event(patient_id, details)


def _opened(repository: Repository, patient_id: str, event_id: str) -> list[Any]:
    """Updates that open the form: empty for a new event, else with what is known."""
    code = escaped(repository.patient(patient_id).code)
    known = {event.id: event for event in repository.events(patient_id)}
    if event_id and event_id not in known:
        raise missing("event")
    title = (
        "<h2>"
        + (
            _("Change medication or event of {code}")
            if event_id
            else _("Add medication or event of {code}")
        ).format(code=code)
        + "</h2>"
    )
    shown = [(patient_id, event_id), gr.Column(visible=True), title]
    return [*shown, *_fields_of(known.get(event_id)), ""]


def _fields_of(event: PatientEvent | None) -> list[str]:
    if event is None:
        return ["", EventKind.MEDICATION.value, "", ""]
    last = typed_date(event.last_day) if event.last_day else ""
    return [event.text, event.kind.value, typed_date(event.first_day), last]


def closed_event_form() -> list[Any]:
    """Updates of the form's outputs that close it."""
    return [("", ""), gr.Column(visible=False), "", *_fields_of(None), ""]
