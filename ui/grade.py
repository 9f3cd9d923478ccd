"""A recording's grade with its sign."""

from ui.marks import escaped
from verhm.language import _

_DRAWINGS = {
    "Good": '<circle cx="6" cy="6" r="4.5" class="qg"/>',
    "Fair": '<circle cx="6" cy="6" r="4.5" class="qf"/>'
    '<path d="M6 1.5a4.5 4.5 0 0 0 0 9Z" class="qh"/>',
    "Poor": '<circle cx="6" cy="6" r="4.5" class="qf"/>',
}


def grade_mark(name: str) -> str:
    """A grade with its sign, as HTML."""
    return (
        '<span class="emo"><svg width="12" height="12" aria-hidden="true">'
        f"{_DRAWINGS[name]}</svg>{escaped(_(name))}</span>"
    )
