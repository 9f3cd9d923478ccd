"""Everything that the review screen shows of one run."""

from dataclasses import asdict
from typing import Any

from storage.models import Run, Session
from ui.annotation_routes import annotations_as_json
from ui.context import AppContext
from ui.face_routes import avatar_of
from ui.made_up import chip, is_made_up
from ui.review_cards import session_header
from ui.review_data import as_json
from ui.review_states import (
    face_state,
    may_be_analysed_again,
    may_be_analysed_otherwise,
    newer_run,
    no_face,
)
from ui.session_form import Choices
from verhm.settings import VideoSettings


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
        avatar = avatar_of(run, self._preferences.avatar())
        if self._repository.is_deidentified():
            return no_face(session, avatar)
        return face_state(session, run, avatar)

    def value(self, session: Session, run: Run, **more: Any) -> str:
        """A run and what is said about it, as JSON; `data` is `review_data`.

        Args:
            session: of the run
            run: with a result
            more: what is told besides
        """
        said = self._repository.annotations(session.id)
        may_annotate = self._repository.may_annotate(session.id)
        header = session_header(
            session,
            run,
            newer_run(session, run),
            may_annotate and may_be_analysed_again(session, run, self._jobs.model),
            may_annotate and may_be_analysed_otherwise(session, run),
            may_annotate,
        )
        parts = as_json(
            {
                "run": run.id,
                "session": session.id,
                "header": header,
                "settings": _entered(run),
                "runs": [_windows_of(each) for each in session.runs if each.model is not None],
                "chip": chip() if is_made_up(run.model) else "",
                "cards": self._reviewed.cards(run.id, said),
                "annotations": annotations_as_json(said),
                "may_annotate": may_annotate,
                **more,
            }
        )
        return f'{parts[:-1]},"data":{self._reviewed.data(run.id)}}}'


def _windows_of(run: Run) -> dict[str, Any]:
    """What tells by an annotation's stretch on which run it was made."""
    return {"number": run.number, "window": run.settings.window, "hop": run.settings.hop}


def _entered(run: Run) -> dict[str, Any]:
    """A run's settings as the fields of `ui.session_form.Choices` hold them."""
    settings, video = run.settings, run.video_settings or VideoSettings()
    strength = settings.expression_strength
    chosen = Choices(
        settings.window, settings.hop, video.size, strength, settings.seed, settings.channel
    )
    return asdict(chosen)
