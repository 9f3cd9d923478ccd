"""Steps 1, 3 and 4 of a new session: consent, details, advanced choices."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from storage.details import SessionDetails
from ui.details_fields import lay_out_detail_fields, read_details
from ui.pieces import markup
from verhm.errors import RequestError
from verhm.language import N_, _
from verhm.settings import AnalysisSettings, VideoSettings

FACE_SIZES = (512, 720, 1080)
VOICE_ON = (
    (N_("Whole recording"), "all"),
    (N_("Left channel"), "left"),
    (N_("Right channel"), "right"),
)


@dataclass(frozen=True)
class Limits:
    """What may be entered: from the lowest to the highest, in such steps."""

    lowest: float
    highest: float
    step: float


WINDOW, HOP, STRENGTH = Limits(2.0, 6.0, 0.5), Limits(0.5, 1.0, 0.25), Limits(0.0, 2.0, 0.1)


@dataclass(frozen=True)
class Choices:
    """What a person chose under Advanced, as the fields give it; None where one is empty."""

    window: float | None
    hop: float | None
    size: float | None
    strength: float | None
    seed: float | None
    channel: str

    def settings(self) -> AnalysisSettings:
        """How the recording is analysed.

        Raises:
            RequestError: E71 when a choice is unfit
        """
        hop, seed = _number("hop", self.hop), _number("seed", self.seed or 0)
        if not HOP.lowest <= hop <= HOP.highest:
            raise RequestError(
                "E71",
                f"The hop is {hop:.10g} s.",
                f"Choose one from {HOP.lowest:g} to {HOP.highest:g} s.",
            )
        if seed != seed // 1:  # neither a whole number nor a finite one
            raise RequestError("E71", f"The seed is {seed:.10g}.", "Enter a whole number.")
        return AnalysisSettings(
            window=_number("window", self.window),
            hop=hop,
            expression_strength=_number("expression strength", self.strength),
            seed=int(seed),
            channel=self.channel,
        )

    def video(self) -> VideoSettings:
        """How the face is drawn.

        Raises:
            RequestError: E71 when a choice is unfit
        """
        size = _number("face size", self.size)
        if size not in FACE_SIZES:
            raise RequestError(
                "E71", f"The face size is {size:.10g} px.", "Choose 512, 720 or 1080 px."
            )
        return VideoSettings(size=int(size))


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
        return read_details(
            self.recorded_on, self.language, self.task, self.note, self.phq9, self.gad7
        )

    def settings(self) -> AnalysisSettings:
        """How the recording is analysed.

        Raises:
            RequestError: E71 when a choice is unfit
        """
        return self._choices.settings()

    def video(self) -> VideoSettings:
        """How the face is drawn; raises as `settings`."""
        return self._choices.video()

    @property
    def _choices(self) -> Choices:
        return Choices(self.window, self.hop, self.size, self.strength, self.seed, self.channel)


def lay_out_details() -> list[Any]:
    """Date, language, task, note and questionnaires."""
    markup(_header(3, _("Details"), _("can wait until after")))
    return lay_out_detail_fields()


def lay_out_advanced() -> list[Any]:
    """Choices that most sessions leave alone."""
    usual = AnalysisSettings()
    with gr.Accordion(_("Advanced"), open=False, elem_id="advanced"):
        with gr.Row():
            window = _slider(WINDOW, usual.window, _("Window, s"))
            hop = _slider(HOP, usual.hop, _("Hop, s"))
        with gr.Row():
            channel = gr.Dropdown(
                [(_(words), name) for words, name in VOICE_ON],
                value=usual.channel,
                label=_("Patient's voice on"),
            )
            size = gr.Radio(
                FACE_SIZES, value=512, label=_("Face, pixels"), elem_classes="seg-radio"
            )
        with gr.Row():
            strength = _slider(STRENGTH, usual.expression_strength, _("Expression"))
            seed = gr.Number(0, precision=0, label=_("Seed"))
    return [window, hop, size, strength, seed, channel]


def _slider(limits: Limits, value: float, label: str) -> gr.Slider:
    return gr.Slider(limits.lowest, limits.highest, value, step=limits.step, label=label)


def _header(number: int, title: str, aside: str = "") -> str:
    return (
        f"<header class='step-head'><span class='no'>{number}</span><h2>{title}</h2>"
        f"<span class='grow'></span><span class='muted small'>{aside}</span></header>"
    )


def _number(name: str, value: float | None) -> float:
    if value is None:
        raise RequestError("E71", f"The {name} is no number.", "Enter a number, such as 1.")
    return float(value)
