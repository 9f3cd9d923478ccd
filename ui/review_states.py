"""What the review screen shows where there is no result, or no face, and why."""

from typing import Any

from storage.models import MediaKind, Run, RunState, Session, VideoState
from ui.context import media_url
from ui.face_routes import motion_url
from ui.made_up import is_made_up
from ui.marks import escaped
from ui.neutral_face import is_of_another
from ui.review_cards import edit_details
from ui.session_names import TRY_ENDS, recording_words, session_facts, session_name
from verhm.language import N_, _, retold
from verhm.types import ModelId

NO_PATIENT = N_("Open a patient and choose a session, or record a new one.")
TO_LOOK_AT = N_("Open a patient and choose a session.")  # for who may not record one
NO_SESSION = N_("Choose one of this patient's sessions, or record a new one.")

_ENDED = {
    RunState.CANCELLED: (N_("The analysis was cancelled"), N_("It can be analysed again.")),
    RunState.INTERRUPTED: (
        N_("The analysis was interrupted"),
        N_("The app was closed before it was done. It can be analysed again."),
    ),
}
# As a run's state reads once it has ended.
_STATES = (N_("done"), N_("failed"), N_("cancelled"), N_("interrupted"))
# Of a recording that is empty, no voice, damaged, silent or too short, an analysis fails again.
_UNFIT = {"E11", "E12", "E13", "E14", "E15", "E17", "E20", "E21", "E22"}


def nothing_open(words: str, may_add: bool = True) -> str:
    """What stands there while no session is open, as HTML.

    Args:
        words: NO_PATIENT, NO_SESSION or TO_LOOK_AT
        may_add: whether whoever looks may record one
    """
    add = (
        f"<button type='button' class='btn' data-visit='new-session'>{_('New session')}</button>"
        if may_add
        else ""
    )
    return (
        f"<section class='panel empty'><h2>{_('No session is open')}</h2><p>{_(words)}</p>"
        "<div class='row'><button type='button' class='btn primary' data-visit='patients'>"
        f"{_('Patients')}</button>{add}</div></section>"
    )


def notice(
    session: Session, run: Run | None, offers_details: bool = False, may_change: bool = True
) -> str:
    """Why a session has no result, and what to do, as HTML.

    Args:
        session: the open one
        run: its newest, or none when it was never analysed
        offers_details: whether what was entered about the session can be changed
        may_change: whether whoever looks may do something about it
    """
    if not may_change:
        return _notice(session, _why_ended(run), "")
    is_going_on = run is not None and run.state.is_unfinished
    text = _running() if is_going_on else _why_ended(run) + _choices(session, run)
    return _notice(session, text, edit_details(session) if offers_details else "")


def _running() -> str:
    return (
        f"<h2>{_('The voice is being analysed')}</h2><p class='rv-stage' role='status'>"
        f"{_('Waiting to begin')}</p><progress max='100' value='0' "
        f"aria-label='{_('Analysis')}'></progress><p class='muted'>"
        f"{_('The result appears here as soon as it is there.')}</p>"
    )


def _why_ended(run: Run | None) -> str:
    if run is None:
        return f"<h2>{_('Not analysed yet')}</h2>"
    title, text = _ENDED.get(run.state, (N_("The analysis failed"), ""))
    if run.error_code is None:
        return f"<h2>{_(title)}</h2><p>{_(text) if text else ''}</p>"
    return (
        f"<h2>{_(title)}</h2>"
        f"<div role='alert'><p>{escaped(retold(run.error_cause or ''))}</p>"
        f"<p class='muted'>{escaped(retold(run.error_remedy or ''))} "
        f"<small class='code'>{escaped(run.error_code)}</small></p></div>"
    )


def _choices(session: Session, run: Run | None) -> str:
    """What can be done, the most promising first."""
    again = ("data-again", _("Analyse again") if run else _("Analyse"))
    record = ("data-visit='new-session'", _("New recording"))
    is_unfit = run is not None and run.error_code in _UNFIT
    offered = [record, again] if is_unfit else [again, record]
    if session.recording_erased_at is not None:
        offered.remove(again)
    erase = (f"data-erase='{escaped(session.id)}'", _("Erase…"))
    choices = zip(("primary", "", "quiet"), (*offered, erase), strict=False)
    buttons = "".join(
        f"<button type='button' class='btn {kind}' {verb}>{words}</button>"
        for kind, (verb, words) in choices
    )
    return f"<div class='row'>{buttons}</div>"


def _notice(session: Session, text: str, edit: str) -> str:
    which = f"<b>{session_name(session)}</b> · {session_facts(session)}"
    which = f"<div class='row'><p class='label'>{which}</p>{edit}</div>"
    if not session.is_kept:
        which += f"<p class='muted'>{_(TRY_ENDS)}</p>"
    address = _address(session, MediaKind.RECORDING)
    voice = f"<audio controls preload='none' src='{address}' aria-label='{_('Recording')}'></audio>"
    if not address:
        voice = f"<p class='muted'>{recording_words(session)}</p>"
    return f"<section class='panel rv-notice'>{which}{text}{voice}</section>"


def newer_run(session: Session, shown: Run) -> str:
    """What became of a run that is newer than the one shown; empty when there is none."""
    newest = session.runs[0]
    if newest.id == shown.id:
        return ""
    if newest.state.is_unfinished:
        return _("run {number} is being analysed").format(number=newest.number)
    code = f" ({newest.error_code})" if newest.error_code else ""
    return f"{_('run {number}').format(number=newest.number)} {_(newest.state.value)}{code}"


def may_be_analysed_otherwise(session: Session, shown: Run) -> bool:
    """Whether the recording can be analysed once more, with whatever settings.

    Args:
        session: the open one
        shown: its run that is shown; of the demonstration's, no other run is made
    """
    is_there = session.recording_erased_at is None
    return is_there and not session.runs[0].state.is_unfinished and not is_made_up(shown.model)


def may_be_analysed_again(session: Session, shown: Run, loaded: ModelId | None) -> bool:
    """Whether analysing again as before would help: another model made the result.

    Args:
        session: the open one
        shown: its run that is shown
        loaded: model that analyses now; None where that is not known
    """
    return may_be_analysed_otherwise(session, shown) and is_of_another(shown.model, loaded)


def face_state(session: Session, run: Run, avatar: str) -> dict[str, Any]:
    """What the player plays, and what stands where there is no face yet.

    Returns:
        `session` id; `avatar` whose face turns; `motion` address of its motion; `video` and
        `audio` addresses or None; `camera` address of the person's own picture or None;
        `busy` while the video is drawn; `erased` when the recording was, in words; `problem` with
        code, cause and remedy or None; `can_render` when it may be asked for; `withheld` why
        whoever looks is shown neither voice nor face
    """
    audio = _address(session, MediaKind.RECORDING)
    busy = run.video_state in (VideoState.QUEUED, VideoState.RENDERING)
    video = _address(run, MediaKind.VIDEO)
    return {
        "session": session.id,
        "avatar": avatar,
        "motion": motion_url(run.id),
        "video": video,
        "audio": audio,
        "camera": _camera(session),
        "busy": busy,
        "erased": recording_words(session),
        "problem": _problem(run) if run.video_state is VideoState.FAILED else None,
        "can_render": audio is not None and video is None and not busy,
        "withheld": "",
    }


def no_face(session: Session, avatar: str) -> dict[str, Any]:
    """The same for a researcher: nothing to play, and why."""
    return {
        "session": session.id,
        "avatar": avatar,
        "motion": None,
        "can_render": False,
        "withheld": _("Voice and face are not shown to researchers: they identify."),
    }


def _camera(session: Session) -> str | None:
    """Where the person's own picture is: beside the recording, or in it."""
    films = (each for each in session.media if each.kind is MediaKind.RECORDING)
    in_it = (media_url(each.id) for each in films if each.media_type.startswith("video/"))
    return _address(session, MediaKind.CAMERA) or next(in_it, None)


def _problem(run: Run) -> dict[str, str]:
    if run.error_code is None:
        cause = _("The drawing of the face was interrupted.")
        return {"code": "", "cause": cause, "remedy": _("The probabilities are saved.")}
    return {
        "code": run.error_code,
        "cause": retold(run.error_cause or ""),
        "remedy": retold(run.error_remedy or ""),
    }


def _address(owner: Session | Run, kind: MediaKind) -> str | None:
    return next((media_url(each.id) for each in owner.media if each.kind is kind), None)
