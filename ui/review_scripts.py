"""The review screen's script, put together from its parts."""

import json
from dataclasses import astuple

from ui.explanations import EXPLANATIONS, question_mark
from ui.keys import REVIEW, key_list
from ui.session_form import FACE_SIZES, HOP, STRENGTH, VOICE_ON, WINDOW
from ui.theme import asset
from verhm.influence import NOTE
from verhm.language import _

# In this order: each part uses names of those before it only when called.
_PARTS = (
    *(f"viewer.{part}" for part in ("load", "camera", "shaders", "gl", "contact")),
    *(f"viewer.{part}" for part in ("morph", "light", "head", "hair", "solid", "grid", "draw")),
    "viewer",
    *(
        f"review.{part}"
        for part in ("model", "lanes", "timeline", "cursor", "player", "camera", "stage")
    ),
    *(f"review.{part}" for part in ("stretch", "annotations", "table", "compare")),
    *(f"review.{part}" for part in ("why", "again", "page")),
    "review",
)

# The fields of `Choices`: lowest, highest, step; of face and channel, what there is.
_CHOICES = {
    **{
        name: astuple(limits)
        for name, limits in {"window": WINDOW, "hop": HOP, "strength": STRENGTH}.items()
    },
    "size": FACE_SIZES,
    "channel": VOICE_ON,
}


def review_script() -> str:
    """All of it, with its words as the asker reads them."""
    marks = json.dumps({key: question_mark(key) for key in EXPLANATIONS})
    keys, note = json.dumps(key_list(REVIEW)), json.dumps(_(NOTE))
    texts = f"const WHAT = {marks}, KEY_LIST = {keys}, WHY_NOTE = {note}, "
    texts += f"CHOICES = {json.dumps(_CHOICES)};"
    return "\n".join([texts, *(asset(f"{part}.js") for part in _PARTS)])
