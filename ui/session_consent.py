"""Step 1 of a new session: whether the recording may be kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import gradio as gr

from storage.details import Agreement
from storage.models import Patient
from storage.repository import Repository
from ui.consent import consent_of
from ui.days import as_day, day_field
from ui.marks import escaped, icon
from ui.pieces import markup
from ui.session_form import Entries
from ui.session_names import TRY_ENDS
from verhm.dates import long_date
from verhm.errors import RequestError
from verhm.language import _


@dataclass(frozen=True, eq=False)
class ConsentStep:
    """The step's components: a line that says how things stand, and fields where it is missing."""

    line: gr.HTML
    fields_row: gr.Row
    trial: gr.Checkbox
    agreed: gr.Checkbox
    given: gr.Textbox
    until: gr.Textbox

    @property
    def fields(self) -> list[Any]:
        """In the order of `Entries`."""
        return [self.trial, self.agreed, self.given, self.until]

    @property
    def outputs(self) -> list[Any]:
        """What `shown` renews."""
        return [self.line, self.fields_row]


def lay_out_consent() -> ConsentStep:
    """Put the step on the page."""
    line = markup(elem_id="consent-line")
    with gr.Row(visible=False, elem_id="consent-fields", equal_height=True) as row:
        agreed = gr.Checkbox(
            False,
            label=_("The patient agreed to recording and analysis"),
            container=False,
            elem_id="agreed",
            scale=3,
        )
        given = day_field(_("Agreed on"), elem_id="agreed-on")
        until = day_field(_("Valid until"), elem_id="agreed-until")
    trial = gr.Checkbox(
        False,
        label=_("Try without saving. {ends}").format(ends=_(TRY_ENDS)),
        container=False,
        elem_id="trial",
        elem_classes="trial",
    )
    return ConsentStep(line, row, trial, agreed, given, until)


def shown(patient: Patient | None, today: date) -> Sequence[Any]:
    """Updates that show how consent stands for the open patient."""
    if patient is None:
        words = _("No patient is open. Open one under <b>Patients</b>, or try without saving.")
        return [_line(f"<span>{words}</span>", is_done=False), gr.Row(visible=False)]
    if patient.is_demonstration:
        words = _("The demonstration patient holds synthetic voices only. Yours can be tried.")
        return [_line(f"<span>{words}</span>", is_done=False), gr.Row(visible=False)]
    if patient.archived_at is not None:
        words = _("This patient is in the archive. Bring the patient back under <b>Patients</b>.")
        return [_line(f"<span>{words}</span>", is_done=False), gr.Row(visible=False)]
    consent = consent_of(patient, today)
    if consent.is_given:
        return [_line(_agreed_words(patient, today), is_done=True), gr.Row(visible=False)]
    code = f"<b>{escaped(patient.code)}</b>"
    missing = _("{sentence} for {code}. Without it nothing is kept: tick the box first.").format(
        sentence=escaped(consent.sentence), code=code
    )
    ticked = _("Agreed by {code}. It is written down once you record, or choose a file.")
    return [_unsettled(missing, ticked.format(code=code)), gr.Row(visible=True)]


def settle(repository: Repository, patient_id: str | None, entries: Entries, today: date) -> None:
    """Record the consent that was just given, and refuse to keep a voice without one.

    Raises:
        RequestError: E62 when there is no consent, E63 when its dates cannot be, E75 when the
            patient is archived
        StorageError: E53 when the patient was erased meanwhile
    """
    if entries.is_trial:
        return
    if patient_id is None:
        raise RequestError(
            "E62",
            "No patient is open, so that nobody has consented.",
            "Open the patient under Patients, or choose “Try without saving”.",
        )
    patient = repository.patient(patient_id)
    if patient.is_demonstration:
        raise RequestError(
            "E62",
            "The demonstration patient holds synthetic voices only.",
            "Open or add a patient under Patients, or choose “Try without saving”.",
        )
    if not patient.has_consent(today):
        repository.give_consent(patient_id, _agreement(entries, today))


def _agreement(entries: Entries, today: date) -> Agreement:
    """What was entered about a consent, unless that is none, or none for today (E62, E63)."""
    given = as_day(entries.agreed_on)
    if not entries.has_agreed or given is None:
        raise RequestError(
            "E62",
            "The consent to recording and analysis is missing.",
            "Tick its box and enter the date, or choose “Try without saving”.",
        )
    if given > today:
        raise RequestError(
            "E63", "The consent's date lies in the future.", "Enter the day it was given."
        )
    agreement = Agreement(given, as_day(entries.agreed_until))
    if agreement.expires_on is not None and agreement.expires_on < today:
        raise RequestError(
            "E62", "The consent has ended already.", "Enter a day until which it is valid."
        )
    return agreement


def _agreed_words(patient: Patient, today: date) -> str:
    entry = patient.consent(today)
    assert entry is not None
    words = (
        _("Recording and analysis agreed on {day}, valid to {end}")
        if entry.expires_on
        else _("Recording and analysis agreed on {day}, valid without end")
    )
    end = long_date(entry.expires_on) if entry.expires_on else ""
    return f"<span>{words.format(day=long_date(entry.first_day), end=end)}</span>"


def _unsettled(missing: str, ticked: str) -> str:
    """A line that follows the box below it, by its style alone."""
    return (
        "<header class='step-head'><span class='no now unticked'>1</span>"
        f"<span class='no done ticked'>{icon('check')}</span><h2>{_('Consent')}</h2>"
        f"<span class='unticked'>{missing}</span><span class='ticked'>{ticked}</span></header>"
    )


def _line(words: str, is_done: bool) -> str:
    number = (
        f"<span class='no done'>{icon('check')}</span>"
        if is_done
        else "<span class='no now'>1</span>"
    )
    box = f"<span class='check on'>{icon('check')}</span>" if is_done else ""
    return f"<header class='step-head'>{number}<h2>{_('Consent')}</h2>{box}{words}</header>"
