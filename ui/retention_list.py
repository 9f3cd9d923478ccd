"""What is due for erasing, above the list of patients: confirmed or put off by its owner."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from storage.retention import Due
from storage.retention_models import Hold
from ui.context import AppContext, Selection, open_request
from ui.marks import escaped
from ui.messages import error_box, shows_errors
from ui.patient_removal import Removal, opened
from ui.pieces import markup, script_call
from verhm.dates import long_date
from verhm.errors import VerhmError
from verhm.language import _, ngettext


def lay_out_due() -> gr.HTML:
    """Put the list on the page; empty while nothing is due."""
    return markup(
        elem_id="due",
        js_on_load=script_call("retention", "erase_recordings", "remove", "lift", "hold"),
    )


def due_list(context: AppContext, problem: str = "") -> str:
    """The list as HTML; empty where nothing is due and nobody is held.

    Args:
        context: bound to whoever asks
        problem: HTML for why the last click did nothing
    """
    due, holds = context.repository.due(), context.repository.holds()
    if not due and not holds:
        return problem
    rows = "".join([*map(_due_row, due), *map(_held_row, holds)])
    return (
        f"<details class='panel sheet'><summary>{_counted(due, holds)}</summary>"
        "<p class='small muted'>"
        + _(
            "Nothing is erased by itself. What is erased is gone for good, but for backups that "
            "were made before."
        )
        + f"</p><table>{rows}</table>{problem}</details>"
    )


def wire_due(context: AppContext, selected: Selection, due: gr.HTML, removal: Removal) -> None:
    """Connect the list's buttons with the repository."""
    repository = context.repository
    both = [selected.patient, selected.session]

    def erase(patient_id: str | None, session_id: str | None, event: gr.EventData) -> list[Any]:
        return done(lambda: erase_due(context, event.patient_id), patient_id, session_id)

    def hold(patient_id: str | None, session_id: str | None, event: gr.EventData) -> list[Any]:
        reason = str(event.reason)
        return done(
            lambda: repository.hold_patient(event.patient_id, reason), patient_id, session_id
        )

    def lift(patient_id: str | None, session_id: str | None, event: gr.EventData) -> list[Any]:
        return done(lambda: repository.lift_hold(event.patient_id), patient_id, session_id)

    @shows_errors
    def remove(event: gr.EventData) -> list[Any]:
        return opened(repository.patient(event.patient_id))

    def done(change: Any, patient_id: str | None, session_id: str | None) -> list[Any]:
        try:
            change()
        except VerhmError as error:
            return [gr.skip(), due_list(context, error_box(error))]
        return [open_request(patient_id, session_id), due_list(context)]

    outputs = [selected.request, due]
    due.erase_recordings(erase, both, outputs, show_progress="hidden")
    due.hold(hold, both, outputs, show_progress="hidden")
    due.lift(lift, both, outputs, show_progress="hidden")
    due.remove(remove, None, removal.outputs, show_progress="hidden")


def erase_due(context: AppContext, patient_id: str) -> None:
    """Stop what still works on a patient's due recordings, and erase them.

    Raises:
        RequestError: E76 when the patient is held
        StorageError: E50 when a file cannot be erased, E53 no such patient, E57 another one's
    """
    for each in context.repository.due():
        if each.patient.id == patient_id:
            context.jobs.stop(set(each.session_ids))
    context.repository.erase_recordings(patient_id)


def _counted(due: Sequence[Due], holds: Sequence[Hold]) -> str:
    words = []
    if due:
        counted = ngettext(
            "{n} patient is due for erasing", "{n} patients are due for erasing", len(due)
        )
        words.append(f"<b>{counted}</b>")
    if holds:
        words.append(_("{n} kept by a hold").format(n=len(holds)))
    return ", ".join(words)


def _due_row(due: Due) -> str:
    whose = f"data-patient='{escaped(due.patient.id)}'"
    count = len(due.session_ids)
    what, buttons = [], ""
    if count:
        what.append(ngettext("{n} recording, results stay", "{n} recordings, results stay", count))
        buttons += _button("erase", whose, _("Erase these recordings"), "alert")
    if due.is_whole:
        what.append(_("no session since {day}").format(day=long_date(due.last_day)))
        buttons += _button("remove", whose, _("Archive or erase…"), "")
    reason = (
        "<input type='text' maxlength='200' placeholder='"
        f"{_('Reason to keep, as legal hold')}' aria-label='"
        + _("Reason to keep {code}").format(code=escaped(due.patient.code))
        + f"' {whose}>"
    )
    return (
        f"<tr><td><b>{escaped(due.patient.code)}</b></td><td>{'; '.join(what)}</td>"
        f"<td><div class='row'>{buttons}{reason}{_button('hold', whose, _('Keep'), 'quiet')}</div>"
        "</td></tr>"
    )


def _held_row(hold: Hold) -> str:
    whose = f"data-patient='{escaped(hold.patient_id)}'"
    since = long_date(hold.placed_at.astimezone())
    return (
        f"<tr><td><b>{escaped(hold.patient.code)}</b></td><td>"
        + _("kept since {since}: {reason}").format(since=since, reason=escaped(hold.reason))
        + f"</td><td>{_button('lift', whose, _('Lift the hold'), 'quiet')}</td></tr>"
    )


def _button(verb: str, whose: str, words: str, kind: str) -> str:
    return (
        f"<button type='button' class='btn small {kind}' data-due='{verb}' {whose}>{words}</button>"
    )
