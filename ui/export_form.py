"""What can be chosen about a video that is made for export, as HTML."""

from typing import Final

from storage.models import Run, Session
from storage.repository import Repository
from storage.scratch import Scratch
from ui.film import FilmChoices
from ui.marks import escaped
from ui.neutral_face import why_no_neutral
from ui.pictures import camera_picture
from ui.session_form import FACE_SIZES
from verhm.audio.media import look_at_picture
from verhm.audio.sniffing import choose_demuxer
from verhm.errors import AudioError, StorageError, VerhmError
from verhm.language import N_, _
from verhm.types import ModelId

_FILMS = ("mov", "matroska")  # formats that may hold a moving picture
_SIZES = {
    512: N_("enough for a laptop's screen; done soonest"),
    720: N_("sharper; takes about half as long again"),
    1080: N_("for a large screen; takes two to three times as long"),
}
# Not readable just now, ffmpeg did not start, decoding took too long, or not for this account.
_PASSING: Final = ("E10", "E16", "E50", "E51", "E57")


class FilmForm:
    """Writes the form for whatever is open.

    Args:
        repository: where recordings are kept
        scratch: where a sealed one is unpacked to be looked at
    """

    def __init__(self, repository: Repository, scratch: Scratch) -> None:
        self._repository = repository
        self._scratch = scratch
        # By session: a recording never changes, and looking into a film takes a tenth of a second.
        self._known: dict[str, bool] = {}

    def html(self, session: Session | None, run: Run | None, loaded: ModelId | None) -> str:
        """The form of a run with a result; empty without one, or without the recording.

        Args:
            session: whose recording is heard
            run: whose result is shown
            loaded: model that would find the neutral face; None where that is not known
        """
        if session is None or run is None or run.model is None:
            return ""
        if session.recording_erased_at is not None:
            return ""
        beside = _beside_choices(self._has_picture(session), why_no_neutral(run.model, loaded))
        return (
            f"<section class='film-form' data-run='{escaped(run.id)}'><h2>"
            f"{_('Make a video to take along')}</h2><p class='small muted'>"
            + _(
                "Unlike the session's own face video above, which is kept and shows the face "
                "alone, this one shows what you choose here and is gone once VERHM stops. It has "
                "the voice as its sound and the face that is chosen in Settings, which says in the "
                "picture that it is synthetic."
            )
            + f"</p><div class='film-choices'>{_size_choices()}{beside}</div><div class='row'>"
            f"<button type='button' class='btn' data-do='make'>{_('Make the video')}</button>"
            "<span class='small' role='alert' data-slot='problem'></span></div>"
            "<ul class='downloads' data-slot='films' aria-live='polite'></ul></section>"
        )

    def _has_picture(self, session: Session) -> bool:
        """Whether a session has a picture, of a camera or in its recording, that can be shown.

        What may have another answer next time, as when decoding took too long, is not remembered.
        """
        if session.id in self._known:
            return self._known[session.id]
        try:
            content = camera_picture(self._repository, session.id)
            content = content or self._repository.recording_content(session.id)
            with content.open() as stream:  # before all of it is unpacked to be looked at
                is_film = choose_demuxer(stream) in _FILMS
            if is_film:
                with content.lent(self._scratch) as path:
                    look_at_picture(path)
        except (AudioError, StorageError) as error:
            if error.code not in _PASSING:
                self._known[session.id] = False
            return False
        self._known[session.id] = is_film
        return is_film


def _size_choices() -> str:
    usual = FilmChoices().size
    choices = "".join(
        _choice("radio", "size", f"{size} × {size}", _(_SIZES[size]), size == usual, str(size))
        for size in FACE_SIZES
    )
    return f"<fieldset><legend>{_('Size of the face, pixels')}</legend>{choices}</fieldset>"


def _beside_choices(has_picture: bool, no_neutral: VerhmError | None) -> str:
    usual = FilmChoices()
    timeline = _choice(
        "checkbox",
        "timeline",
        _("Emotions over time, below the face"),
        _(
            "The probabilities with a playhead. Of long recordings: the half minute before and "
            "after it, and the whole."
        ),
        usual.timeline,
    )
    neutral, picture = _neutral_choice(no_neutral), _picture_choice(has_picture)
    return (
        f"<fieldset><legend>{_('Seen with the face')}</legend>{timeline}{neutral}{picture}"
        "</fieldset>"
    )


def _neutral_choice(problem: VerhmError | None) -> str:
    if problem is not None:
        return (
            "<p class='small muted'>"
            + _("The same words said neutrally cannot be shown beside it. {cause} {remedy}").format(
                cause=escaped(problem.cause), remedy=escaped(problem.remedy)
            )
            + "</p>"
        )
    return _choice(
        "checkbox",
        "neutral",
        _("The same words said neutrally, beside it"),
        _("A second face. The recording is analysed once more for it; takes twice as long."),
        FilmChoices.neutral,
    )


def _picture_choice(has_picture: bool) -> str:
    if not has_picture:
        return (
            "<p class='small muted'>"
            + _(
                "The recording's own picture cannot be shown beside it: this recording has none, "
                "or one that cannot be read."
            )
            + "</p>"
        )
    return _choice(
        "checkbox",
        "picture",
        _("The recording's own picture, beside it"),
        _("It shows the person: it identifies."),
        FilmChoices.picture,
    )


def _choice(kind: str, name: str, label: str, hint: str, is_on: bool, value: str = "true") -> str:
    on = " checked" if is_on else ""
    return (
        f"<label class='film-choice'><input type='{kind}' name='film-{name}' value='{value}'{on}>"
        f"<span><b>{label}</b><span class='small muted'>{hint}</span></span></label>"
    )
