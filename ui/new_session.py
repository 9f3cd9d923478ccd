"""The tab New session: consent, a voice, details, and the analysis."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import gradio as gr

from storage.models import Patient, Run, RunState
from ui.batch import lay_out_batch
from ui.consent import consent_of
from ui.context import (
    AppContext,
    OpenRequest,
    Selection,
    TabHandles,
    open_patient,
    open_request,
)
from ui.days import as_day, todays_date, verdicts
from ui.details_fields import detail_readers
from ui.marks import escaped
from ui.messages import error_box, kept_error, shows_errors
from ui.pieces import markup, script_call
from ui.session_consent import ConsentStep, lay_out_consent, settle, shown
from ui.session_form import Entries, lay_out_advanced, lay_out_details
from ui.taking_in import take_in
from ui.tasks import TASKS, prompts
from ui.theme import asset
from verhm.dates import typed_date
from verhm.errors import StorageError, VerhmError
from verhm.language import N_, _


@dataclass(frozen=True, eq=False)
class _Steps:
    """What stands on the tab, from the first step to the last."""

    consent: ConsentStep
    recorder: gr.HTML
    details: list[Any]
    advanced: list[Any]
    progress: gr.HTML
    analyse: gr.Button
    problem: gr.HTML

    @property
    def fields(self) -> list[Any]:
        """Those of `Entries`, in their order."""
        return [*self.consent.fields, *self.details, *self.advanced]


def build(context: AppContext, selected: Selection) -> TabHandles:
    """Lay out the tab and wire its events."""
    recording = gr.State(None)  # id of the recording that the app has received
    steps, work = _lay_out(), _Work(context)
    _wire_recorder(steps, selected, recording, work)
    _wire_analysis(steps, selected, recording, work)
    lay_out_batch(context, selected, steps.fields)
    day = steps.details[0]
    entries = [*steps.consent.fields, day]

    def refresh(patient_id: str | None, session_id: str | None) -> Sequence[Any]:
        patient = work.patient(patient_id)
        today = date.today()
        progress = work.progress(patient, session_id)
        return [*shown(patient, today), gr.update(patient=_open(patient, today)), progress]

    def empty(_patient_id: str | None, is_other: bool) -> Sequence[Any]:
        if not is_other:
            return [gr.skip() for _ in entries]
        return [False, False, todays_date(), "", todays_date()]

    outputs = [*steps.consent.outputs, steps.recorder, steps.progress]
    return TabHandles(outputs, refresh, entries, empty)


def _lay_out() -> _Steps:
    with gr.Row(elem_classes="new-session", equal_height=True):
        with gr.Column(scale=1, elem_classes="col-record"):
            with gr.Column(elem_classes="panel step"):
                consent = lay_out_consent()
            recorder = markup(
                # An update of one property takes the others away, so none has a first value.
                asset("recorder.html").replace("{prompts}", prompts(TASKS[0].name, None)),
                js_on_load=script_call("recorder", "held", "permit", "open_patient"),
                elem_id="recorder",
                prompts=None,
                patient=None,
                permission=None,
            )
        with gr.Column(scale=0, min_width=428, elem_classes="col-details"):
            with gr.Column(elem_classes="panel step details"):
                details = lay_out_details()
                advanced = lay_out_advanced()
            with gr.Column(elem_classes="panel step"):
                progress = markup(
                    _progress(None), js_on_load=script_call("progress", "again"), elem_id="progress"
                )
                analyse = gr.Button(
                    _("Analyse"), variant="primary", interactive=False, elem_id="analyse"
                )
                problem = markup(elem_classes="problem-slot", elem_id="session-problem")
    return _Steps(consent, recorder, details, advanced, progress, analyse, problem)


def _wire_recorder(steps: _Steps, selected: Selection, recording: gr.State, work: "_Work") -> None:
    day, language, task, *_others = steps.details
    filled_in = gr.State(None)  # the day that the recording gave
    steps.recorder.held(
        work.hold,
        [day, filled_in],
        [recording, steps.analyse, steps.problem, day, filled_in],
        show_progress="hidden",
        trigger_mode="multiple",  # or a file that is copied before the last one is let go is lost
        concurrency_limit=1,  # and in their order
    )
    both = [selected.patient, selected.session]
    steps.recorder.permit(
        work.permit,
        [*both, *steps.fields],
        [steps.recorder, selected.request],
        show_progress="hidden",
    )
    steps.recorder.open_patient(work.open_patient, None, selected.request, show_progress="hidden")
    _wire_prompts(steps.recorder, task, language)


def _wire_analysis(steps: _Steps, selected: Selection, recording: gr.State, work: "_Work") -> None:
    day, _language, _task, note, phq9, gad7 = steps.details
    entered = [selected.patient, recording, *steps.fields]
    agreed = [(steps.consent.given, as_day), (steps.consent.until, as_day)]
    steps.analyse.click(
        work.begin,
        entered,
        [selected.request, steps.progress, steps.problem, day, note, phq9, gad7],
        validator=verdicts(entered, [*agreed, *detail_readers(steps.details)]),
        show_progress="hidden",
        trigger_mode="once",
    )
    both = [selected.patient, selected.session]
    told = [selected.request, steps.problem]
    steps.progress.again(work.again, both, told, show_progress="hidden")


def _wire_prompts(recorder: gr.HTML, task: gr.Radio, language: gr.Dropdown) -> None:
    for chosen in (task, language):
        chosen.change(
            lambda task, language: gr.update(prompts=prompts(task, language)),
            [task, language],
            recorder,
            show_progress="hidden",
        )


def _open(patient: Patient | None, today: date) -> str:
    """The open patient as the recorder's script reads it, and whether recordings may be kept."""
    if patient is None:
        return "null"
    agrees = consent_of(patient, today).is_given and not patient.is_demonstration
    return json.dumps({"id": patient.id, "code": patient.code, "agrees": agrees})


class _Work:
    """What the tab asks of the repository and the jobs."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._repository = context.repository
        self._jobs = context.jobs

    def hold(self, event: gr.EventData, day: str, filled_in: str | None) -> list[Any]:
        """Take the id of the recording that is ready, None when there is none any more.

        A take that was left behind is of the day on which it was made, unless somebody typed one.
        """
        held = [event.id, gr.Button(interactive=bool(event.id)), "" if event.id else gr.skip()]
        if day not in (todays_date(), filled_in):
            return [*held, gr.skip(), None]
        made_on = self._day_of(event.id)
        return [*held, made_on or todays_date(), made_on]

    def _day_of(self, recording: str | None) -> str | None:
        """The day on which a take was made; None where nothing says so."""
        if recording is None:
            return None
        try:
            begun = self._context.intake.received(recording).begun_at
        except StorageError:  # discarded in another window
            return None
        return typed_date(begun.astimezone().date()) if begun else None

    def permit(self, event: gr.EventData, *values: Any) -> list[Any]:
        """Let a voice of the open patient arrive, or say why not; a ticked consent is kept now."""
        patient_id, session_id, *fields = values
        entries, key = Entries(*fields), event.key
        try:
            settle(self._repository, patient_id, entries, date.today())
        except VerhmError as error:
            return [_permission(key, problem=error.told), gr.skip()]
        told = _permission(key, is_trial=entries.is_trial)
        return [told, gr.skip() if entries.is_trial else open_request(patient_id, session_id)]

    @shows_errors
    def open_patient(self, event: gr.EventData) -> OpenRequest:
        """Open whose recording was left behind, to go on with it there."""
        return open_patient(self._repository, event.id, "new-session")

    def begin(self, patient_id: str | None, recording: str | None, *fields: Any) -> list[Any]:
        """Keep the recording as a session and analyse it; on an error nothing typed is lost."""
        entries = Entries(*fields)
        try:
            taken = take_in(self._context, patient_id, recording, entries)
        except VerhmError as error:
            return [gr.skip(), gr.skip(), error_box(error), *[gr.skip()] * 4]
        session_id = taken.session.id
        problem = error_box(taken.problem) if taken.problem else ""
        try:
            self._jobs.submit(session_id, entries.settings(), entries.video())
            words = (
                _("Recording taken without saving it, being analysed: see Review.")
                if entries.is_trial
                else _("Recording kept, being analysed: see Review.")
            )
        except VerhmError as error:  # the session is kept, and can be analysed later
            words = (
                _("Recording taken without saving it, not analysed yet.")
                if entries.is_trial
                else _("Recording kept, not analysed yet.")
            )
            problem += error_box(error)
        request = open_request(patient_id, session_id)
        # The next recording may be another patient's: what was written about this one goes.
        empty = [todays_date(), "", "", ""]
        return [request, _taken(session_id, recording, words), problem, *empty]

    def again(self, patient_id: str | None, session_id: str | None) -> list[Any]:
        """Analyse the open session once more, as it was analysed last."""
        if session_id is None:
            return [gr.skip(), gr.skip()]
        try:
            self._jobs.submit_again(session_id)
        except VerhmError as error:
            return [gr.skip(), error_box(error)]
        return [open_request(patient_id, session_id), ""]

    def patient(self, patient_id: str | None) -> Patient | None:
        """The open patient, or None; also when it was erased meanwhile."""
        try:
            return self._repository.patient(patient_id) if patient_id else None
        except StorageError:
            return None

    def progress(self, patient: Patient | None, session_id: str | None) -> str:
        """The analysis of the open session as HTML."""
        code = patient.code if patient else ""
        try:
            run = self._repository.latest_run(session_id) if session_id else None
        except StorageError:  # erased in another window
            return _progress(None, code=code)
        return _progress(session_id, run, code=code)


def _permission(key: int, **told: Any) -> Any:
    return gr.update(permission=json.dumps({"key": key, **told}))


# As the steps' own values read, with a capital (`verhm.stages.Stage`).
_STAGES = (
    N_("Decode"),
    N_("Quality"),
    N_("Speech"),
    N_("Emotion"),
    N_("Face"),
    N_("Render"),
    N_("Save"),
)
_ENDINGS = {
    RunState.FAILED: N_("The last analysis of this session failed."),
    RunState.CANCELLED: N_("The last analysis of this session was cancelled."),
    RunState.INTERRUPTED: N_("The last analysis of this session was interrupted."),
}


def _taken(session_id: str, recording: str | None, words: str) -> str:
    """The stages of an analysis that begins, and for the recorder that it has no recording now."""
    return _progress(
        session_id,
        taken=f"data-taken='{escaped(recording or '')}' data-words='{escaped(words)}'",
    )


def _progress(
    session_id: str | None, run: Run | None = None, taken: str = "", code: str = ""
) -> str:
    """The stages of the open session's analysis; the page's script fills in how far it is."""
    stages = "".join(f"<span>{_(stage)}</span>" for stage in _STAGES)
    ending = ""
    if run is not None and run.state in _ENDINGS:
        kept = " " + _("The recording is kept.") if run.session.is_kept else ""
        why = f" {kept_error(run)}" if run.error_code else ""
        ending = (
            f"<div class='ending'><p><b>{_(_ENDINGS[run.state])}</b>{escaped(why)}{kept}</p>"
            f"<button type='button' class='btn small' data-do='again'>{_('Analyse again')}"
            "</button></div>"
        )
    return (
        f"<div class='analysis' data-session='{escaped(session_id or '')}' {taken}>"
        f"<header class='step-head'><span class='no'>4</span><h2>{_('Analyse')}</h2>"
        f"<span class='muted'>{_('for {code}').format(code=escaped(code)) if code else ''}</span>"
        "<span class='grow'></span><span class='muted small' data-slot='left'></span>"
        f"</header><div class='stages' role='progressbar' aria-label='{_('Analysis')}'>"
        f"{stages}</div><div class='row working' data-slot='working' hidden>"
        "<span data-slot='words'></span><span class='grow'></span>"
        f"<button type='button' class='btn small' data-do='cancel'>{_('Cancel')}</button>"
        f"</div>{ending}<p class='small muted hint'>"
        + _("Probabilities come before the video. <kbd>Ctrl Enter</kbd> starts.")
        + "</p></div>"
    )
