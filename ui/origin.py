"""Where a request comes from: from a page of the app, at the app's own address, or not at all."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response

from ui.settings import LOOPBACK, AppSettings
from verhm.language import retold

READING = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered.

    Attributes:
        status: of HTTP
        code: E53 not there, E57 not allowed, E68 sign in, E69 refused, or the database's
        cause: what was found
        remedy: what to do
    """

    status: int
    code: str
    cause: str
    remedy: str

    def answer(self) -> Response:
        """As the page's scripts read it."""
        cause, remedy = retold(self.cause), retold(self.remedy)
        told = {"code": self.code, "cause": cause, "remedy": remedy}
        told["text"] = f"{self.code} {cause} {remedy}"
        return JSONResponse({**told, "status": self.status}, status_code=self.status)


_FOREIGN = Refusal(403, "E69", "A request from another site was refused.", "Reload the page.")
_ELSEWHERE = Refusal(
    403, "E69", "This app answers at its own address only.", "Use the address it was started with."
)


def refusal_of_foreign(settings: AppSettings, method: str, headers: Headers) -> Refusal | None:
    """Refusal of what another site made, or asked at an address that is not the app's.

    Args:
        settings: where the app serves
        method: of HTTP
        headers: of the request
    """
    host = headers.get("host", "")
    if not _is_own_name(settings, _hostname(host)):
        return _ELSEWHERE
    if method in READING:
        return None
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    # Every browser says one of them of a change; what says neither is no page of ours.
    if origin is None and site is None:
        return _FOREIGN
    scheme = "https" if settings.has_tls else "http"
    if origin is not None and origin != f"{scheme}://{host}":
        return _FOREIGN
    return None if site in (None, "same-origin") else _FOREIGN


def _is_own_name(settings: AppSettings, name: str | None) -> bool:
    """Whether a name is the app's: a foreign one may have been led here by its owner."""
    if name in (*LOOPBACK, settings.host, *settings.names):
        return True
    # Nobody can make a number lead elsewhere; it is asked where the app serves a network.
    return settings.is_for_network and _is_number(name or "")


def _hostname(host: str) -> str | None:
    """The name in a Host header, without brackets and port; None where it has no such form."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
