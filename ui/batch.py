"""Several recordings at once: the panel, and what is checked before the first one is sent."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, Final

import gradio as gr

from storage.admission import refuse_archived
from ui.context import AppContext, OpenRequest, Selection, open_request
from ui.messages import error_box
from ui.pieces import markup, script_call
from ui.session_consent import settle
from ui.session_form import Entries
from ui.theme import asset
from verhm.errors import RequestError, VerhmError

MOST: Final = 200  # files; more are a study, for the command line


def lay_out_batch(context: AppContext, selected: Selection, fields: Sequence[Any]) -> None:
    """Put the panel on the page and wire its events.

    Args:
        context: the parts behind the page
        selected: what is open
        fields: those of `Entries`, in their order
    """
    script = script_call("batch", "prepare", "open")
    panel = markup(asset("batch.html"), js_on_load=script, elem_id="batch", plan="", most=MOST)

    def prepare(event: gr.EventData, *values: Any) -> list[Any]:
        patient_id, session_id, *entered = values
        try:
            plan = checked(context, patient_id, Entries(*entered), event.days)
        except VerhmError as error:
            return [_told({"problem": error_box(error)}), gr.skip()]
        # What the consent is now shows above.
        return [_told(plan), open_request(patient_id, session_id)]

    both = [selected.patient, selected.session]
    panel.prepare(prepare, [*both, *fields], [panel, selected.request], show_progress="hidden")
    panel.open(_open, None, selected.request, show_progress="hidden")


def _open(event: gr.EventData) -> OpenRequest:
    return open_request(event.patient_id, event.id, "review")


def checked(
    context: AppContext, patient_id: str | None, entries: Entries, days: Sequence[str]
) -> dict[str, Any]:
    """What the page needs to send recordings one by one; a consent that was just given is kept.

    Args:
        context: the parts behind the page
        patient_id: whose they are
        entries: that hold for all of them
        days: of each file that was chosen, as typed

    Raises:
        RequestError: E62 no consent, E63 too many files or an entry cannot be, E70 no file, E71 an
            unfit choice, E75 the patient is archived
        StorageError: E53 the patient is gone, E57 the actor may only look
    """
    count = len(days)
    if not count:
        raise RequestError("E70", "No file was chosen.", "Choose files, or a folder, first.")
    if count > MOST:
        raise RequestError(
            "E63", f"{count} files were chosen.", f"Choose up to {MOST}, then the next ones."
        )
    if entries.is_trial:
        raise RequestError(
            "E63",
            "“Try without saving” is for one recording.",
            "Untick it: each of these files becomes a session that is kept.",
        )
    for_all = replace(
        entries, language=entries.language or "", task=entries.task or "", note="", phq9="", gad7=""
    )
    # Refuse before anything is sent.
    recorded = [replace(for_all, recorded_on=day).details().recorded_on for day in days]
    for_all.settings(), for_all.video()
    if patient_id is not None:
        refuse_archived(context.repository.patient(patient_id))
    settle(context.repository, patient_id, for_all, date.today())
    assert patient_id is not None  # or it was refused
    code = context.repository.patient(patient_id).code
    entered = {"entries": asdict(for_all), "days": [str(day) for day in recorded]}
    return {"patient": patient_id, "code": code, **entered}


def _told(plan: dict[str, Any]) -> Any:
    """For the page's script, which hears of what differs from before."""
    return gr.update(plan=json.dumps({**plan, "key": uuid.uuid4().hex}))
