"""The choice of the face in Settings: a small picture of each avatar."""

import base64
from functools import cache
from typing import Final

from ui.marks import escaped
from ui.theme import ASSETS
from verhm.errors import RenderError
from verhm.face.rig import avatar_titles
from verhm.language import N_, _

# As the face's own files call them (`verhm.face.rig.avatar_titles`).
_TITLES: Final = (
    N_("Adult"),
    N_("Woman in her thirties"),
    N_("Man in his forties"),
    N_("Woman in her sixties"),
)


def avatar_choice(chosen: str, problem: str = "") -> str:
    """The section of Settings, with one avatar chosen, and what was wrong with the last choice."""
    try:
        titles = avatar_titles()
    except RenderError as error:
        return _section(f"<p class='muted'>{escaped(error.told)}</p>")
    choices = "".join(
        f"<label><input type='radio' name='avatar' value='{escaped(name)}'"
        f"{' checked' if name == chosen else ''}>"
        f"<img src='{_portrait(name)}' alt='' width='112' height='112'>"
        f"<span>{escaped(_(title))}</span></label>"
        for name, title in titles.items()
    )
    return _section(
        f"<div class='avatars' role='radiogroup' aria-label='{_('Face')}'>{choices}</div>"
        f"{problem}<p class='small muted'>"
        + _(
            "What is analysed from now on is shown with this face in Review, in 3D as in its "
            "video, and so is every video made under Export. A result from before keeps the face "
            "it was analysed with; one without a video of its own, as the demonstration's, changes "
            "with the choice. Results do not depend on it. All faces are synthetic and move alike. "
            "None shows a real person, and none is meant to look like the one who speaks."
        )
        + "</p>"
    )


def _section(content: str) -> str:
    return f"<section class='panel step'><h2>{_('Face')}</h2>{content}</section>"


@cache
def _portrait(name: str) -> str:
    """The picture as part of the page; an empty one where it is missing."""
    path = ASSETS / f"avatar-{name}.jpg"
    data = path.read_bytes() if path.is_file() else b""
    return f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
