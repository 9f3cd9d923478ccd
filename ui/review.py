"""The tab Review: one session's voice, face and probabilities on one time axis.

Everything on it is one HTML component, so that one clock drives all of it; while the voice plays,
Python is asked for nothing. The component has two parts: `value`, the session's data, which never
change for a run but for what is said about it, and `face`, what there is to play.
"""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from ui.context import AppContext, OpenRequest, Selection, TabHandles, open_request
from ui.details_form import closed_details_form, lay_out_details_form, wire_details_form
from ui.messages import error_box, shows_errors
from ui.pieces import script_call
from ui.review_data import as_json
from ui.review_states import NO_PATIENT, NO_SESSION, TO_LOOK_AT, nothing_open, notice
from ui.session_removal import lay_out_session_removal, wire_session_removal
from ui.shown_runs import ShownRuns
from verhm.errors import StorageError

_EVENTS = ("render_face", "analyse_again", "visit", "erase_session", "edit_details")


def build(context: AppContext, selected: Selection) -> TabHandles:
    """Lay out the tab and wire its events."""
    removal = lay_out_session_removal("reviewed-session")
    details = lay_out_details_form()
    screen = gr.HTML(
        "{}",
        html_template="<div class='rv'></div>",
        js_on_load=script_call("review", *_EVENTS),
        apply_default_css=False,
        elem_id="review",
        face="{}",
    )
    refresh = _Screen(context).refresh
    _wire(context, selected, screen, refresh)
    wire_session_removal(context, selected, screen, removal)
    wire_details_form(context.repository, selected, screen, details)
    return TabHandles([screen], refresh, details.outputs, lambda *_opened: closed_details_form())


def _wire(
    context: AppContext,
    selected: Selection,
    screen: gr.HTML,
    refresh: Callable[[str | None, str | None], Sequence[Any]],
) -> None:
    repository, jobs = context.repository, context.jobs
    both = [selected.patient, selected.session]

    def analyse_again(patient_id: str | None, session_id: str) -> Any:
        jobs.submit_again(session_id)
        return refresh(patient_id, session_id)[0]

    def render_face(patient_id: str | None, session_id: str) -> Any:
        run = repository.session(session_id).latest_done
        if run is not None:
            jobs.draw(run.id)
        return refresh(patient_id, session_id)[0]

    def visit(patient_id: str | None, session_id: str | None, event: gr.EventData) -> OpenRequest:
        return open_request(patient_id, session_id, event.tab)

    screen.analyse_again(shows_errors(analyse_again), both, screen, show_progress="hidden")
    screen.render_face(shows_errors(render_face), both, screen, show_progress="hidden")
    screen.visit(visit, both, selected.request, show_progress="hidden")


class _Screen:
    """Puts together what the component shows."""

    def __init__(self, context: AppContext) -> None:
        self._repository = context.repository
        self._shown = ShownRuns(context)

    def refresh(self, patient_id: str | None, session_id: str | None) -> Sequence[Any]:
        """The component's update for what is open."""
        if session_id is None:
            return [self._nothing(NO_SESSION if patient_id else NO_PATIENT)]
        try:
            session = self._repository.session(session_id)
        except StorageError:  # erased in another window
            return [self._nothing(NO_SESSION)]
        run = session.latest_done
        if run is None:
            newest = session.runs[0] if session.runs else None
            face = {"session": session.id}
            may_edit = self._repository.may_annotate(session.id)
            may_change = not self._repository.is_deidentified()
            return [_notice(notice(session, newest, may_edit, may_change), face)]
        try:
            value = self._shown.value(session, run)
        except StorageError as error:
            return [_notice(f"<section class='panel rv-notice'>{error_box(error)}</section>")]
        return [gr.update(value=value, face=as_json(self._shown.face(session, run)))]

    def _nothing(self, words: str) -> Any:
        may_add = not self._repository.is_deidentified()
        return _notice(nothing_open(words if may_add else TO_LOOK_AT, may_add))


def _notice(html: str, face: dict[str, Any] | None = None) -> Any:
    return gr.update(value=as_json({"notice": html}), face=as_json(face or {}))
