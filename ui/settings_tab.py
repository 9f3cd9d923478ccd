"""The tab Settings: the look, and what this copy of the app is and knows about itself."""

import json
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from storage.backup import last_backup
from ui.avatars import avatar_choice
from ui.context import AppContext, Selection, TabHandles, open_patient, open_request
from ui.marks import escaped
from ui.messages import error_box, shows_errors
from ui.pieces import END_WAITING, markup, script_call
from ui.retention_form import lay_out_retention, retention_words, wire_retention
from ui.theme import asset
from verhm import __version__
from verhm.dates import long_date
from verhm.errors import VerhmError
from verhm.language import LANGUAGES, N_, _, language

PRETRAINED = Path(__file__).parent.parent / "pretrained"
# Figures of results.json that a clinician may want to know, each a share, with its plain meaning.
_FIGURES = (
    (
        ("ravdess_folds", "uar"),
        N_(
            "Of 100 acted clips of an emotion, by actors the model has never heard, how many are "
            "recognised (average of the 8 emotions)"
        ),
        "{:.0f}",
    ),
    (
        ("cross_corpus", "ravdess_to_emodb", "open_uar"),
        N_(
            "The same in a language it has never heard (German actors, answer sought among all 8 "
            "emotions, average of the 6 that both corpora have)"
        ),
        "{:.0f}",
    ),
    (
        ("ravdess_folds", "ece"),
        N_(
            "How far a probability is from how often it proves right, on average, for actors the "
            "model has never heard"
        ),
        N_("{:.0f} percentage points"),
    ),
    (
        ("morphs", "emotion_uar"),
        N_(
            "Of 100 acted clips of an emotion, how many a second program recognises from the "
            "face's movements alone (average of the 8 emotions)"
        ),
        "{:.0f}",
    ),
)


def build(context: AppContext, selected: Selection) -> TabHandles:
    """Lay out the tab and wire its events."""
    with gr.Column(elem_classes="page-narrow"):
        form = lay_out_retention()
        page = markup(
            "",
            js_on_load=script_call("settings", "demonstrate", "retention", "choose_avatar"),
            elem_id="settings-page",
        )

    def demonstrate() -> Any:
        from ui.demonstration import load_demonstration  # needs seconds of libraries

        return open_patient(context.repository, load_demonstration(context.repository), "patients")

    def choose_avatar(
        patient_id: str | None, session_id: str | None, event: gr.EventData
    ) -> list[Any]:
        try:
            context.preferences.choose_avatar(str(event.name))
        except VerhmError as error:
            return [_page(context, error_box(error)), gr.skip()]
        # Anew, so that what is open shows the face as well.
        return [_page(context), open_request(patient_id, session_id)]

    wire_retention(context.repository, page, form, lambda: _page(context))
    both = [selected.patient, selected.session]
    page.choose_avatar(choose_avatar, both, [page, selected.request], show_progress="hidden")
    loading = page.demonstrate(
        shows_errors(demonstrate), None, selected.request, show_progress="hidden"
    )
    loading.then(None, js=END_WAITING)  # whatever came of it

    def refresh(patient_id: str | None, session_id: str | None) -> Sequence[Any]:
        return [_page(context)]  # another window may have chosen meanwhile

    return TabHandles([page], refresh)


def _page(context: AppContext, problem: str = "") -> str:
    may_change = not context.repository.is_deidentified()
    face = avatar_choice(context.preferences.avatar(), problem) if may_change else ""
    return (
        f"<div class='head'><h1>{_('Settings')}</h1></div>{asset('settings-look.html')}"
        f"{_language_choice()}{face}"
        f"<section class='panel step'><h2>{_('Data')}</h2><dl>"
        f"{_entry(_('Folder'), context.settings.data)}"
        f"{_entry(_('Encryption'), _encryption(context))}"
        f"{retention_words(context.repository)}{_backup(context)}<dt>{_('Kept')}</dt><dd>"
        + _(
            "Only on this computer. Nothing is sent anywhere, and no page of this app loads "
            "anything from another."
        )
        + f"</dd>{_demonstration() if may_change else ''}</dl></section>"
        f"<section class='panel step'><h2>{_('Account')}</h2><p>"
        "<a class='link' href='/account'>"
        + _("Your passphrase, whom you share patients with, and other people's accounts")
        + f"</a></p></section><section class='panel step'><h2>{_('Model')}</h2>{_model()}"
        f"</section><section class='panel step'><h2>{_('About')}</h2><dl>"
        f"{_entry(_('Version'), __version__)}</dl>{asset('settings-limits.html')}"
        "</section>"
    )


def _demonstration() -> str:
    return (
        f"<dt>{_('Demonstration')}</dt><dd>"
        "<button type='button' class='btn small' data-do='demonstrate'>"
        f"{_('Load the demonstration patient')}</button></dd>"
    )


def _language_choice() -> str:
    """The languages, each by its own name, so that whoever is in the wrong one finds theirs."""
    choices = "".join(
        f"<button type='button' role='radio' class='{'on' if code == language() else ''}' "
        f"aria-checked='{str(code == language()).lower()}' data-language='{code}' lang='{code}'>"
        f"{escaped(name)}</button>"
        for code, name in LANGUAGES.items()
    )
    title = _("Language")
    return (
        f"<section class='panel step'><h2>{title}</h2><div class='seg big' role='radiogroup' "
        f"aria-label='{title}'>{choices}</div><p class='small muted'>"
        + _("Of this browser's pages. What is exported stays English, the report too.")
        + "</p></section>"
    )


def _encryption(context: AppContext) -> str:
    if context.repository.vault is None:
        return _("None: this app was told to keep them as they are, for an encrypted disk")
    return _("Names, recordings and results are encrypted; opened anew at each start")


def _backup(context: AppContext) -> str:
    """When the last backup was made, and how to make one: where to, a browser must not choose."""
    if not context.repository.may_administer():
        return ""
    moment = last_backup(context.repository)
    made = moment and moment.astimezone()
    last = (
        _("The last one was begun on {day}, {time}.").format(
            day=long_date(made), time=f"{made:%H:%M}"
        )
        if made
        else _("None yet.")
    )
    # As this app runs: whoever opens a terminal stands in another folder and environment.
    data = str(context.settings.data)
    quoted = subprocess.list2cmdline if sys.platform == "win32" else shlex.join
    command = quoted([sys.executable, "-m", "storage", "backup", "FOLDER", "--data", data])
    return (
        f"<dt>{_('Backup')}</dt><dd>"
        + _(
            "{last} Make one in a terminal of this computer, standing in the folder "
            "<code>{place}</code>, into a new folder on another disk, with <code>{command}</code>. "
            "It copies everything while the app runs, and says whether the copy is whole. Who is "
            "erased later is still in it: delete old ones."
        ).format(last=last, place=escaped(PRETRAINED.parent), command=escaped(command))
        + "</dd>"
    )


def shipped_model() -> str:
    """Name and version of the shipped model; empty where it is missing."""
    identity = _read(PRETRAINED / "config.json")
    return " ".join(str(identity[key]) for key in ("name", "version") if key in identity)


def _model() -> str:
    """The shipped model and how well it did, from what its training left beside it."""
    identity = _read(PRETRAINED / "config.json")
    results = _read(PRETRAINED / "results.json")
    entries = [
        _entry(title, identity[key])
        for key, title in (("name", _("Name")), ("version", _("Version")))
        if key in identity
    ]
    for path, title, form in _FIGURES:
        figure = _at(results, path)
        if isinstance(figure, int | float):
            entries.append(_entry(_(title), _(form).format(100 * figure)))
    if not entries:
        return f"<p class='muted'>{_('E30 The model is missing. Install this app again.')}</p>"
    return f"<dl>{''.join(entries)}</dl>"


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _at(values: dict[str, Any], path: tuple[str, ...]) -> Any:
    for key in path:
        if not isinstance(values, dict) or key not in values:
            return None
        values = values[key]
    return values


def _entry(title: str, value: object) -> str:
    return f"<dt>{escaped(title)}</dt><dd>{escaped(value)}</dd>"
