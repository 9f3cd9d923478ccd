"""The tab Trends: a patient's sessions over real dates."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from storage.models import Run
from ui.context import AppContext, OpenRequest, Selection, TabHandles, open_request
from ui.messages import shows_errors
from ui.theme import asset
from ui.trends_data import trend_points
from ui.trends_page import EMPTY_PATIENT, EMPTY_SESSIONS, OTHERS, RANGES, Choice, trends_page
from verhm.labels import EMOTIONS
from verhm.types import Summary


def build(context: AppContext, selected: Selection) -> TabHandles:
    """Lay out the tab and wire its events."""
    screen = gr.HTML(js_on_load=asset("trends.js"), apply_default_css=False, elem_id="trends")
    both = [selected.patient, selected.session]

    def shown(patient_id: str | None, session_id: str | None, choice: Choice) -> str:
        if patient_id is None:
            return EMPTY_PATIENT
        left_out = context.repository.exclusions(patient_id)

        def summary_of(run: Run) -> Summary | None:
            found = run.summary
            return found and context.reviewed.listed(run.session_id, run.id, found, left_out)

        points = trend_points(context.repository.sessions(patient_id), summary_of)
        if not points:
            return EMPTY_SESSIONS
        return trends_page(context.repository.patient(patient_id), points, session_id, choice)

    def refresh(patient_id: str | None, session_id: str | None) -> Sequence[Any]:
        return [shown(patient_id, session_id, Choice())]

    def choose(patient_id: str | None, session_id: str | None, event: gr.EventData) -> str:
        return shown(patient_id, session_id, read_choice(event.shown, event.months))

    def open_session(event: gr.EventData) -> OpenRequest:
        session = context.repository.session(event.session_id)
        return open_request(session.patient_id, session.id, "review")

    def visit(patient_id: str | None, session_id: str | None, event: gr.EventData) -> OpenRequest:
        return open_request(patient_id, session_id, event.tab)

    screen.choose(shows_errors(choose), both, screen, show_progress="hidden")
    screen.open(shows_errors(open_session), None, selected.request, show_progress="hidden")
    screen.visit(visit, both, selected.request, show_progress="hidden")
    return TabHandles([screen], refresh)


def read_choice(shown: object, months: object) -> Choice:
    """What the browser says was chosen, without anything that cannot be."""
    known = {*EMOTIONS, *OTHERS}
    names = frozenset(name for name in shown if name in known) if isinstance(shown, list) else None
    return Choice(names, months if isinstance(months, str) and months in RANGES else "all")
