"""The keys and what they do: the list that Help and Review's own `?` show."""

from collections.abc import Sequence
from typing import Final

from ui.marks import escaped

EVERYWHERE: Final = (
    ("Ctrl L", "Lock the page"),
    ("/", "Search, in Patients"),
    ("Ctrl Enter", "Analyse, in New session"),
    ("Esc", "Close what is open above the page"),
)
REVIEW: Final = (
    ("Space", "Play, pause"),
    ("← →", "Previous, next window"),
    ("Shift ← →", "0.1 s back, forward"),
    ("Home End", "Start, end of the recording"),
    ("[ ]", "Previous, next stretch without a result"),
    ("L", "Loop the window"),
    ("H S M", "Heat-map, stacked, multiples"),
    ("− +", "Show less, more time"),
    ("1–8", "Your label for the window: the emotion with that number"),
    ("0", "Your label for the window: unsure"),
    ("X", "Leave the window out of the figures, or take it in again"),
    ("E", "Mark an event at the playhead"),
    ("N", "Write a note on the window"),
    ("↑ ↓ Enter", "Previous, next row of the table, go to it, once it was reached with Tab"),
    ("← → ↑ ↓", "Turn the face, once it was reached with Tab or clicked"),
    ("?", "This list"),
)


def key_list(keys: Sequence[tuple[str, str]]) -> str:
    """Keys and their meaning as HTML."""
    rows = (
        f"<dt>{' '.join(f'<kbd>{escaped(each)}</kbd>' for each in pressed.split())}</dt>"
        f"<dd>{escaped(words)}</dd>"
        for pressed, words in keys
    )
    return f"<dl class='keys'>{''.join(rows)}</dl>"
