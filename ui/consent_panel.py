"""What a patient agreed to, entry by entry, and the form that adds one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import gradio as gr

from storage.consenting import ConsentLine
from storage.consents import Scope
from storage.details import Agreement
from storage.models import Patient
from ui.context import AppContext, Selection, open_request
from ui.days import as_day, day_field, days_verdicts, todays_date
from ui.marks import escaped
from ui.messages import error_box, shows_errors
from ui.patient_removal import analysed_sessions
from ui.pieces import focus, markup
from verhm.dates import long_date
from verhm.errors import RequestError, VerhmError
from verhm.language import N_, _

_SCOPES = {
    Scope.ANALYSIS: N_("Recording and analysis"),
    Scope.RESEARCH: N_("Research: figures without the name"),
}


@dataclass(frozen=True, eq=False)
class ConsentPanel:
    """The panel's components.

    Attributes:
        asked: `gr.State`, id of the patient whom the panel is about; another may be open by now
        panel: that holds the others
        words: HTML, what was written down so far
        scopes: what was agreed to, or taken back
        day: on which
        until: last day of what was agreed to
        problem: HTML for why nothing was written down
        give: button
        withdraw: button
        close: button that leaves everything as it was
    """

    asked: gr.State
    panel: gr.Column
    words: gr.HTML
    scopes: gr.CheckboxGroup
    day: gr.Textbox
    until: gr.Textbox
    problem: gr.HTML
    give: gr.Button
    withdraw: gr.Button
    close: gr.Button

    @property
    def entered(self) -> list[Any]:
        """What a button reads."""
        return [self.asked, self.scopes, self.day, self.until]

    @property
    def outputs(self) -> list[Any]:
        """What opening and closing the panel renews."""
        return [self.asked, self.panel, self.words, *self.entered[1:], self.problem]


def lay_out_consent_panel() -> ConsentPanel:
    """Put the panel on the page, hidden."""
    asked: gr.State = gr.State(None)
    with gr.Column(visible=False, elem_id="patient-consent", elem_classes="panel sheet") as panel:
        words = markup()
        with gr.Row(equal_height=True):
            scopes = gr.CheckboxGroup(
                [(title, str(scope)) for scope, title in _SCOPES.items()],
                label=_("Consent to"),
                elem_id="consent-scopes",
                scale=2,
            )
            day = day_field(_("Given or withdrawn on"), elem_id="consent-day")
            until = day_field(_("If given: valid until"), elem_id="consent-end")
        problem = markup(elem_classes="problem-slot")
        with gr.Row(elem_classes="acts"):
            give = gr.Button(_("Record consent"), variant="primary", elem_id="give-consent")
            withdraw = gr.Button(
                _("Record withdrawal"), elem_classes="alert", elem_id="withdraw-consent"
            )
            close = gr.Button(_("Cancel"))
    return ConsentPanel(asked, panel, words, scopes, day, until, problem, give, withdraw, close)


def wire_consent_panel(
    context: AppContext, selected: Selection, table: gr.HTML, panel: ConsentPanel
) -> None:
    """Connect the panel with the list that opens it, and with the repository."""
    repository = context.repository

    @shows_errors
    def open_(patient_id: str) -> list[Any]:
        patient, lines = repository.patient(patient_id), repository.consents(patient_id)
        words = _words(patient, lines)
        shown = [gr.Column(visible=True), words, [str(Scope.ANALYSIS)], todays_date(), "", ""]
        return [patient.id, *shown]

    def add(is_given: bool, *entries: Any) -> list[Any]:
        *entered, patient_id, session_id = entries
        try:
            write_down(context, is_given, *entered)
        except VerhmError as error:
            return [*[gr.skip()] * 7, error_box(error)]
        return [open_request(patient_id, session_id), *_closed()]

    inputs = [*panel.entered, selected.patient, selected.session]
    outputs = [selected.request, *panel.outputs]
    verdicts = days_verdicts(inputs, [panel.day, panel.until])
    back = focus("body:not(:has(#patient-consent)) #patients [data-do=consent]")
    table.consent(open_, selected.patient, panel.outputs, show_progress="hidden").then(
        None, js=focus("#consent-scopes input")
    )
    options: dict[str, Any] = {"validator": verdicts, "show_progress": "hidden"}
    for button, is_given in ((panel.give, True), (panel.withdraw, False)):
        button.click(partial(add, is_given), inputs, outputs, **options).then(None, js=back)
    panel.close.click(_closed, None, panel.outputs, show_progress="hidden").then(None, js=back)


def write_down(
    context: AppContext,
    is_given: bool,
    patient_id: str,
    scopes: Sequence[str],
    day: str | None,
    until: str | None,
) -> None:
    """Add entries to what a patient agreed to; a withdrawal stops the analyses that wait or run.

    Raises:
        RequestError: E63 when an entry cannot be, E75 when consent is given for the archive
        StorageError: E53 when there is no such patient
    """
    on, chosen = as_day(day), tuple(Scope(each) for each in scopes or ())
    if on is None:
        raise RequestError("E63", "The entry has no day.", "Enter when it was said.")
    if is_given:
        context.repository.give_consent(patient_id, Agreement(on, as_day(until), chosen))
        return
    context.repository.withdraw_consent(patient_id, on, chosen)
    # From now on nothing is saved any more; what works in vain need not go on.
    if Scope.ANALYSIS in chosen:
        context.jobs.stop(analysed_sessions(context, patient_id))


def _words(patient: Patient, lines: Sequence[ConsentLine]) -> str:
    title = "<h2>" + _("Consent of {code}").format(code=escaped(patient.code)) + "</h2>"
    if not lines:
        return f"{title}<p class='muted'>{_('Nothing was written down yet.')}</p>"
    rows = "".join(_row(line) for line in lines)
    return (
        f"{title}<p class='small muted'>"
        + _(
            "Entries are never changed: a correction is another entry. From its day on the latest "
            "one counts."
        )
        + f"</p><div class='ledger'><table><thead><tr><th scope='col'>{_('Day')}</th>"
        f"<th scope='col'>{_('Consent to')}</th><th scope='col'>{_('What')}</th>"
        f"<th scope='col'>{_('Written down')}</th></tr></thead><tbody>{rows}</tbody>"
        "</table></div>"
    )


def _row(line: ConsentLine) -> str:
    entry = line.entry
    what = _("Withdrawn") if entry.withdrawn_on else _("Given, without end")
    if entry.expires_on:
        what = _("Given, to {day}").format(day=long_date(entry.expires_on))
    by = " " + _("by {recorder}").format(recorder=escaped(line.recorder)) if line.recorder else ""
    return (
        f"<tr><td>{long_date(entry.first_day)}</td><td>{_SCOPES[entry.scope]}</td><td>{what}</td>"
        f"<td>{long_date(entry.recorded_at.astimezone())}{by}</td></tr>"
    )


def _closed() -> list[Any]:
    return [None, gr.Column(visible=False), "", [], "", "", ""]
