"""What the app made up for the demonstration, and the words that say so of it.

It is a run's property, not its patient's: a voice can be tried while the demonstration is open.
"""

import hashlib
from dataclasses import replace
from typing import Final

from verhm.language import N_, _
from verhm.settings import VideoSettings
from verhm.types import ModelId

NOTE: Final = N_("Synthetic, made by the app. Nobody was recorded and no model was used.")
MODEL: Final = ModelId("demonstration (synthetic)", "1", hashlib.sha256(NOTE.encode()).hexdigest())
# Not "driven by voice": of the voice, only the loudness opens the mouth.
CAPTION: Final = N_("synthetic face · made-up figures")


def chip() -> str:
    """The words beside figures that were made up, as HTML."""
    words = _("Synthetic, made by the app: no model found this")
    return f"<span class='chip outline'>{words}</span>"


def is_made_up(model: ModelId | None) -> bool:
    """Whether a result was made up, going by what it says made it."""
    return model is not None and model.sha256 == MODEL.sha256


def marked(video: VideoSettings, model: ModelId | None) -> VideoSettings:
    """How a result's face is drawn: a made-up one says so in every picture."""
    return replace(video, caption=CAPTION) if is_made_up(model) else video
