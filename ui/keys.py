"""The keys and what they do: the list that Help and Review's own `?` show."""

from collections.abc import Sequence
from typing import Final

from ui.marks import escaped
from verhm.language import N_, _

# The names on the keys; those that are the same on every keyboard stay as they are.
_NAMED: Final = (N_("Ctrl"), N_("Enter"), N_("Space"), N_("Shift"), N_("Home"), N_("End"))
EVERYWHERE: Final = (
    ("Ctrl L", N_("Lock the page")),
    ("/", N_("Search, in Patients")),
    ("Ctrl Enter", N_("Analyse, in New session")),
    ("Esc", N_("Close what is open above the page")),
)
REVIEW: Final = (
    ("Space", N_("Play, pause")),
    ("← →", N_("Previous, next window")),
    ("Shift ← →", N_("0.1 s back, forward")),
    ("Home End", N_("Start, end of the recording")),
    ("[ ]", N_("Previous, next stretch without a result")),
    ("L", N_("Loop the window")),
    ("H S M", N_("Heat-map, stacked, multiples")),
    ("− +", N_("Show less, more time")),
    ("1–8", N_("Your label for the window: the emotion with that number")),
    ("0", N_("Your label for the window: unsure")),
    ("X", N_("Leave the window out of the figures, or take it in again")),
    ("R", N_("Begin a stretch at the playhead: go to its end, then X leaves it out, N notes it")),
    ("E", N_("Mark an event at the playhead")),
    ("N", N_("Write a note on the window")),
    ("↑ ↓ Enter", N_("Previous, next row of the table, go to it, once it was reached with Tab")),
    ("← → ↑ ↓", N_("Turn the face, once it was reached with Tab or clicked")),
    ("?", N_("This list")),
)


def key_list(keys: Sequence[tuple[str, str]]) -> str:
    """Keys and their meaning as HTML."""
    rows = (
        f"<dt>{' '.join(f'<kbd>{escaped(_(each))}</kbd>' for each in pressed.split())}</dt>"
        f"<dd>{escaped(_(words))}</dd>"
        for pressed, words in keys
    )
    return f"<dl class='keys'>{''.join(rows)}</dl>"
