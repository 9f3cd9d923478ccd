"""The fields of what is entered about a session, and how they are read."""

from datetime import date
from typing import Any

import gradio as gr

from storage.details import SessionDetails
from storage.models import Session
from ui.days import Reader, as_day, day_field
from ui.pieces import markup
from ui.tasks import TASKS
from verhm.dates import typed_date
from verhm.errors import RequestError
from verhm.language import N_, _

LANGUAGES = (
    N_("English"),
    N_("German"),
    N_("French"),
    N_("Spanish"),
    N_("Italian"),
    N_("Portuguese"),
    N_("Dutch"),
    N_("Polish"),
    N_("Turkish"),
    N_("Arabic"),
    N_("Chinese"),
    N_("Japanese"),
    N_("Other"),
)


def lay_out_detail_fields(prefix: str = "", **of_first: Any) -> list[Any]:
    """Put date, language, task, note and both totals on the page; returns them in this order.

    Args:
        prefix: of their ids, where the page has them more than once
        of_first: options of the first field
    """
    with gr.Row():
        recorded_on = day_field(_("Date"), elem_id=f"{prefix}recorded-on", **of_first)
        language = gr.Dropdown(
            [(_(name), name) for name in LANGUAGES],
            value="English",
            label=_("Language"),
            allow_custom_value=True,
            elem_id=f"{prefix}language",
        )
    task = gr.Radio(
        _tasks(),
        value=TASKS[0].name,
        label=_("Task"),
        elem_classes="seg-radio",
        elem_id=f"{prefix}task",
    )
    note = gr.Textbox(label=_("Note"), lines=7, max_lines=7, elem_id=f"{prefix}session-note")
    with gr.Row():
        phq9 = gr.Textbox(
            label=_("PHQ-9 total, optional"),
            placeholder="0–27",
            max_lines=1,
            elem_id=f"{prefix}phq9",
        )
        gad7 = gr.Textbox(
            label=_("GAD-7 total, optional"),
            placeholder="0–21",
            max_lines=1,
            elem_id=f"{prefix}gad7",
        )
    markup(
        "<p class='small muted'>"
        + _("Scores are stored and charted as entered. They are never computed from the voice.")
        + "</p>"
    )
    return [recorded_on, language, task, note, phq9, gad7]


def details_of(session: Session) -> list[Any]:
    """Updates of the fields that show what is known of a session."""
    kept = session.task  # one of another version's, or of a patient from elsewhere, maybe
    is_known = not kept or kept in {task.name for task in TASKS}
    tasks = _tasks() if is_known else [*_tasks(), (_(kept), kept)]
    return [
        typed_date(session.recorded_on),
        session.language,
        gr.Radio(choices=tasks, value=kept or None),
        session.note,
        *("" if total is None else str(total) for total in (session.phq9, session.gad7)),
    ]


def read_details(
    recorded_on: str | None,
    language: str | None,
    task: str | None,
    note: str | None,
    phq9: str | None,
    gad7: str | None,
) -> SessionDetails:
    """What was entered, as the fields give it.

    Raises:
        RequestError: E63 when an entry cannot be
    """
    return SessionDetails(
        recorded_on=_recorded_day(recorded_on),
        task=task or "",
        language=language or "",
        note=note or "",
        phq9=_total("PHQ-9", phq9),
        gad7=_total("GAD-7", gad7),
    )


def detail_readers(fields: list[Any]) -> list[tuple[Any, Reader]]:
    """What those of the fields are read by that can be refused; see `ui.days.verdicts`."""
    recorded_on, _language, _task, _note, phq9, gad7 = fields
    return [
        (recorded_on, _recorded_day),
        (phq9, lambda text: SessionDetails(date.today(), phq9=_total("PHQ-9", text))),
        (gad7, lambda text: SessionDetails(date.today(), gad7=_total("GAD-7", text))),
    ]


def _recorded_day(text: str | None) -> date:
    day = as_day(text)
    if day is None:
        raise RequestError("E63", "The session has no date.", "Enter the day of the recording.")
    if day > date.today():
        raise RequestError(
            "E63", "The session's date lies in the future.", "Enter the day of the recording."
        )
    return day


def _tasks() -> list[tuple[str, str]]:
    """What is shown of each, and what is kept."""
    return [(_(task.short), task.name) for task in TASKS]


def _total(name: str, text: str | None) -> int | None:
    text = (text or "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise RequestError(
            "E63",
            f"The {name} total is “{text[:20]}”.",
            "Enter a whole number, or leave it empty.",
        )
    return int(text)
