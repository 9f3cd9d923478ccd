"""Components that several tabs make in the same way."""

import json
from typing import Any, Final

import gradio as gr

# What an event does in the browser when it has ended, however: its button is as it was.
END_WAITING: Final = "() => verhm.endWaiting()"


def focus(selector: str) -> str:
    """What an event does in the browser when it has ended: the keyboard goes to its next step.

    Args:
        selector: in CSS; the first usable element that it means, once there is one
    """
    return f"() => verhm.focus({json.dumps(selector)})"


def script_call(script: str, *events: str) -> str:
    """What a component's `js_on_load` is, to run one of the page's scripts.

    Args:
        script: its name in `ui.scripts`
        events: that the script reports; Gradio listens to those alone that are named here
    """
    call = f"verhm.scripts[{json.dumps(script)}](element, trigger, props, watch);"
    return f"{call} // {json.dumps(events)}"


def markup(value: str = "", **options: Any) -> gr.HTML:
    """HTML of our own, free of Gradio's styles for prose."""
    return gr.HTML(value, **{"apply_default_css": False, "js_on_load": None, **options})
