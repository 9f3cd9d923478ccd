"""Help: what the app is for and is not, the first steps, the keys, and what each figure means."""

from typing import Final

from ui.explanations import EXPLANATIONS
from ui.keys import EVERYWHERE, REVIEW, key_list
from ui.marks import escaped
from ui.settings_tab import shipped_model
from ui.theme import asset
from verhm import __version__
from verhm.report.document import LIMITS_OF_USE

NOT_MEASURED: Final = (
    "How well it does with spontaneous speech, other languages, accents, ages and microphones was "
    "not measured: expect it to be worse there, by an amount nobody knows."
)
FIRST_STEPS: Final = (
    "Patients: add a patient, or load the demonstration patient.",
    "New session: confirm the consent, then record a voice or upload one, with 20 s of speech or "
    "more.",
    "Press Analyse. The probabilities come first, the video of the face later.",
    "Review: listen along; where you hear something else, label the window or leave it out. Camera "
    "shows the person at the same moment, where they were filmed.",
    "Trends and Export: compare the sessions, and take results along.",
)

_TOUR: Final = (
    "<p class='row'><button type='button' class='btn small' data-tour='start'>Show me around"
    "</button><span>5 steps, best with the demonstration patient open</span></p>"
)


def help_dialog() -> str:
    """The dialog as HTML, closed; the banner's Help opens it."""
    steps = "".join(f"<li>{escaped(step)}</li>" for step in FIRST_STEPS)
    keys = f"<h3>Everywhere</h3>{key_list(EVERYWHERE)}<h3>In Review</h3>{key_list(REVIEW)}"
    limits = (
        f"<p>{escaped(LIMITS_OF_USE)}</p>{asset('settings-limits.html')}"
        f"<p>{escaped(NOT_MEASURED)}</p>"
    )
    model = shipped_model() or "E30 The model is missing. Install this app again."
    about = f"<p>Model: {escaped(model)}</p><p>VERHM {escaped(__version__)}</p>"
    return (
        "<dialog id='help-dialog' class='help' aria-labelledby='help-title' closedby='any'>"
        "<header><h2 id='help-title'>Help</h2><form method='dialog'>"
        "<button class='btn small'>Close</button></form></header>"
        f"{_section('First steps', f'<ol>{steps}</ol>{_TOUR}', ' open')}"
        f"{_section('What it is for, and its limits', limits)}{_section('Keys', keys)}"
        f"{_section('What the figures mean', _glossary())}{_section('Model and version', about)}"
        "</dialog>"
    )


def _section(title: str, content: str, state: str = "") -> str:
    return f"<details{state}><summary>{title}</summary>{content}</details>"


def _glossary() -> str:
    entries = (
        f"<dt>{escaped(each.title)}</dt><dd>{escaped(each.text)}</dd>"
        for each in sorted(EXPLANATIONS.values(), key=lambda each: each.title)
    )
    return f"<dl class='glossary'>{''.join(entries)}</dl>"
