"""What every answer says of itself, whichever part of the app gives it."""

from starlette.datastructures import MutableHeaders
from starlette.types import Message, Send

from ui.settings import AppSettings

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
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(self)",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def with_headers(settings: AppSettings, send: Send) -> Send:
    """Answer with the headers that keep a page to itself.

    Args:
        settings: where the app serves
        send: of the request
    """

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers[name] = value
            headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
            if settings.has_tls:
                headers["Strict-Transport-Security"] = "max-age=31536000"
            # Pages and results are patients' data; scripts and styles carry their own version.
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return send_with_headers
