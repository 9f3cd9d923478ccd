"""The tab Trends: a patient's sessions over real dates."""

from collections.abc import Sequence
from typing import Any

import gradio as gr

from storage.repository import Repository
from ui.change import compare_with_usual, usual_band
from ui.context import AppContext, OpenRequest, Selection, TabHandles, open_request
from ui.event_form import closed_event_form, lay_out_event_form, wire_event_form
from ui.event_list import event_list
from ui.messages import shows_errors
from ui.pieces import script_call
from ui.trends_data import reviewed_history
from ui.trends_page import (
    EMPTY_PATIENT,
    EMPTY_SESSIONS,
    OTHERS,
    RANGES,
    Choice,
    chosen_point,
    empty_trends,
    trends_page,
)
from verhm.errors import StorageError
from verhm.labels import EMOTIONS

_EVENTS = ("choose", "choose_usual", "open", "visit", "edit_event", "remove_event")


def build(context: AppContext, selected: Selection) -> TabHandles:
    """Lay out the tab and wire its events."""
    form = lay_out_event_form()
    screen = gr.HTML(
        js_on_load=script_call("trends", *_EVENTS), apply_default_css=False, elem_id="trends"
    )
    both = [selected.patient, selected.session]
    repository = context.repository

    def shown(patient_id: str | None, session_id: str | None, choice: Choice) -> str:
        return (
            _page(context, patient_id, session_id, choice)
            if patient_id
            else empty_trends(EMPTY_PATIENT, not repository.is_deidentified())
        )

    def fresh(patient_id: str | None, session_id: str | None) -> str:
        return shown(patient_id, session_id, Choice())

    def refresh(patient_id: str | None, session_id: str | None) -> Sequence[Any]:
        return [fresh(patient_id, session_id)]

    def choose(patient_id: str | None, session_id: str | None, event: gr.EventData) -> str:
        return shown(patient_id, session_id, read_choice(event.shown, event.months))

    def choose_usual(patient_id: str, session_id: str | None, event: gr.EventData) -> OpenRequest:
        repository.choose_usual(patient_id, [str(each) for each in event.sessions])
        return open_request(patient_id, session_id)  # the list of patients compares, too

    def open_session(event: gr.EventData) -> OpenRequest:
        session = repository.session(event.session_id)
        return open_request(session.patient_id, session.id, "review")

    def visit(patient_id: str | None, session_id: str | None, event: gr.EventData) -> OpenRequest:
        return open_request(patient_id, session_id, event.tab)

    screen.choose(shows_errors(choose), both, screen, show_progress="hidden")
    screen.choose_usual(shows_errors(choose_usual), both, selected.request, show_progress="hidden")
    screen.open(shows_errors(open_session), None, selected.request, show_progress="hidden")
    screen.visit(visit, both, selected.request, show_progress="hidden")
    wire_event_form(repository, selected, screen, form, fresh)

    def empty(_patient_id: str | None, is_other: bool) -> Sequence[Any]:
        return closed_event_form() if is_other else [gr.skip() for _ in form.outputs]

    return TabHandles([screen], refresh, form.outputs, empty)


def _page(context: AppContext, patient_id: str, session_id: str | None, choice: Choice) -> str:
    repository = context.repository
    points, figures = reviewed_history(repository, context.reviewed, patient_id)
    if not points:
        return _without_sessions(repository, patient_id)
    chosen = chosen_point(points, session_id)
    found = compare_with_usual(figures, chosen.session_id)
    return trends_page(
        repository.patient(patient_id),
        points,
        chosen,
        choice,
        found,
        usual_band(figures, chosen.session_id, found),
        repository.events(patient_id),
        repository.may_change_patient(patient_id),
    )


def _without_sessions(repository: Repository, patient_id: str) -> str:
    may_add = not repository.is_deidentified()
    try:
        events = repository.events(patient_id)
        listed = event_list(events, repository.may_change_patient(patient_id))
    except StorageError:  # erased in another window
        return empty_trends(EMPTY_PATIENT, may_add)
    return f"{empty_trends(EMPTY_SESSIONS, may_add)}<div class='tr-alone'>{listed}</div>"


def read_choice(shown: object, months: object) -> Choice:
    """What the browser says was chosen, without anything that cannot be."""
    known = {*EMOTIONS, *OTHERS}
    names = frozenset(name for name in shown if name in known) if isinstance(shown, list) else None
    return Choice(names, months if isinstance(months, str) and months in RANGES else "all")
