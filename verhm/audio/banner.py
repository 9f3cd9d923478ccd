"""What ffmpeg says about its input, read off its messages (there is no ffprobe in the wheel)."""

import re
from dataclasses import dataclass

# Metadata of the file is printed too, but always indented by four or more spaces: a title cannot
# pass for one of these lines.
_STREAM = re.compile(r"^  Stream #0:\d+\S*: (Audio|Video|Subtitle|Data|Attachment)(: .*)?$", re.M)
_INPUT = re.compile(r"^Input #0, ", re.M)
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.M)


@dataclass(frozen=True)
class Banner:
    """The input as ffmpeg found it.

    Attributes:
        has_input: whether the container could be opened at all
        codec: of the first sound track; empty when there is none
        sample_rate: Hz of the first sound track; 0 when unknown
        duration: s as the container says; NaN when it does not say, or says so of a picture too
        is_partial: whether the container's index points beyond the end of the file
        lacks_decoder: whether the codec is unknown or not allowed
    """

    has_input: bool
    codec: str
    sample_rate: int
    duration: float
    is_partial: bool
    lacks_decoder: bool


def read_banner(text: str) -> Banner:
    """Read ffmpeg's messages at log level "info"."""
    input_part = text.split("\nStream mapping:")[0].split("\nOutput #0")[0]
    streams = [
        (kind, rest or "")
        for kind, rest in _STREAM.findall(input_part)
        if "(attached pic)" not in (rest or "")
    ]
    sound = next((rest for kind, rest in streams if kind == "Audio"), "")
    codec = re.match(r": (\w+)", sound)
    rate = re.search(r", (\d+) Hz", sound)
    lacks = codec is not None and (
        f"Codec ({codec[1]}" in text or "Decoder not found" in text or codec[1] == "none"
    )
    return Banner(
        has_input=bool(_INPUT.search(text)),
        codec=codec[1] if codec else "",
        sample_rate=int(rate[1]) if rate else 0,
        duration=_duration(input_part) if len(streams) == 1 else float("nan"),
        is_partial=": partial file" in text,
        lacks_decoder=lacks,
    )


def _duration(text: str) -> float:
    found = _DURATION.search(text)
    if not found or "Estimating duration from bitrate" in text:
        return float("nan")
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])
