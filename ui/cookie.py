"""The cookie that holds a browser's id: for this site alone, hidden from scripts."""

from starlette.requests import Request
from starlette.responses import Response

from ui.settings import AppSettings


def cookie_of(request: Request, settings: AppSettings) -> str | None:
    """The id that a browser shows."""
    return request.cookies.get(_name(settings))


def set_cookie(response: Response, settings: AppSettings, token: str) -> None:
    """Give a browser its id."""
    response.set_cookie(
        _name(settings), token, path="/", secure=settings.has_tls, httponly=True, samesite="strict"
    )


def clear_cookie(response: Response, settings: AppSettings) -> None:
    """Take a browser's id away; on the server it has ended already."""
    response.delete_cookie(
        _name(settings), path="/", secure=settings.has_tls, httponly=True, samesite="strict"
    )


def _name(settings: AppSettings) -> str:
    """With this prefix a browser takes the cookie from nobody else, but over TLS only."""
    return "__Host-verhm" if settings.has_tls else "verhm"
