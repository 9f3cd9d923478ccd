"""Small pieces of HTML that several tabs share: escaped text, emotion marks, times."""

import html

from verhm.labels import EMOTIONS
from verhm.language import _, decimal
from verhm.report.look import signed

# Gradio compiles an HTML component's content as a Handlebars template and a JavaScript template
# string, so that a name such as ${…} or {{…}} would run.
_TEMPLATE_SIGNS = str.maketrans({"$": "&#36;", "{": "&#123;", "}": "&#125;", "`": "&#96;"})


def escaped(text: object) -> str:
    """Text that cannot become markup, script or template, in HTML content and in attributes."""
    return html.escape(str(text)).replace("\\", "&#92;").translate(_TEMPLATE_SIGNS)


def emotion_mark(label: str) -> str:
    """An emotion's marker shape, as inline SVG; its name belongs beside it."""
    if label not in EMOTIONS:
        raise ValueError(f"there is no emotion {label}")
    return f'<svg class="mk" aria-hidden="true"><use href="#m-{label}"/></svg>'


def emotion_name(label: str) -> str:
    """An emotion's marker and name."""
    return f'<span class="emo">{emotion_mark(label)}{_(label).capitalize()}</span>'


def clock(seconds: float) -> str:
    """A time in a recording: 4:24, or 1:04:24 from one hour on."""
    whole = int(seconds)
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def short_signed(value: float) -> str:
    """A mark on a scale around zero: −0.6, 0, +0.25."""
    text = signed(value)
    return "0" if set(text) <= set("0.,") else text.rstrip("0").rstrip(".,")


def minutes_of(seconds: float) -> tuple[str, str]:
    """A length as figure and unit: ("48", "s") below two minutes, else ("9.6", "min").

    Seconds are cut off as on a clock: 19.6 s are not the 20 s that a summary needs.
    """
    return (f"{int(seconds)}", "s") if seconds < 120 else (decimal(f"{seconds / 60:.1f}"), "min")


_ICONS = {
    "check": '<path d="M2 6.4 4.8 9 10 3"/>',
    "minus": '<path d="M2.5 6h7"/>',
    "clock": '<circle cx="6" cy="6" r="4.6"/><path d="M6 3.4V6.3L8 7.6"/>',
    "down": '<path d="M6 1.5v6M3.2 5 6 7.8 8.8 5M1.8 10.5h8.4"/>',
    "erase": '<path d="M2 3.2h8M4.6 3.2V1.6h2.8v1.6M3.2 3.2l.5 7.2h4.6l.5-7.2"/>',
    "search": '<circle cx="5" cy="5" r="3.6"/><path d="m7.8 7.8 3 3"/>',
}


def icon(name: str) -> str:
    """A small line drawing in the colour of the text, as inline SVG."""
    return (
        '<svg class="icon" width="12" height="12" viewBox="0 0 12 12" fill="none" '
        f'stroke="currentColor" stroke-width="1.6" aria-hidden="true">{_ICONS[name]}</svg>'
    )
