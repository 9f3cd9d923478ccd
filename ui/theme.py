"""How the page looks: the project's stylesheets, and Gradio's own variables bound to them."""

import hashlib
import re
from functools import cache
from pathlib import Path

import gradio as gr

from verhm.language import _

ASSETS = Path(__file__).parent / "assets"
MARKED = re.compile(r"\[\[([^\[\]]+)\]\]")  # a text of an HTML file

# Gradio's light and dark variants get the same value: the tokens themselves change with the theme.
_BOTH = {
    "body_background_fill": "var(--bg)",
    "body_text_color": "var(--ink)",
    "body_text_color_subdued": "var(--ink-3)",
    "background_fill_primary": "var(--surface)",
    "background_fill_secondary": "var(--surface-2)",
    "border_color_accent": "var(--accent-line)",
    "border_color_primary": "var(--line)",
    "color_accent_soft": "var(--accent-soft)",
    "link_text_color": "var(--accent)",
    "link_text_color_hover": "var(--accent-strong)",
    "link_text_color_active": "var(--accent-strong)",
    "link_text_color_visited": "var(--accent)",
    "block_background_fill": "transparent",
    "block_border_color": "transparent",
    "block_border_width": "0px",
    "block_shadow": "none",
    "block_info_text_color": "var(--ink-3)",
    "block_label_background_fill": "transparent",
    "block_label_text_color": "var(--ink-2)",
    "block_title_text_color": "var(--ink-2)",
    "block_title_background_fill": "transparent",
    "panel_background_fill": "var(--surface)",
    "panel_border_color": "var(--line)",
    "accordion_text_color": "var(--ink-2)",
    "table_text_color": "var(--ink)",
    "checkbox_background_color": "var(--surface)",
    "checkbox_background_color_hover": "var(--surface)",
    "checkbox_background_color_focus": "var(--surface)",
    "checkbox_background_color_selected": "var(--accent)",
    "checkbox_border_color": "var(--line-strong)",
    "checkbox_border_color_hover": "var(--accent)",
    "checkbox_border_color_focus": "var(--accent)",
    "checkbox_border_color_selected": "var(--accent)",
    "checkbox_label_background_fill": "var(--surface)",
    "checkbox_label_background_fill_hover": "var(--surface-2)",
    "checkbox_label_background_fill_selected": "var(--accent-soft)",
    "checkbox_label_text_color": "var(--ink-2)",
    "checkbox_label_text_color_selected": "var(--accent-strong)",
    "checkbox_label_border_color": "var(--line-strong)",
    "checkbox_label_border_width": "0px",
    "checkbox_label_shadow": "none",
    "input_background_fill": "var(--surface)",
    "input_background_fill_focus": "var(--surface)",
    "input_background_fill_hover": "var(--surface)",
    "input_border_color": "var(--line-strong)",
    "input_border_color_focus": "var(--accent)",
    "input_border_color_hover": "var(--line-strong)",
    "input_border_width": "1px",
    "input_placeholder_color": "var(--ink-3)",
    "input_shadow": "none",
    "input_shadow_focus": "0 0 0 1px var(--accent)",
    "slider_color": "var(--accent)",
    "loader_color": "var(--accent)",
    "error_background_fill": "var(--alert-soft)",
    "error_border_color": "var(--alert)",
    "error_text_color": "var(--alert)",
    "error_icon_color": "var(--alert)",
    "button_border_width": "1px",
    "button_primary_background_fill": "var(--accent)",
    "button_primary_background_fill_hover": "var(--accent-strong)",
    "button_primary_border_color": "var(--accent)",
    "button_primary_border_color_hover": "var(--accent-strong)",
    "button_primary_text_color": "var(--on-accent)",
    "button_primary_text_color_hover": "var(--on-accent)",
    "button_primary_shadow": "none",
    "button_primary_shadow_hover": "none",
    "button_primary_shadow_active": "none",
    "button_secondary_background_fill": "var(--surface)",
    "button_secondary_background_fill_hover": "var(--surface-2)",
    "button_secondary_border_color": "var(--line-strong)",
    "button_secondary_border_color_hover": "var(--line-strong)",
    "button_secondary_text_color": "var(--ink)",
    "button_secondary_text_color_hover": "var(--ink)",
    "button_secondary_shadow": "none",
    "button_secondary_shadow_hover": "none",
    "button_secondary_shadow_active": "none",
}
_ONCE = {
    "color_accent": "var(--accent)",
    "checkbox_label_padding": "0 12px",
    "checkbox_label_text_size": "13px",
    "block_padding": "0",
    "block_radius": "0",
    "block_title_text_size": "12px",
    "block_title_text_weight": "600",
    "block_title_padding": "0",
    "container_radius": "0",
    "input_padding": "6px 10px",
    "input_radius": "6px",
    "input_text_size": "13px",
    "layout_gap": "12px",
    "form_gap_width": "0px",
    "button_large_radius": "6px",
    "button_large_text_size": "13px",
    "button_large_padding": "0 14px",
    "button_medium_radius": "6px",
    "button_small_radius": "6px",
    "button_transition": "none",
}


def asset(name: str) -> str:
    """Text of a file of `ui/assets`; what a piece of HTML has in [[…]], as the asker reads it."""
    if not name.endswith(".html"):
        return _read(name)
    return MARKED.sub(lambda text: _(" ".join(text[1].split())), _read(name))


@cache
def _read(name: str) -> str:
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def stylesheet() -> str:
    """Every stylesheet of the page, in the order of their names."""
    return "\n".join(asset(path.name) for path in sorted(ASSETS.glob("*.css")))


@cache
def style_elements() -> str:
    """The elements that load stylesheet and icon: all that a page needs which runs nothing."""
    version = hashlib.sha256(stylesheet().encode()).hexdigest()[:12]
    return (
        f'<link rel="stylesheet" href="/assets/page.css?v={version}">'
        '<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">'
    )


def theme() -> gr.themes.Base:
    """Gradio's variables, bound to the tokens; the system's own typeface, nothing fetched."""
    values = dict(_ONCE)
    for name, value in _BOTH.items():
        values[name] = value
        if f"{name}_dark" in _theme_variables():
            values[f"{name}_dark"] = value
    base = gr.themes.Base(
        font=("system-ui", "sans-serif"), font_mono=("ui-monospace", "monospace"), text_size="sm"
    )
    return base.set(**values)


@cache
def _theme_variables() -> frozenset[str]:
    return frozenset(gr.themes.Base.set.__annotations__) | frozenset(
        gr.themes.Base.set.__code__.co_varnames
    )
