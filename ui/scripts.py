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
from ui.theme import asset, head_of_plain_page
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


def head() -> str:
    """What goes into the page's head: the stylesheet, and the script, which runs before Gradio's.

    Both addresses change with what they lead to, so that a browser may keep it.
    """
    version = hashlib.sha256(page_script().encode()).hexdigest()[:12]
    address = f"/assets/page.js?language={language()}&v={version}"
    return f'{head_of_plain_page()}<script defer src="{address}"></script>'


def page_script() -> str:
    """The script of the whole page, with its words as the asker reads them."""
    return _page_script(language())


@cache
def _page_script(code: str) -> str:
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
