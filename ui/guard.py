"""What every request and every answer must satisfy, whichever part of the app it concerns."""

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose

from ui.settings import LOOPBACK, AppSettings

# Gradio's page runs inline scripts and compiles its HTML components' templates, hence the two
# 'unsafe-…'; what the policy gives is that nothing is loaded from, or sent to, any other host.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
READING = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Refuses requests that another site made, and gives every answer its security headers.

    Args:
        app: that answers what is let through
        settings: where it serves
    """

    def __init__(self, app: ASGIApp, settings: AppSettings) -> None:
        self._app = app
        self._hosts = frozenset({*LOOPBACK, settings.host})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope.get("method"), Headers(scope=scope))
        if scope["type"] == "websocket":
            # Closed before it was accepted, it is answered with 403.
            app = WebSocketClose(reason=refusal) if refusal else self._app
            await app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                # Pages and results are patients' data; scripts and styles carry their own version.
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        app = PlainTextResponse(refusal, status_code=403) if refusal else self._app
        await app(scope, receive, send_with_headers)

    def _refusal(self, method: str | None, headers: Headers) -> str:
        """Why a request is refused; empty when it is not.

        Args:
            method: of HTTP, or None for a websocket, which browsers let any site open
            headers: of the request
        """
        host = headers.get("host", "")
        # A foreign name that resolves to this computer would make another site's page our own.
        if _hostname(host) not in self._hosts:
            return "This app answers on this computer only."
        if method in READING:
            return ""
        origin = headers.get("origin")
        if origin and origin.partition("://")[2] != host:
            return "A request from another site was refused."
        if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            return "A request from another site was refused."
        return ""


def _hostname(host: str) -> str | None:
    """The name in a Host header, without brackets and port; None where it has no such form."""
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
