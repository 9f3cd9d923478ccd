"""The tour of the demonstration patient: five boxes that point at what is really there.

It is offered once per browser, where the demonstration patient is open, and can be begun from Help.
"""

from dataclasses import dataclass
from typing import Final

from ui.marks import escaped
from verhm.language import N_, _


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
        N_("Patients"),
        "#patients tr.selected",
        N_(
            "One row per patient. Select a row to open the patient: the sessions appear below it, "
            "and all other tabs show this patient."
        ),
    ),
    Step(
        N_("New session"),
        "#recorder header .seg",
        N_(
            "Record a voice or upload a file, then press Analyse. Nothing of a patient is kept "
            "without the consent that is asked for above."
        ),
    ),
    Step(
        N_("Review"),
        ".rv .tl header",
        N_(
            "Click anywhere in the timeline to go to that moment, and press Space to hear it. "
            "Darker is likelier, hatched is no result; each ? explains a figure."
        ),
    ),
    Step(
        N_("Trends"),
        ".tr-main header",
        N_(
            "All sessions on their real dates, held against this patient's usual ones. Beyond "
            "error says that something changed, not why."
        ),
    ),
    Step(
        N_("Export"),
        "#tab-export .downloads li",
        N_(
            "Take the report, the tables or the video along. Files carry the patient's code; the "
            "report has the name only where you ask for it."
        ),
    ),
)


def tour_offer() -> str:
    """The bar that offers the tour; not seen any more once it was answered in this browser."""
    return (
        f"<div class='notice tour-offer' role='region' aria-label='{_('Tour')}'><span>"
        + _("Show me around: {steps} steps").format(steps=len(STEPS))
        + f"</span><button type='button' class='btn small' data-tour='start'>{_('Start')}"
        "</button><button type='button' class='btn small quiet' data-tour='never'>"
        f"{_('No thanks')}</button></div>"
    )


def tour_boxes() -> str:
    """All steps, closed."""
    return "".join(_box(number, step) for number, step in enumerate(STEPS, start=1))


def _box(number: int, step: Step) -> str:
    is_last = number == len(STEPS)
    onward = "" if is_last else _button("next", _("Next"), "primary")
    back = _button("back", _("Back"), "") if number > 1 else ""
    return (
        "<div class='what-box tour-step' popover='manual' role='dialog' tabindex='-1' "
        "autofocus aria-label='"
        + _("Tour, step {number} of {steps}: {tab}").format(
            number=number, steps=len(STEPS), tab=_(step.tab)
        )
        + f"' aria-describedby='tour-{number}' data-tab='{escaped(_(step.tab))}' data-at='"
        f"{escaped(step.at)}'><b>{_(step.tab)}</b> <span class='muted'>"
        + _("{number} of {steps}").format(number=number, steps=len(STEPS))
        + f"</span><p id='tour-{number}'>{escaped(_(step.text))}</p><div class='row'>{onward}"
        f"{back}<span class='grow'></span>"
        f"{_button('end', _('End'), 'primary' if is_last else 'quiet')}</div></div>"
    )


def _button(verb: str, words: str, kind: str) -> str:
    return f"<button type='button' class='btn small {kind}' data-tour='{verb}'>{words}</button>"
