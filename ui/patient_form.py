"""The form for a new patient with the consent, or for changing one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from storage.consents import Scope
from storage.details import Agreement, PatientDetails
from storage.models import Patient
from ui.days import as_day, day_field
from ui.pieces import markup
from verhm.errors import RequestError
from verhm.language import N_, _

AGE_BANDS = (
    "",
    N_("under 18"),
    "18–24",
    "25–34",
    "35–44",
    "45–54",
    "55–64",
    "65–74",
    N_("75 and over"),
)


@dataclass(frozen=True, eq=False)
class PatientForm:
    """The form's components.

    Attributes:
        panel: that holds it, shown while it is in use
        title: HTML
        fields: code, name, age band, note, consent given, until, also to research
        consent_row: that holds the last three, for a new patient only; later there are entries
        problem: HTML for what is wrong with the entries
        record: button that saves a new patient and goes on to the first recording
        save: button
        close: button that leaves everything as it was
    """

    panel: gr.Column
    title: gr.HTML
    fields: tuple[Any, ...]
    consent_row: gr.Row
    problem: gr.HTML
    record: gr.Button
    save: gr.Button
    close: gr.Button

    @property
    def days(self) -> tuple[Any, ...]:
        """Those of the fields that hold a day."""
        return self.fields[4:6]

    @property
    def outputs(self) -> list[Any]:
        """What `filled` and `closed` renew."""
        shown = [self.panel, self.title, self.problem, self.consent_row, self.record, self.save]
        return [*shown, *self.fields]


def lay_out_form() -> PatientForm:
    """Put the form on the page, hidden."""
    with gr.Column(visible=False, elem_id="patient-form", elem_classes="panel sheet") as panel:
        title = markup()
        with gr.Row():
            code = gr.Textbox(label=_("Code"), max_length=40, elem_id="patient-code")
            name = gr.Textbox(label=_("Name (optional)"), max_length=200, elem_id="patient-name")
            age_band = gr.Dropdown(_choices(AGE_BANDS), value="", label=_("Age band"))
        with gr.Row() as consent_row:
            given = day_field(
                _("Consent to recording and analysis given on"), elem_id="consent-given"
            )
            until = day_field(_("Valid until"), elem_id="consent-until")
            research = gr.Checkbox(
                label=_("Also to research: researchers may see figures without the name"),
                container=False,
                elem_id="consent-research",
            )
        note = gr.Textbox(label=_("Note"), lines=2)
        problem = markup(elem_classes="problem-slot")
        with gr.Row(elem_classes="acts"):
            record = gr.Button(_("Save and record"), variant="primary", elem_id="save-and-record")
            save = gr.Button(_("Save patient"), elem_id="save-patient")
            close = gr.Button(_("Cancel"))
    fields = (code, name, age_band, note, given, until, research)
    return PatientForm(panel, title, fields, consent_row, problem, record, save, close)


def filled(patient: Patient | None, next_code: str) -> list[Any]:
    """Updates that open the form: empty for a new patient, else with what is known."""
    is_new = patient is None
    title = _("New patient") if is_new else _("Edit patient")
    for_new = [gr.Row(visible=is_new), gr.Button(visible=is_new)]
    save = gr.Button(variant="secondary" if is_new else "primary")
    head = [gr.Column(visible=True), f"<h2>{title}</h2>", "", *for_new, save]
    if patient is None:
        return [*head, next_code, "", "", "", "", "", False]
    band = patient.age_band
    return [
        *head,
        patient.code,
        patient.name or "",
        gr.Dropdown(choices=_choices(dict.fromkeys((*AGE_BANDS, band))), value=band),
        patient.note,
        *("", "", False),
    ]


def closed() -> list[Any]:
    """Updates that put the form away."""
    return [gr.Column(visible=False), "", "", *(gr.skip() for _ in range(10))]


def read_form(
    entries: Sequence[Any], patient: Patient | None
) -> tuple[PatientDetails, Agreement | None]:
    """What was entered, in the order of the form's fields, and what a new patient agreed to.

    Args:
        entries: values of the fields
        patient: that is being changed, or None

    Raises:
        RequestError: E63 when an entry cannot be
    """
    code, name, age_band, note, *consent = entries
    details = PatientDetails(
        code=code or "",
        name=name,
        age_band=age_band or "",
        note=note or "",
        is_demonstration=patient.is_demonstration if patient else False,
    )
    return details, None if patient else _agreement(*consent)


def _agreement(given: str | None, until: str | None, has_research: bool) -> Agreement | None:
    day = as_day(given)
    if day is None and (until or has_research):
        raise RequestError(
            "E63",
            "The consent has no day on which it was given.",
            "Enter that day, or clear the rest.",
        )
    scopes = (Scope.ANALYSIS, Scope.RESEARCH) if has_research else (Scope.ANALYSIS,)
    return Agreement(day, as_day(until), scopes) if day else None


def _choices(bands: Iterable[str]) -> list[tuple[str, str]]:
    """What a list shows of each, and what is kept."""
    return [(_(band) if band else "", band) for band in bands]
