"""Components that several tabs make in the same way."""

from typing import Any, Final

import gradio as gr

# What an event does in the browser when it has ended, however: its button is as it was.
END_WAITING: Final = "() => verhm.endWaiting()"


def markup(value: str = "", **options: Any) -> gr.HTML:
    """HTML of our own, free of Gradio's styles for prose."""
    return gr.HTML(value, **{"apply_default_css": False, "js_on_load": None, **options})
