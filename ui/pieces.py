"""Components that several tabs make in the same way."""

from typing import Any

import gradio as gr


def markup(value: str = "", **options: Any) -> gr.HTML:
    """HTML of our own, free of Gradio's styles for prose."""
    return gr.HTML(value, **{"apply_default_css": False, "js_on_load": None, **options})
