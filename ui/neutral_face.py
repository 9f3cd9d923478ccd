"""Whose words can be said neutrally: a result's, by the model that made it, and by no other."""

from typing import Final

from ui.made_up import is_made_up
from verhm.errors import RequestError
from verhm.language import N_
from verhm.types import ModelId

_MADE_UP: Final = (
    N_("This result was made up for the demonstration, and no model can say its words neutrally."),
    N_("Record or upload a voice under New session, and make the video of its result."),
)
_ANOTHER: Final = (
    N_("This result was made by another model, which the neutral face would not match."),
    N_(
        "Analyse the session again under Review, or choose a newer run, and make the video of that."
    ),
)


def is_of_another(made_by: ModelId | None, loaded: ModelId | None) -> bool:
    """Whether another model made a result than the one that analyses now, as far as is known."""
    return None not in (made_by, loaded) and made_by != loaded and not is_made_up(made_by)


def why_no_neutral(made_by: ModelId | None, loaded: ModelId | None) -> RequestError | None:
    """What stands against a neutral face (E71); None where nothing does, or nobody knows yet.

    Args:
        made_by: model that made the result
        loaded: model that would find the neutral face; None while that is not known
    """
    if is_made_up(made_by):
        return RequestError("E71", *_MADE_UP)
    return RequestError("E71", *_ANOTHER) if is_of_another(made_by, loaded) else None
