"""What can be chosen about a video that is made for export, as HTML."""

from functools import lru_cache

from storage.models import MediaKind, Run, Session
from storage.repository import Repository
from ui.export_films import FilmChoices
from ui.marks import escaped
from ui.session_form import FACE_SIZES
from verhm.audio.media import look_at_picture
from verhm.errors import AudioError, StorageError

_SIZES = {
    512: "enough for a laptop's screen; done soonest",
    720: "sharper; takes about half as long again",
    1080: "for a large screen; takes two to three times as long",
}


class FilmForm:
    """Writes the form for whatever is open.

    Args:
        repository: where recordings are kept
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        # A recording never changes, and looking into a film takes a tenth of a second.
        self._looks = lru_cache(maxsize=64)(self._look)

    def html(self, session: Session | None, run: Run | None) -> str:
        """The form of a run with a result; empty without one."""
        if session is None or run is None or run.model is None:
            return ""
        recording = [each for each in session.media if each.kind is MediaKind.RECORDING]
        has_picture = any(self._looks(session.id, media.id) for media in recording)
        return (
            f"<section class='film-form' data-run='{escaped(run.id)}'>"
            "<h2>Make a video to take along</h2><p class='small muted'>It has the voice as its "
            "sound, and shows the face that is chosen in Settings. Each face says in the picture "
            "that it is synthetic.</p>"
            f"<div class='film-choices'>{_size_choices()}{_beside_choices(has_picture)}</div>"
            "<div class='row'><button type='button' class='btn' data-do='make'>Make the video"
            "</button><span class='small' role='alert' data-slot='problem'></span></div>"
            "<ul class='downloads' data-slot='films' aria-live='polite'></ul></section>"
        )

    def _look(self, session_id: str, media_id: str) -> bool:
        """Whether a session's recording has a picture of its own that can be shown."""
        try:
            look_at_picture(self._repository.recording(session_id))
        except (AudioError, StorageError):
            return False
        return True


def _size_choices() -> str:
    usual = FilmChoices().size
    choices = "".join(
        _choice("radio", "size", f"{size} × {size}", _SIZES[size], size == usual, str(size))
        for size in FACE_SIZES
    )
    return f"<fieldset><legend>Size of the face, pixels</legend>{choices}</fieldset>"


def _beside_choices(has_picture: bool) -> str:
    usual = FilmChoices()
    timeline = _choice(
        "checkbox",
        "timeline",
        "Emotions over time, below the face",
        "The probabilities with a playhead. Of long recordings: the half minute before and after "
        "it, and the whole.",
        usual.timeline,
    )
    neutral = _choice(
        "checkbox",
        "neutral",
        "The same words said neutrally, beside it",
        "A second face. The recording is analysed once more for it; takes twice as long.",
        usual.neutral,
    )
    if has_picture:
        picture = _choice(
            "checkbox",
            "picture",
            "The recording's own picture, beside it",
            "It shows the person: it identifies.",
            usual.picture,
        )
    else:
        picture = (
            "<p class='small muted'>The recording's own picture cannot be shown beside it: this "
            "recording has none, or one that cannot be read.</p>"
        )
    return f"<fieldset><legend>Seen with the face</legend>{timeline}{neutral}{picture}</fieldset>"


def _choice(kind: str, name: str, label: str, hint: str, is_on: bool, value: str = "true") -> str:
    on = " checked" if is_on else ""
    return (
        f"<label class='film-choice'><input type='{kind}' name='film-{name}' value='{value}'{on}>"
        f"<span><b>{label}</b><span class='small muted'>{hint}</span></span></label>"
    )
