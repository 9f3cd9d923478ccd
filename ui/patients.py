"""The tab Patients: find one, open one, add, change, archive, erase."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import gradio as gr

from storage.details import PatientOverview
from storage.repository import Repository
from ui.consent_panel import lay_out_consent_panel, wire_consent_panel
from ui.context import AppContext, OpenRequest, Selection, TabHandles, open_patient, open_request
from ui.days import days_verdicts
from ui.messages import error_box, shows_errors
from ui.patient_form import PatientForm, closed, filled, lay_out_form, read_form
from ui.patient_intake import lay_out_patient_intake, wire_patient_intake
from ui.patient_removal import lay_out_removal, wire_archive, wire_removal
from ui.patients_view import ListView, counted, patients_list
from ui.pieces import END_WAITING, focus, markup, script_call
from ui.retention_list import due_list, lay_out_due, wire_due
from ui.session_removal import lay_out_session_removal, wire_session_removal
from verhm.errors import VerhmError
from verhm.language import _

_CODE = "#patient-code :is(input, textarea)"
_NEXT = "body:not(:has(#patient-form)) #patients tr.opened [data-do=new_session]"
_RECORDING = "#tab-new-session :is(#agreed input, #recorder [data-do=record])"
_EVENTS = (
    *("open_patient", "open_session", "erase_session", "new", "edit", "consent"),
    *("bring_back", "new_session", "demonstrate"),
)


def build(context: AppContext, selected: Selection) -> TabHandles:
    """Lay out the tab and wire its events."""
    editing: gr.State = gr.State(None)  # id of the patient in the form; None for a new one
    renewal: gr.State = gr.State(None)  # changes when the list has to be drawn again
    title, search, names, archived, remove, new = _lay_out_head()
    due = lay_out_due()
    form = lay_out_form()
    consent = lay_out_consent_panel()
    removal = lay_out_removal()
    session_removal = lay_out_session_removal()
    table = markup(
        elem_id="patients",
        value=f"<p class='muted'>{_('Reading the list…')}</p>",
        js_on_load=script_call("patients", *_EVENTS),
    )

    intake = lay_out_patient_intake()

    view = _Viewer(context)
    listed = [title, table]
    inputs = [search, names, archived, selected.patient]
    # Not `search.input`, which hears neither what is deleted nor what is pasted.
    for event in (search.change, names.input, archived.input):
        event(view.show, inputs, listed, show_progress="hidden", trigger_mode="always_last")
    tools = [search, archived, names, remove, new, intake.panel]
    renewal.change(view.renew, inputs, [*listed, due, *tools], show_progress="hidden")
    _wire_table(context, selected, table, form, editing)
    _wire_form(context, selected, new, form, editing, view, [search, names, archived], listed)
    wire_removal(context, selected, remove, removal)
    wire_consent_panel(context, selected, table, consent)
    wire_archive(context, selected, table)
    wire_patient_intake(context, selected, intake)
    wire_due(context, selected, due, removal)
    wire_session_removal(context, selected, table, session_removal, "#patients tr.selected")

    def refresh(patient_id: str | None, session_id: str | None) -> Sequence[Any]:
        # Drawn by an event of its own, which reads what is being searched for.
        return [uuid.uuid4().hex]

    def empty(patient_id: str | None, is_other: bool) -> Sequence[Any]:
        # What was erased is told until the next patient is opened.
        return ["" if patient_id and is_other else gr.skip()]

    return TabHandles([renewal], refresh, [removal.told], empty)


def _lay_out_head() -> tuple[gr.HTML, gr.Textbox, gr.Checkbox, gr.Checkbox, gr.Button, gr.Button]:
    """Title, search, names, archive, and the buttons that remove and add."""
    with gr.Row(elem_classes="head", equal_height=False):
        title = markup(elem_classes="title")
        search = gr.Textbox(
            label=_("Search"),
            placeholder=_("Code or name"),
            show_label=False,
            container=False,
            elem_id="patient-search",
        )
        names = gr.Checkbox(
            False, label=_("Show names"), container=False, elem_classes="switch-box"
        )
        archived = gr.Checkbox(False, label=_("Show archived"), container=False)
        remove = gr.Button(_("Archive or erase"), elem_id="remove-patient")
        new = gr.Button(_("New patient"), variant="primary", elem_id="new-patient")
    return title, search, names, archived, remove, new


class _Viewer:
    """Renders the list."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._repository = context.repository

    def show(
        self, search: str, shows_names: bool, with_archived: bool, patient_id: str | None
    ) -> list[str]:
        """Title and table for what was searched, as HTML."""
        overviews = self._repository.patients(search, include_archived=with_archived)
        return self._listed(overviews, search, shows_names, patient_id)

    def renew(
        self, search: str, shows_names: bool, with_archived: bool, patient_id: str | None
    ) -> list[Any]:
        """The same, what is due, and the tools: some need a patient, or one who may change one."""
        with self._repository.one_moment():
            overviews = self._repository.patients(search, include_archived=with_archived)
            has_patients = bool(overviews or self._repository.patients(include_archived=True))
            may_change = not self._repository.is_deidentified()
            are_shown = [has_patients] * 2 + [has_patients and may_change] * 2 + [may_change] * 2
            tools = [gr.update(visible=is_shown) for is_shown in are_shown]
            shown = self._listed(overviews, search, shows_names, patient_id)
            return [*shown, due_list(self._context), *tools]

    def _listed(
        self,
        overviews: Sequence[PatientOverview],
        search: str,
        shows_names: bool,
        patient_id: str | None,
    ) -> list[str]:
        sessions = self._repository.sessions(patient_id) if patient_id else ()
        left_out, reviewed = self._repository.exclusions(""), self._context.reviewed
        overviews = [
            replace(each, figures=reviewed.without_left_out(each.figures, left_out))
            for each in overviews
        ]
        for_figures = self._repository.is_deidentified()
        view = ListView(date.today(), shows_names, patient_id, sessions, search, for_figures)
        return [counted(overviews), patients_list(overviews, view)]


def _wire_table(
    context: AppContext,
    selected: Selection,
    table: gr.HTML,
    form: PatientForm,
    editing: gr.State,
) -> None:
    repository = context.repository

    def open_row(event: gr.EventData) -> OpenRequest:
        return open_patient(repository, event.patient_id)

    def open_session(event: gr.EventData) -> OpenRequest:
        session = repository.session(event.session_id)
        return open_request(session.patient_id, session.id, "review")

    def new_session(patient_id: str, session_id: str | None) -> OpenRequest:
        return open_request(patient_id, session_id, "new-session")

    def demonstrate() -> OpenRequest:
        from ui.demonstration import load_demonstration  # needs seconds of libraries

        return open_patient(repository, load_demonstration(repository))

    def edit(patient_id: str) -> list[Any]:
        return [patient_id, *filled(repository.patient(patient_id), "")]

    both = [selected.patient, selected.session]
    table.open_patient(shows_errors(open_row), None, selected.request)
    table.open_session(shows_errors(open_session), None, selected.request)
    table.new_session(new_session, both, selected.request).then(None, js=focus(_RECORDING))
    loading = table.demonstrate(shows_errors(demonstrate), None, selected.request)
    loading.then(None, js=END_WAITING)  # whatever came of it
    table.edit(shows_errors(edit), selected.patient, [editing, *form.outputs]).then(
        None, js=focus(_CODE)
    )
    _wire_new(repository, table.new, form, editing)


def _wire_form(
    context: AppContext,
    selected: Selection,
    new: gr.Button,
    form: PatientForm,
    editing: gr.State,
    view: _Viewer,
    searched: list[Any],
    listed: list[Any],
) -> None:
    repository = context.repository

    def save(
        patient_id: str | None, session_id: str | None, *entries: Any, tab: str | None = None
    ) -> list[Any]:
        """Keep what was entered, and show it in the list; on an error everything stays as typed."""
        *fields, search, shows_names, with_archived = entries
        try:
            known = repository.patient(patient_id) if patient_id else None
            details, agreement = read_form(fields, known)
            if known is None:
                patient, session_id = repository.add_patient(details, agreement), None
            else:
                patient = repository.update_patient(known.id, details)
        except VerhmError as error:
            stay = [gr.skip() for _ in form.outputs]
            stay[2] = error_box(error)
            return [gr.skip(), *stay, *[gr.skip() for _ in listed]]
        request = open_request(patient.id, session_id, tab)
        shown = view.show(search, shows_names, with_archived, patient.id)
        return [request, *closed(), *shown]

    _wire_new(repository, new.click, form, editing)
    entered = [editing, selected.session, *form.fields, *searched]
    for button, tab, following in (
        (form.record, "new-session", _RECORDING),
        (form.save, None, _NEXT),
    ):
        button.click(
            partial(save, tab=tab),
            entered,
            [selected.request, *form.outputs, *listed],
            validator=days_verdicts(entered, form.days),
            show_progress="hidden",
        ).then(None, js=focus(following))
    form.close.click(closed, None, form.outputs, show_progress="hidden").then(
        None, js=focus("#new-patient, #patients [data-do=new]")
    )


def _wire_new(
    repository: Repository, asked: Callable[..., Any], form: PatientForm, editing: gr.State
) -> None:
    def open_() -> list[Any]:
        return [None, *filled(None, repository.next_code())]

    asked(open_, None, [editing, *form.outputs]).then(None, js=focus(_CODE))
