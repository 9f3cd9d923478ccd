"""Taking in a patient's file: chosen in the browser, sent sealed, taken in wholly or not at all."""

import logging
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui.context import AppContext, Selection, open_request
from ui.messages import error_box
from ui.pieces import markup, script_call
from ui.theme import asset
from verhm.errors import StorageError, VerhmError
from verhm.language import _

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class PatientIntake:
    """The components.

    Attributes:
        panel: that holds the others
        sent: `gr.State`, id of the file that has arrived and was not taken in yet
        chooser: HTML with the field for the file
        problem: HTML for why it was not taken in
        again: button that takes in a patient who was erased here
    """

    panel: gr.Accordion
    sent: gr.State
    chooser: gr.HTML
    problem: gr.HTML
    again: gr.Button

    @property
    def outputs(self) -> list[Any]:
        """What taking in renews."""
        return [self.sent, self.problem, self.again]


def lay_out_patient_intake() -> PatientIntake:
    """Put it on the page, folded away."""
    sent: gr.State = gr.State(None)
    with gr.Accordion(_("Advanced"), open=False, elem_id="patients-advanced") as panel:
        chooser = markup(
            asset("patient-intake.html"),
            js_on_load=script_call("patient-intake", "arrived"),
            elem_id="take-in",
        )
        problem = markup(elem_classes="problem-slot")
        again = gr.Button(
            _("Take in again although erased here"),
            visible=False,
            elem_classes="alert",
            elem_id="take-in-again",
        )
    return PatientIntake(panel, sent, chooser, problem, again)


def wire_patient_intake(context: AppContext, selected: Selection, intake: PatientIntake) -> None:
    """Connect it with the repository."""

    def arrived(before: str | None, event: gr.EventData) -> list[Any]:
        if before is not None:  # another file was chosen instead
            _discard(context, before)
        return take_in(str(event.id), again=False)

    def confirm(sent: str) -> list[Any]:
        return take_in(sent, again=True)

    def take_in(sent: str, again: bool) -> list[Any]:
        try:
            received = context.intake.received(sent)
            patient = context.repository.import_patient(received, again)
        except VerhmError as error:
            may_confirm = gr.Button(visible=error.code == "E77")
            return [gr.skip(), sent, error_box(error), may_confirm]
        _discard(context, sent)
        return [open_request(patient.id, None), None, "", gr.Button(visible=False)]

    outputs = [selected.request, *intake.outputs]
    intake.chooser.arrived(arrived, intake.sent, outputs, show_progress="minimal")
    intake.again.click(confirm, intake.sent, outputs, show_progress="minimal")


def _discard(context: AppContext, sent: str) -> None:
    try:
        context.intake.remove(sent)
    except StorageError as error:  # erased at the next start
        log.warning("A patient's file was not removed from the intake: %s", error)
