"""The tour of the demonstration patient: five boxes that point at what is really there.

It is offered once per browser, where the demonstration patient is open, and can be begun from Help.
"""

from dataclasses import dataclass
from typing import Final

from ui.marks import escaped


@dataclass(frozen=True)
class Step:
    """One box.

    Attributes:
        tab: that it is on, as it is called
        at: CSS selector of what it points at; where that is missing, the tab's name
        text: what is to be known of it
    """

    tab: str
    at: str
    text: str


STEPS: Final = (
    Step(
        "Patients",
        "#patients tr.selected",
        "One row per patient. Select a row to open the patient: the sessions appear below it, and "
        "all other tabs show this patient.",
    ),
    Step(
        "New session",
        "#recorder header .seg",
        "Record a voice or upload a file, then press Analyse. Nothing of a patient is kept without "
        "the consent that is asked for above.",
    ),
    Step(
        "Review",
        ".rv .tl header",
        "Click anywhere in the timeline to go to that moment, and press Space to hear it. Darker "
        "is likelier, hatched is no result; each ? explains a figure.",
    ),
    Step(
        "Trends",
        ".tr-main header",
        "All sessions on their real dates, held against this patient's usual ones. Beyond error "
        "says that something changed, not why.",
    ),
    Step(
        "Export",
        "#tab-export .downloads li",
        "Take the report, the tables or the video along. Files carry the patient's code; the "
        "report has the name only where you ask for it.",
    ),
)


def tour_offer() -> str:
    """The bar that offers the tour; not seen any more once it was answered in this browser."""
    return (
        "<div class='notice tour-offer' role='region' aria-label='Tour'>"
        f"<span>Show me around: {len(STEPS)} steps</span><button type='button' class='btn small' "
        "data-tour='start'>Start</button><button type='button' class='btn small quiet' "
        "data-tour='never'>No thanks</button></div>"
    )


def tour_boxes() -> str:
    """All steps, closed."""
    return "".join(_box(number, step) for number, step in enumerate(STEPS, start=1))


def _box(number: int, step: Step) -> str:
    is_last = number == len(STEPS)
    onward = "" if is_last else _button("next", "Next", "primary")
    back = _button("back", "Back", "") if number > 1 else ""
    return (
        "<div class='what-box tour-step' popover='manual' role='dialog' tabindex='-1' autofocus "
        f"aria-label='Tour, step {number} of {len(STEPS)}: {step.tab}' "
        f"aria-describedby='tour-{number}' data-tab='{step.tab}' data-at='{escaped(step.at)}'>"
        f"<b>{step.tab}</b> <span class='muted'>{number} of {len(STEPS)}</span>"
        f"<p id='tour-{number}'>{escaped(step.text)}</p>"
        f"<div class='row'>{onward}{back}<span class='grow'></span>"
        f"{_button('end', 'End', 'primary' if is_last else 'quiet')}</div></div>"
    )


def _button(verb: str, words: str, kind: str) -> str:
    return f"<button type='button' class='btn small {kind}' data-tour='{verb}'>{words}</button>"
