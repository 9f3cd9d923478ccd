"""Pages without a script: plain forms, in the look of the app, that work in any browser."""

import re
from collections.abc import Sequence

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.datastructures import QueryParams

from ui.marks import escaped
from ui.messages import error_box
from ui.theme import asset, style_elements
from verhm.errors import RequestError, VerhmError
from verhm.language import language

# Nothing runs here and nothing is loaded but the look.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_EMPTY = r"<input (?![^>]*\bvalue='[^'])"
_LARGEST = 16_384  # bytes of a form


def page(
    title: str, content: str, error: VerhmError | None = None, goes_on_to: str = ""
) -> HTMLResponse:
    """A whole page.

    Args:
        title: its heading
        content: HTML below it
        error: what was wrong with the last entries
        goes_on_to: address that is shown next, after a moment; none to stay
    """
    next_ = f"<meta http-equiv='refresh' content='1; url={goes_on_to}'>" if goes_on_to else ""
    problem = error_box(error) if error else ""
    status = 200 if error is None else {"E66": 429, "E57": 403}.get(error.code, 400)
    html = (
        "<!doctype html><html lang='"
        + language()
        + "'><head><meta charset='utf-8'><title>"
        + escaped(title)
        + f" · VERHM</title><meta name='viewport' content='width=device-width'>{next_}"
        f"{style_elements()}</head><body class='gradio-container plain'>"
        f"<main class='html-container'>{asset('brand.html')}<h1>{escaped(title)}</h1>"
        f"{problem}{content}</main></body></html>"
    )
    headers = {"Content-Security-Policy": POLICY}
    if error is not None and error.code == "E66":
        headers["Retry-After"] = "900"
    return HTMLResponse(html, status, headers)


def form(
    action: str,
    fields: Sequence[str],
    button: str,
    kind: str = "primary",
    has_focus: bool = False,
) -> str:
    """A form that is sent to an address of the app.

    Args:
        action: the address
        fields: of the form
        button: words on it
        kind: of button
        has_focus: whether what is typed goes into the first empty field at once
    """
    content = "".join(fields)
    if has_focus:
        content = re.sub(_EMPTY, "<input autofocus ", content, count=1)
    return (
        f"<form method='post' action='{escaped(action)}'>{content}"
        f"<button class='btn {kind}'>{escaped(button)}</button></form>"
    )


def text_field(name: str, label: str, value: str = "", use: str = "off", hint: str = "") -> str:
    """A field for a line of text.

    Args:
        name: under which it is sent
        label: what it is for
        value: that is there already
        use: what a browser may fill in
        hint: below the field
    """
    return _field(name, label, f"value='{escaped(value)}' autocomplete='{use}'", hint)


def passphrase_field(name: str, label: str, is_new: bool = False, hint: str = "") -> str:
    """A field for a passphrase; it may be pasted, and a browser's keeper may fill it in."""
    use = "new-password" if is_new else "current-password"
    return _field(name, label, f"type='password' autocomplete='{use}'", hint)


def hidden_field(name: str, value: str) -> str:
    """Something that is sent along."""
    return f"<input type='hidden' name='{name}' value='{escaped(value)}'>"


def choice_field(name: str, label: str, choices: Sequence[tuple[str, str]]) -> str:
    """A field for one of some choices.

    Args:
        name: under which it is sent
        label: what it is for
        choices: value and words of each
    """
    options = "".join(
        f"<option value='{escaped(value)}'>{escaped(words)}</option>" for value, words in choices
    )
    return f"<label>{escaped(label)}<select name='{name}'>{options}</select></label>"


def _field(name: str, label: str, attributes: str, hint: str) -> str:
    below = described = ""
    if hint:
        known = f"{re.sub(r'[^a-z]+', '-', label.lower())}-hint"  # a page has more than one form
        described = f"aria-describedby='{known}'"
        below = f"<span class='small muted below' id='{known}'>{escaped(hint)}</span>"
    return (
        f"<label>{escaped(label)}<input name='{name}' {attributes} {described} required></label>"
        f"{below}"
    )


async def entries(request: Request) -> dict[str, str]:
    """What was entered in a form.

    Raises:
        RequestError: E63 when it is none of ours
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise RequestError("E63", "What was entered is too long.", "Shorten it.")
    try:
        return dict(QueryParams(body.decode()))
    except UnicodeDecodeError as error:
        raise RequestError("E63", "What was entered cannot be read.", "Enter it again.") from error


def address_of(request: Request) -> str:
    """Address of the computer that asks."""
    return request.client.host if request.client else ""
