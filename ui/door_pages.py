"""What a person sees at the door: the passphrase chosen once, asked for later, and the wait."""

from fastapi.responses import HTMLResponse

from storage.passphrases import SHORTEST
from ui.plain_pages import form, page, passphrase_field, text_field
from verhm.errors import VerhmError
from verhm.language import N_, _

OPEN = "/open"  # where the forms are sent
CODE_HINT = N_("It is in the terminal in which the app was started.")


def choosing_page(is_filled: bool, asks_code: bool, error: VerhmError | None) -> HTMLResponse:
    """Where the passphrase is chosen.

    Args:
        is_filled: whether there are patients already, who are to be encrypted
        asks_code: whether the code in the terminal has to be known
        error: what was wrong with the last entries
    """
    words = (
        f"<p class='small muted'>{_('Step 1 of 2')}</p><p>"
        + _(
            "Names, recordings and results are kept encrypted on this computer. This passphrase "
            "opens them; VERHM asks for it whenever it is started."
        )
        + f"</p><p><b>{_('Nobody can recover it.')}</b> "
        f"{_('Write it down, and keep it away from this computer.')}</p>"
    )
    if is_filled:
        words += (
            "<p>"
            + _(
                "There are records on this computer that are not encrypted yet. All of them will "
                "be, and none is lost."
            )
            + "</p>"
        )
    hint = _(
        "At least {shortest} characters: four or five words that do not belong together. Spaces "
        "count."
    ).format(shortest=SHORTEST)
    fields = [
        passphrase_field("passphrase", _("Passphrase for the records"), True, hint),
        passphrase_field("again", _("The same again"), True),
    ]
    if asks_code:
        fields.append(text_field("code", _("Code for the first start"), hint=_(CODE_HINT)))
    return page(
        _("Protect the records"),
        words + form(OPEN, fields, _("Encrypt and go on"), has_focus=True),
        error,
    )


def opening_page(error: VerhmError | None) -> HTMLResponse:
    """Where the passphrase is asked for."""
    words = (
        "<p>"
        + _(
            "VERHM was started, and the records on this computer are locked. Their passphrase was "
            "chosen at the first start; it is not that of your account."
        )
        + "</p>"
    )
    foot = (
        "<p class='small muted'>"
        + _("Forgotten? Look where it was written down: without it nobody can open the records.")
        + "</p>"
    )
    fields = [passphrase_field("passphrase", _("Passphrase of the records"))]
    return page(
        _("Open the records"), words + form(OPEN, fields, _("Open"), has_focus=True) + foot, error
    )


def waiting_page(is_filled: bool) -> HTMLResponse:
    """While the records are opened, and until the app is there; it goes on by itself."""
    if is_filled:
        title, words = (
            _("Encrypting the records"),
            _("Each recording is encrypted and compared. With many of them this takes minutes."),
        )
    else:
        title, words = _("Opening"), _("The records are being opened. This takes a few seconds.")
    content = (
        "<p role='status'>" + _("{words} This page goes on by itself.").format(words=words) + "</p>"
    )
    return page(title, content, goes_on_to="/")
