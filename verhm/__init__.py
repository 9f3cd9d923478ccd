"""VERHM: the emotion in a voice as calibrated probabilities and as a 3D face."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verhm.analysis import Analyzer

__all__ = ["Analyzer"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # The networks load seconds of libraries: only who analyses pays for them.
    if name == "Analyzer":
        from verhm.analysis import Analyzer

        return Analyzer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
