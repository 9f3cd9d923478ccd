"""Steps 1, 3 and 4 of a new session: consent, details, advanced choices."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import gradio as gr

from storage.details import SessionDetails
from ui.days import as_day, day_field, todays_date
from ui.pieces import markup
from ui.tasks import TASKS
from verhm.errors import RequestError
from verhm.settings import AnalysisSettings, VideoSettings

LANGUAGES = (
    "English",
    "German",
    "French",
    "Spanish",
    "Italian",
    "Portuguese",
    "Dutch",
    "Polish",
    "Turkish",
    "Arabic",
    "Chinese",
    "Japanese",
    "Other",
)
FACE_SIZES = (512, 720, 1080)
_VOICE_ON = (("Whole recording", "all"), ("Left channel", "left"), ("Right channel", "right"))


@dataclass(frozen=True)
class Entries:
    """What a person entered beside the recording, as the fields give it, in their order."""

    is_trial: bool
    has_agreed: bool
    agreed_on: str | None
    agreed_until: str | None
    recorded_on: str | None
    language: str
    task: str
    note: str
    phq9: str
    gad7: str
    window: float
    hop: float
    size: int
    strength: float
    seed: float | None
    channel: str

    def details(self) -> SessionDetails:
        """The session's details.

        Raises:
            RequestError: E63 when an entry cannot be
        """
        day = as_day(self.recorded_on)
        if day is None:
            raise RequestError("E63", "The session has no date.", "Enter the day of the recording.")
        if day > date.today():
            raise RequestError(
                "E63", "The session's date lies in the future.", "Enter the day of the recording."
            )
        return SessionDetails(
            recorded_on=day,
            task=self.task or "",
            language=self.language or "",
            note=self.note or "",
            phq9=_total("PHQ-9", self.phq9),
            gad7=_total("GAD-7", self.gad7),
        )

    def settings(self) -> AnalysisSettings:
        """How the recording is analysed.

        Raises:
            RequestError: E71 when a choice is unfit
        """
        return AnalysisSettings(
            window=float(self.window),
            hop=float(self.hop),
            expression_strength=float(self.strength),
            seed=int(self.seed or 0),
            channel=self.channel,
        )

    def video(self) -> VideoSettings:
        """How the face is drawn."""
        return VideoSettings(size=int(self.size))


def lay_out_details() -> list[Any]:
    """Date, language, task, note and questionnaires."""
    markup(_header(3, "Details", "can wait until after"))
    with gr.Row():
        recorded_on = day_field("Date", todays_date, elem_id="recorded-on")
        language = gr.Dropdown(
            LANGUAGES, value="English", label="Language", allow_custom_value=True
        )
    tasks = [(task.short, task.name) for task in TASKS]
    task = gr.Radio(
        tasks, value=TASKS[0].name, label="Task", elem_classes="seg-radio", elem_id="task"
    )
    note = gr.Textbox(label="Note", lines=7, max_lines=7, max_length=4_000, elem_id="session-note")
    with gr.Row():
        phq9 = gr.Textbox(
            label="PHQ-9 total, optional", placeholder="0–27", max_lines=1, elem_id="phq9"
        )
        gad7 = gr.Textbox(
            label="GAD-7 total, optional", placeholder="0–21", max_lines=1, elem_id="gad7"
        )
    markup(
        "<p class='small muted'>Scores are stored and charted as entered. They are never computed "
        "from the voice.</p>"
    )
    return [recorded_on, language, task, note, phq9, gad7]


def lay_out_advanced() -> list[Any]:
    """Choices that most sessions leave alone."""
    usual = AnalysisSettings()
    with gr.Accordion("Advanced", open=False, elem_id="advanced"):
        with gr.Row():
            window = gr.Slider(2, 6, usual.window, step=0.5, label="Window, s")
            hop = gr.Slider(0.5, 1.0, usual.hop, step=0.25, label="Hop, s")
        with gr.Row():
            channel = gr.Dropdown(_VOICE_ON, value=usual.channel, label="Patient's voice on")
            size = gr.Radio(FACE_SIZES, value=512, label="Face, pixels", elem_classes="seg-radio")
        with gr.Row():
            strength = gr.Slider(0, 2, usual.expression_strength, step=0.1, label="Expression")
            seed = gr.Number(0, precision=0, label="Seed")
    return [window, hop, size, strength, seed, channel]


def _header(number: int, title: str, aside: str = "") -> str:
    return (
        f"<header class='step-head'><span class='no'>{number}</span><h2>{title}</h2>"
        f"<span class='grow'></span><span class='muted small'>{aside}</span></header>"
    )


def _total(name: str, text: str | None) -> int | None:
    text = (text or "").strip()
    if not text:
        return None
    if not text.isdecimal():
        raise RequestError(
            "E63",
            f"The {name} total is “{text[:20]}”.",
            "Enter a whole number, or leave it empty.",
        )
    return int(text)
