"""Which language a browser is answered in: the one chosen in Settings, else the one it asks for."""

import gradio as gr
from babel import negotiate_locale
from starlette.requests import HTTPConnection

from verhm.language import ENGLISH, LANGUAGES

COOKIE = "verhm-language"  # written by the page's script: no secret, and nobody's name


def language_of(asked: HTTPConnection | gr.Request) -> str:
    """Code of the language in which to answer a request, or an event of Gradio's."""
    chosen = asked.cookies.get(COOKIE)
    if chosen is not None and chosen in LANGUAGES:
        return chosen
    wishes = asked.headers.get("accept-language", "").split(",")
    # Browsers name the best one first.
    codes = [wish.partition(";")[0].strip() for wish in wishes]
    found = negotiate_locale([code for code in codes if code], list(LANGUAGES), "-")
    return str(found or ENGLISH)
