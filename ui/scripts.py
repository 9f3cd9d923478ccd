"""The page's script: what its components run in the browser, put together from `ui/assets`.

Gradio would send a component's script with the page and keep it in each browser's state, where it
searches all of it for the name of an event again and again. So a component only calls its script,
which lies in a file that a browser keeps.
"""

import hashlib
import json
from functools import cache
from typing import Final

from ui.review_scripts import review_script
from ui.theme import asset
from verhm.language import decimal_sign, language, script_words, speaking

# What all others rest on, in this order.
_HEAD: Final = ("head", "focus", "lock", "help", "tour")
# The files that a component's script is made of, by its name.
_PARTS: Final = {
    **{
        name: (name,)
        for name in ("banner", "export", "patients", "progress", "retention", "settings", "trends")
    },
    "batch": ("sending", "batch-days", "batch-left", "batch"),
    "patient-intake": ("sending", "patient-intake"),
    "recorder": (
        "sending",
        *(f"recorder-{part}" for part in ("sound", "take", "camera", "film", "permission", "left")),
        "recorder",
    ),
}


def script_element() -> str:
    """The element that loads the page's script, and runs it before Gradio's own."""
    code = language()
    return f'<script defer src="/assets/page.js?language={code}&v={script_version(code)}"></script>'


@cache
def script_version(code: str) -> str:
    """What changes with the script in a language, so that a browser may keep it."""
    return hashlib.sha256(page_script(code).encode()).hexdigest()[:12]


@cache
def page_script(code: str) -> str:
    """The script of the whole page, with its words in a language."""
    with speaking(code):
        scripts = {name: _joined(parts) for name, parts in _PARTS.items()}
        scripts["review"] = review_script()
        functions = ",".join(
            f"{json.dumps(name)}(element, trigger, props, watch) {{\n{script}\n}}"
            for name, script in scripts.items()
        )
        return f"{head_script()}\nverhm.scripts = {{{functions}}};"


def head_script() -> str:
    """What all other scripts of the page rest on."""
    words = json.dumps(script_words())
    return f"const WORDS = {words}, DECIMAL = {json.dumps(decimal_sign())};{_joined(_HEAD)}"


def _joined(parts: tuple[str, ...]) -> str:
    return "\n".join(asset(f"{part}.js") for part in parts)
