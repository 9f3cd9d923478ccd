"""How long things are kept: the words in Settings, and the administrators' form."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from storage.repository import Repository
from storage.retention import Retention
from ui.messages import error_box
from ui.pieces import markup
from verhm.errors import RequestError, VerhmError
from verhm.language import _, ngettext


@dataclass(frozen=True, eq=False)
class RetentionForm:
    """The form's components; `months` and `years` are empty where things are kept for good."""

    panel: gr.Column
    months: gr.Textbox
    years: gr.Textbox
    problem: gr.HTML
    save: gr.Button
    close: gr.Button

    @property
    def outputs(self) -> list[Any]:
        """What opening and closing the form renews."""
        return [self.panel, self.months, self.years, self.problem]


def lay_out_retention() -> RetentionForm:
    """Put the form on the page, hidden."""
    with gr.Column(visible=False, elem_id="retention-form", elem_classes="panel sheet") as panel:
        markup(
            f"<h2>{_('How long things are kept')}</h2><p class='small muted'>"
            + _(
                "What is due is listed under Patients, to the clinician whose patient it is. "
                "Nothing is erased by itself."
            )
            + "</p>"
        )
        with gr.Row():
            months = gr.Textbox(
                label=_("Recordings, months after the session; results stay"),
                placeholder=_("for good"),
                max_lines=1,
                elem_id="recording-months",
            )
            years = gr.Textbox(
                label=_("Patients, years after the last session"),
                placeholder=_("for good"),
                max_lines=1,
                elem_id="patient-years",
            )
        problem = markup(elem_classes="problem-slot")
        with gr.Row(elem_classes="acts"):
            save = gr.Button(_("Save"), variant="primary", elem_id="save-retention")
            close = gr.Button(_("Cancel"))
    return RetentionForm(panel, months, years, problem, save, close)


def wire_retention(repository: Repository, page: gr.HTML, form: RetentionForm, show: Any) -> None:
    """Connect the form with the page that opens it, and with the repository.

    Args:
        repository: bound to whoever asks
        page: that has the words and the button
        form: to be wired
        show: makes the page anew
    """

    def open_() -> list[Any]:
        rules = repository.retention()
        months, years = rules.recording_months, rules.patient_years
        return [gr.Column(visible=True), str(months or ""), str(years or ""), ""]

    def save(months: str | None, years: str | None) -> list[Any]:
        try:
            repository.set_retention(Retention(_number(months), _number(years)))
        except VerhmError as error:
            return [*[gr.skip()] * 4, error_box(error)]
        return [show(), *_closed()]

    page.retention(open_, None, form.outputs, show_progress="hidden")
    entered = [form.months, form.years]
    form.save.click(save, entered, [page, *form.outputs], show_progress="hidden")
    form.close.click(_closed, None, form.outputs, show_progress="hidden")


def retention_words(repository: Repository) -> str:
    """How long things are kept, as HTML, with the button for who may change it."""
    rules = repository.retention()
    months, years = rules.recording_months, rules.patient_years
    recordings = _after(
        months,
        ngettext(
            "{n} month after the session, then listed as due",
            "{n} months after the session, then listed as due",
            months or 0,
        ),
    )
    patients = _after(
        years,
        ngettext(
            "{n} year after the last session, then listed as due",
            "{n} years after the last session, then listed as due",
            years or 0,
        ),
    )
    button = (
        (f" <button type='button' class='btn small' data-do='retention'>{_('Change…')}</button>")
        if repository.may_administer()
        else ""
    )
    return (
        f"<dt>{_('Recordings are kept')}</dt><dd>{recordings}</dd><dt>"
        f"{_('Patients are kept')}</dt><dd>{patients}{button}</dd>"
    )


def _after(number: int | None, words: str) -> str:
    return _("For good") if number is None else words


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 4:
        raise RequestError(
            "E63", f"“{text[:20]}” is no whole number.", "Enter one, or leave the field empty."
        )
    return int(text)


def _closed() -> list[Any]:
    return [gr.Column(visible=False), "", "", ""]
