"""Everything that the review screen shows of one run."""

from typing import Any

from storage.models import Run, Session
from ui.annotation_routes import annotations_as_json
from ui.context import AppContext
from ui.face_routes import avatar_of
from ui.made_up import CHIP, is_made_up
from ui.review_cards import session_header
from ui.review_data import as_json
from ui.review_states import face_state, may_be_analysed_again, newer_run


class ShownRuns:
    """Puts it together.

    Args:
        context: the parts behind the page
    """

    def __init__(self, context: AppContext) -> None:
        self._repository = context.repository
        self._jobs = context.jobs
        self._preferences = context.preferences
        self._reviewed = context.reviewed

    def face(self, session: Session, run: Run) -> dict[str, Any]:
        """What there is to play; see `face_state`."""
        return face_state(session, run, avatar_of(run, self._preferences.avatar()))

    def value(self, session: Session, run: Run, **more: Any) -> str:
        """A run and what is said about it, as JSON; `data` is `review_data`.

        Args:
            session: of the run
            run: with a result
            more: what is told besides
        """
        offers_again = may_be_analysed_again(session, run, self._jobs.model)
        said = self._repository.annotations(session.id)
        parts = as_json(
            {
                "run": run.id,
                "session": session.id,
                "header": session_header(session, run, newer_run(session, run), offers_again),
                "chip": CHIP if is_made_up(run.model) else "",
                "cards": self._reviewed.cards(run.id, said),
                "annotations": annotations_as_json(said),
                "may_annotate": self._repository.may_annotate(session.id),
                **more,
            }
        )
        return f'{parts[:-1]},"data":{self._reviewed.data(run.id)}}}'
