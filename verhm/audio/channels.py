"""Which of a recording's channels is kept, and when there is none such to keep."""

from typing import Final

from verhm.audio.mixing import Mixer
from verhm.errors import AudioError

_SIDES: Final = ("left", "right")  # in the order in which files keep them


def kept_channel(channel: str, count: int) -> int | None:
    """Say which channel of a file is kept.

    Args:
        channel: of `verhm.settings.CHANNELS`
        count: channels of the file; 0 when nothing of it could be read

    Returns:
        its index, or None for the average of all

    Raises:
        AudioError: E24 when the file has no left and right: it has one channel, or more than two,
            of which nobody says who is on which
    """
    if channel not in _SIDES or count == 0:
        return None
    if count == 1:
        raise _no_sides("The recording has only one channel.")
    if count > len(_SIDES):
        raise _no_sides(
            f"The recording has {count} channels; left and right are only known where it has two."
        )
    return _SIDES.index(channel)


def refuse_twice_the_same(mixer: Mixer, channel: str) -> None:
    """Raise E24 where keeping one channel would keep whoever is on the other as well."""
    if channel in _SIDES and mixer.is_twice_the_same:
        raise _no_sides("Both channels of the recording carry the same sound.")


def _no_sides(cause: str) -> AudioError:
    return AudioError("E24", cause, "Analyse the whole recording.")
