"""Help: what the app is for and is not, the first steps, the keys, and what each figure means."""

from typing import Final

from ui.explanations import EXPLANATIONS
from ui.keys import EVERYWHERE, REVIEW, key_list
from ui.marks import escaped
from ui.settings_tab import shipped_model
from ui.theme import asset
from verhm import __version__
from verhm.language import N_, _
from verhm.report.document import LIMITS_OF_USE

NOT_MEASURED: Final = N_(
    "How well it does with spontaneous speech, other languages, accents, ages and microphones was "
    "not measured: expect it to be worse there, by an amount nobody knows."
)
FIRST_STEPS: Final = (
    N_("Patients: add a patient, or load the demonstration patient."),
    N_(
        "New session: confirm the consent, then record a voice or upload one, with 20 s of speech "
        "or more."
    ),
    N_("Press Analyse. The probabilities come first, the video of the face later."),
    N_(
        "Review: listen along; where you hear something else, label the window or leave it out. "
        "Camera shows the person at the same moment, where they were filmed."
    ),
    N_("Trends and Export: compare the sessions, and take results along."),
)


def help_dialog() -> str:
    """The dialog as HTML, closed; the banner's Help opens it."""
    steps = "".join(f"<li>{escaped(_(step))}</li>" for step in FIRST_STEPS)
    keys = (
        f"<h3>{_('Everywhere')}</h3>{key_list(EVERYWHERE)}<h3>{_('In Review')}</h3>"
        f"{key_list(REVIEW)}"
    )
    limits = (
        f"<p>{escaped(_(LIMITS_OF_USE))}</p>{asset('settings-limits.html')}"
        f"<p>{escaped(_(NOT_MEASURED))}</p>"
    )
    model = shipped_model() or _("E30 The model is missing. Install this app again.")
    about = (
        "<p>"
        + _("Model: {model}").format(model=escaped(model))
        + "</p><p>"
        + f"VERHM {escaped(__version__)}"
        + "</p>"
    )
    return (
        "<dialog id='help-dialog' class='help' aria-labelledby='help-title' "
        f"closedby='any'><header><h2 id='help-title'>{_('Help')}</h2>"
        f"<form method='dialog'><button class='btn small'>{_('Close')}</button></form>"
        f"</header>{_section(_('First steps'), f'<ol>{steps}</ol>{_tour()}', ' open')}"
        f"{_section(_('What it is for, and its limits'), limits)}"
        f"{_section(_('Keys'), keys)}{_section(_('What the figures mean'), _glossary())}"
        f"{_section(_('Model and version'), about)}</dialog>"
    )


def _tour() -> str:
    return (
        "<p class='row'><button type='button' class='btn small' data-tour='start'>"
        f"{_('Show me around')}</button><span>"
        f"{_('5 steps, best with the demonstration patient open')}</span></p>"
    )


def _section(title: str, content: str, state: str = "") -> str:
    return f"<details{state}><summary>{title}</summary>{content}</details>"


def _glossary() -> str:
    entries = (
        f"<dt>{escaped(_(each.title))}</dt><dd>{escaped(_(each.text))}</dd>"
        for each in sorted(EXPLANATIONS.values(), key=lambda each: _(each.title))
    )
    return f"<dl class='glossary'>{''.join(entries)}</dl>"
