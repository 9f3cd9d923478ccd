"""The page: banner, tabs, and what keeps them showing the same patient and session."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any

import gradio as gr

from storage.models import Patient
from ui import export, new_session, patients, review, settings_tab, trends
from ui.banner import banner
from ui.consent import consent_of
from ui.context import AppContext, OpenRequest, Selection, TabHandles, open_request
from ui.explanations import explanation_boxes
from ui.help import help_dialog
from ui.marks import escaped
from ui.messages import shows_errors
from ui.pieces import markup, script_call
from ui.session_removal import erase_tries
from ui.spoken_page import SpokenPage, same_names
from ui.tour import tour_boxes
from verhm.errors import StorageError
from verhm.language import ENGLISH, LANGUAGES, N_, _, speaking

_TABS = (
    ("patients", N_("Patients"), patients.build),
    ("new-session", N_("New session"), new_session.build),
    ("review", N_("Review"), review.build),
    ("trends", N_("Trends"), trends.build),
    ("export", N_("Export"), export.build),
    ("settings", N_("Settings"), settings_tab.build),
)


def build_page(context: AppContext) -> gr.Blocks:
    """Put the page together; nothing of a patient is in it until a browser asks.

    It is laid out in every language, and answers in that of whoever asks.
    """
    page = _laid_out(context)
    page.queue(default_concurrency_limit=4, max_size=64)
    page.others = {code: _translated(context, code, page) for code in LANGUAGES if code != ENGLISH}
    return page


def _translated(context: AppContext, code: str, page: SpokenPage) -> SpokenPage:
    with speaking(code), same_names(page):
        return _laid_out(context)


def _laid_out(context: AppContext) -> SpokenPage:
    with SpokenPage(title="VERHM", fill_width=True, analytics_enabled=False) as page:
        selected = Selection(gr.State(None), gr.State(None), gr.State(None))
        strip = markup(
            _banner(None, "", None),
            elem_id="banner",
            js_on_load=script_call("banner", "job_changed", "reopen"),
        )
        note = markup(visible=False, elem_id="figures-note")
        handles = []
        with gr.Tabs(elem_id="tabs", selected="patients") as tabs:
            for name, label, build in _TABS:
                # Hidden tabs are put on the page too, so that what is refreshed there has a place.
                with gr.Tab(_(label), id=name, elem_id=f"tab-{name}", render_children=True):
                    handles.append(build(context, selected))
        markup(explanation_boxes() + help_dialog() + tour_boxes(), elem_id="help")
        _wire(page, _Shell(context, selected, [strip, note], handles), selected, strip, tabs)
    return page


@dataclass(eq=False)
class _Opened:
    """What one page has open, for those of its events that go on at the same time.

    What an event was given of the page's states may be old by the time it answers: a job that
    moves on while its session is being opened would have the page show what was open before.

    Attributes:
        ids: of the patient and the session
        turn: counts what should be seen on the page
    """

    ids: tuple[str | None, str | None] = (None, None)
    turn: int = 0


class _Shell:
    """Keeps banner and tabs showing the same patient and session.

    Args:
        context: the parts behind the page
        selected: what is open
        frame: the banner, and what a researcher is told below it
        handles: of the tabs, in their order
    """

    def __init__(
        self,
        context: AppContext,
        selected: Selection,
        frame: Sequence[Any],
        handles: Sequence[TabHandles],
    ) -> None:
        self._context = context
        self._handles = handles
        shown = [*frame, *(output for handle in handles for output in handle.outputs)]
        # With what is shown goes whose it is: what is entered must not be taken for another's.
        self.outputs = [selected.patient, selected.session, *shown]
        self.entries = [entry for handle in handles for entry in handle.entries]

    def refresh(self, patient_id: str | None, session_id: str | None) -> list[Any]:
        """Updates of all `outputs`."""
        with self._context.repository.one_moment():
            patient = _patient(self._context, patient_id)
            for_figures = self._context.repository.is_deidentified()
            banner = _banner(patient, self._context.user(), session_id, for_figures)
            updates: list[Any] = [patient_id, session_id, banner, _told(for_figures)]
            for handle in self._handles:
                updates += _checked(handle.refresh(patient_id, session_id), handle.outputs)
        return updates

    def empty(self, patient_id: str | None, is_other: bool) -> list[Any]:
        """Updates of all `entries`, once another patient or session is opened."""
        updates: list[Any] = []
        for handle in self._handles:
            updates += _checked(handle.empty(patient_id, is_other), handle.entries)
        return updates

    def load(self) -> list[Any]:
        """Updates of all `outputs` and `entries` of a page where nothing is open yet."""
        return [*self.refresh(None, None), *self.empty(None, is_other=True)]

    def renew(self, page: _Opened) -> list[Any]:
        """Updates of all `outputs`; read once more where something happened meanwhile."""
        page.turn += 1
        turn = page.turn
        updates = self.refresh(*page.ids)
        return updates if page.turn == turn else self.refresh(*page.ids)

    def open_(self, request: OpenRequest | None, page: _Opened) -> list[Any]:
        """Open what was asked for: the tab, `outputs` and `entries`.

        Args:
            request: of the page; None where there is none yet
            page: that asks
        """
        if request is None:
            return [gr.skip() for _ in ("tab", *self.outputs, *self.entries)]
        place = gr.Tabs(selected=request.tab) if request.tab else gr.skip()
        before, page.ids = page.ids, _found(self._context, request)
        with ExitStack() as undo:
            undo.callback(setattr, page, "ids", before)  # where it cannot be shown
            shown = self.renew(page)
            undo.pop_all()
        if page.ids == before:
            return [place, *shown, *(gr.skip() for _ in self.entries)]
        _erase_other_tries(self._context, page.ids[1])
        return [place, *shown, *self.empty(page.ids[0], is_other=page.ids[0] != before[0])]

    def on_job(self, page: _Opened, event: gr.EventData) -> list[Any]:
        """Show how far a job is: the tab, and `outputs`."""
        # Whoever waits beside the progress bar wants to see what came of it.
        shows_result = event.session_id == page.ids[1] and event.tab == "new-session"
        arrived = shows_result and event.state in ("rendering", "done")
        place = gr.Tabs(selected="review") if arrived else gr.skip()
        return [place, *self.renew(page)]


def _checked(updates: Sequence[Any], components: Sequence[Any]) -> Sequence[Any]:
    """One update per component: one too many would put all that follow into others' fields."""
    if len(updates) != len(components):
        raise ValueError(f"{len(updates)} updates for {len(components)} components")
    return updates


def _wire(
    page: gr.Blocks, shell: _Shell, selected: Selection, strip: gr.HTML, tabs: gr.Tabs
) -> None:
    opened = gr.State(_Opened())
    selected.request.change(
        shows_errors(shell.open_),
        [selected.request, opened],
        [tabs, *shell.outputs, *shell.entries],
        show_progress="hidden",
    )
    # Every change counts, in its order: one that comes while the page is renewed is not dropped.
    strip.job_changed(
        shows_errors(shell.on_job),
        opened,
        [tabs, *shell.outputs],
        show_progress="hidden",
        trigger_mode="multiple",
        concurrency_limit=1,
    )
    strip.reopen(_reopened, None, selected.request, show_progress="hidden")
    page.load(shell.load, None, [*shell.outputs, *shell.entries], show_progress="hidden")


def _reopened(event: gr.EventData) -> OpenRequest:
    """What was open before the page was loaded again, as its browser says: `_found` judges it."""
    patient_id, session_id = (str(each) or None for each in (event.patient_id, event.session_id))
    return open_request(patient_id, session_id)


def _found(context: AppContext, request: OpenRequest) -> tuple[str | None, str | None]:
    """Ids of what is to be opened, None for what is gone, or is a session of somebody else."""
    patient = _patient(context, request.patient_id)
    patient_id = patient.id if patient else None
    if request.session_id is None:
        return patient_id, None
    try:
        session = context.repository.session(request.session_id)
    except StorageError:  # erased meanwhile
        return patient_id, None
    return patient_id, session.id if session.patient_id == patient_id else None


def _erase_other_tries(context: AppContext, session_id: str | None) -> None:
    try:
        erase_tries(context, but=session_id)
    except StorageError as error:  # what was asked for is opened all the same
        gr.Warning(escaped(error.told))


def _patient(context: AppContext, patient_id: str | None) -> Patient | None:
    if patient_id is None:
        return None
    try:
        return context.repository.patient(patient_id)
    except StorageError:  # erased in another window
        return None


def _told(for_figures: bool) -> Any:
    """What a researcher reads instead of finding out; with it, the tab New session is hidden."""
    if not for_figures:
        return gr.skip()
    words = _("You see figures without names; recordings and changes belong to the clinicians.")
    return gr.update(value=f"<p class='small muted'>{words}</p>", visible=True)


def _banner(
    patient: Patient | None, user: str, session_id: str | None, for_figures: bool = False
) -> str:
    if patient is None:
        return banner(None, "", None, user, session_id)
    consent = consent_of(patient, date.today(), for_figures)
    return banner(patient.code, patient.age_band, consent, user, session_id, patient.id)
