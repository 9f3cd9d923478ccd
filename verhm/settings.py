"""What can be chosen about an analysis and a video: frozen, checked, stored with results."""

from dataclasses import dataclass
from typing import Final

from verhm.errors import RequestError
from verhm.language import N_

# Where in a recording the voice is: in the whole of it, or on one of two channels.
CHANNELS: Final = ("all", "left", "right")
CHANNEL_WORDS: Final = {
    "left": N_("left channel"),
    "right": N_("right channel"),
}  # all: nothing to say


def _require(name: str, value: float, low: float, high: float, unit: str = "") -> None:
    if not low <= value <= high:
        raise RequestError(
            "E71",
            f"The {name} is {value:.10g}{unit}.",
            f"Choose one from {low:.10g} to {high:.10g}{unit}.",
        )


@dataclass(frozen=True)
class AudioLimits:
    """What a recording may be; anything else is refused with a code."""

    sample_rate: int = 16_000  # Hz, what everything after decoding works with
    longest: float = 7_200.0  # s of decoded audio
    shortest: float = 1.0  # s of decoded audio
    shortest_speech: float = 1.0  # s of speech in the whole recording
    silence_level: float = -60.0  # dBFS, RMS of the loudest second
    decode_timeout: float = 300.0  # s of wall-clock time


@dataclass(frozen=True)
class AnalysisSettings:
    """How a recording is analysed."""

    window: float = 3.0  # s
    hop: float = 0.5  # s
    frame_rate: float = 30.0  # morph frames per second
    expression_strength: float = 1.0  # 0 = none, 1 = as measured, 2 = doubled
    seed: int = 0  # of blinks and of bootstrap intervals
    channel: str = "all"  # of `CHANNELS`; all: their average

    def __post_init__(self) -> None:
        _require("window", self.window, 2.0, 6.0, " s")
        _require("hop", self.hop, 0.25, 2.0, " s")
        _require("frame rate", self.frame_rate, 10.0, 60.0, " fps")
        _require("expression strength", self.expression_strength, 0.0, 2.0)
        _require("seed", self.seed, 0, 2**31 - 1)
        if self.channel not in CHANNELS:
            raise RequestError(
                "E71", f"The channel is “{self.channel}”.", "Choose all, left or right."
            )


@dataclass(frozen=True)
class VideoSettings:
    """How the face is drawn. The frame rate is that of the morphs."""

    size: int = 512  # px, square
    avatar: str = "neutral"  # whose face; nothing of the analysis depends on it
    caption: str = N_("synthetic face driven by voice")

    def __post_init__(self) -> None:
        _require("video size", self.size, 128, 1080, " px")
        if self.size % 2:
            raise RequestError(
                "E71", f"The video size is {self.size} px.", "Choose an even one, as H.264 needs."
            )
