"""The steps of the work, and how they report."""

import enum
from collections.abc import Callable


class Stage(enum.StrEnum):
    """The steps a person sees go by, in order."""

    DECODE = "decode"
    QUALITY = "quality"
    SPEECH = "speech"
    EMOTION = "emotion"
    FACE = "face"
    RENDER = "render"
    SAVE = "save"


Progress = Callable[[Stage, float], None]
"""Called with a stage and its share done in [0, 1]. It may raise `Cancelled` to stop the work."""


def no_progress(stage: Stage, share: float) -> None:
    """Report to nobody."""


def portion(progress: Progress, start: float, end: float) -> Progress:
    """For one of several steps of a stage: its own share becomes the stage's, `start` to `end`."""
    return lambda stage, share: progress(stage, start + (end - start) * share)
