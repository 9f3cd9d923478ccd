"""When what came out of ffmpeg is not to be used."""

from verhm.audio.banner import Banner
from verhm.audio.child import Child
from verhm.audio.sniffing import FORMATS
from verhm.errors import AudioError

_ALLOWED_LOSS = 0.5  # s that a file may hold less than it says; encoders round and pad


def refuse_failure(status: int, banner: Banner, count: int) -> None:
    """Raise when ffmpeg gave up.

    Args:
        status: its exit status
        banner: what it said about the input
        count: samples that came out

    Raises:
        AudioError: E13 unknown codec, E14 cannot be decoded, E17 no sound track
    """
    if banner.lacks_decoder:
        raise AudioError(
            "E13", "The sound in the file is coded in a way that cannot be read.", f"Use {FORMATS}."
        )
    if status != 0 and banner.has_input and not banner.codec:
        raise AudioError(
            "E17", "The file has no sound track.", "Choose a recording that holds a voice."
        )
    if status != 0 or count == 0:
        raise AudioError(
            "E14", "The file is damaged and cannot be decoded.", "Copy or export it again."
        )


def no_picture() -> AudioError:
    """E19, of a recording that is to be shown beside its face."""
    return AudioError(
        "E19",
        "The recording holds no moving picture that can be shown, or one larger than 4096 × 2304.",
        "Make the video without the recording's own picture.",
    )


def refuse_loss(banner: Banner, missing: float, duration: float) -> None:
    """Raise when a file holds less than it says.

    Args:
        banner: what ffmpeg said about the input
        missing: seconds that a WAV header promises and the file lacks
        duration: s, decoded

    Raises:
        AudioError: E14
    """
    lost = max(missing, banner.duration - duration if banner.duration > 0 else 0.0)
    if lost > _ALLOWED_LOSS or banner.is_partial:
        raise AudioError(
            "E14", "The file breaks off before its end or has gaps.", "Copy or export it again."
        )


def refuse_slowness(child: Child, limit: float) -> None:
    """Raise E16 when ffmpeg was ended for taking longer than the limit, in seconds."""
    if child.timed_out:
        raise AudioError(
            "E16",
            f"Reading the file took more than {limit:g} s.",
            "Save it as a WAV file and try again.",
        )
