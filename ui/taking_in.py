"""How a recording that has arrived becomes a session: the same for one and for many."""

import contextlib
import logging
from dataclasses import dataclass
from datetime import date

from storage.models import Session
from ui.context import AppContext
from ui.pictures import in_step, is_film
from ui.received import Received
from ui.session_consent import settle
from ui.session_form import Entries
from verhm.errors import AudioError, RequestError, StorageError, VerhmError

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class TakenIn:
    """A recording that became a session.

    Attributes:
        session: the row
        problem: what was lost on the way; None where nothing was
    """

    session: Session
    problem: VerhmError | None = None


def take_in(
    context: AppContext, patient_id: str | None, recording: str | None, entries: Entries
) -> TakenIn:
    """Keep a recording as a session, with what was entered beside it.

    A picture of the camera that cannot be read keeps nobody from it.

    Args:
        context: the parts behind the page
        patient_id: whose it is; may be none for a try
        recording: id of what has arrived; none where nothing has
        entries: what was entered

    Raises:
        RequestError: E62 no consent, E63 an entry cannot be, or the voice is another patient's,
            E70 no recording, E71 an unfit choice, E75 the patient is archived
        AudioError: E10, E16 of the camera's picture; see `ui.pictures.in_step`
        StorageError: E50 not writable, E51 disk full, E53 the recording or the patient is gone,
            E57 when the actor may only look
    """
    if recording is None:
        raise RequestError(
            "E70", "There is no recording yet.", "Record a voice, or upload a file, first."
        )
    details = entries.details()
    entries.settings(), entries.video()  # refuse unfit choices before anything is kept
    received, filmed = context.intake.received(recording), context.intake.picture(recording)
    _refuse_anothers(context, received, patient_id)
    settle(context.repository, patient_id, entries, date.today())
    with contextlib.ExitStack() as stack:
        picture = None if filmed is None else stack.enter_context(in_step(filmed, context.scratch))
        session = context.repository.add_session(
            patient_id,
            details,
            received,
            is_kept=not entries.is_trial,
            picture=picture,
            is_film=is_film(received, context.scratch),
        )
    try:
        context.intake.remove(recording)
    except StorageError as error:  # the session has its copy
        log.warning("A recording that was kept was not removed from the intake: %s", error)
    if filmed is None or picture is not None:
        return TakenIn(session)
    lost = AudioError("E19", "The picture could not be read.", "The voice was kept without it.")
    return TakenIn(session, lost)


def _refuse_anothers(context: AppContext, received: Received, patient_id: str | None) -> None:
    """Refuse to let one patient's voice come to another's records (E63)."""
    if received.patient_id in (None, patient_id):
        return
    code = context.repository.patient(received.patient_id).code
    raise RequestError(
        "E63",
        f"This recording was made for {code}, who is not open now.",
        "Open that patient to analyse it; nothing of it is lost.",
    )
