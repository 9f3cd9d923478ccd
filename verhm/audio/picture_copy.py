"""The picture that a browser recorded beside a voice, made one that a player can seek in."""

from pathlib import Path
from typing import Final

from verhm.audio.child import Child
from verhm.audio.media import FILMS, film_input, look_at_picture, start_decoder
from verhm.audio.opening import demuxer_of
from verhm.audio.refusals import no_picture, refuse_slowness
from verhm.errors import AudioError

_TIME: Final = 300.0  # s; two hours take a few
_CROWDING: Final = (
    32  # how much closer frames from before the voice lie; 31 ms become one, at least
)
_WRITTEN: Final[dict[str, dict[str, object]]] = {
    "mov": {"f": "mp4", "movflags": "+faststart"},
    "matroska": {"f": "webm", "cues_to_front": 1},
}


def holds_picture(path: Path) -> bool:
    """Whether a file holds a moving picture that ffmpeg can show, beside whatever it sounds."""
    try:
        look_at_picture(path)
    except AudioError:
        return False
    return True


def copy_in_step(film: Path, target: Path, start: float) -> None:
    """Copy a film's picture, as it is coded, on the clock of the voice it was made beside.

    What a browser records has neither length nor index, so that nobody could seek in it. The first
    frame is shown from the voice's beginning on, and those from before it within its first moment:
    a film that begins later or earlier than at 0 is begun differently by each browser.

    Args:
        film: as the browser recorded it
        target: file to make, of the same container
        start: s of the voice at which the first frame was seen

    Raises:
        AudioError: E10–E13 as in decoding, E14 damaged, E16 took too long, E19 it holds no picture
            that can be shown
    """
    look_at_picture(film)
    demuxer = demuxer_of(film)
    if demuxer not in FILMS:
        raise no_picture()
    # A frame may be decoded before one that is shown earlier: both its times are moved alike.
    times = f"setts=pts={_moved('PTS', start)}:dts={_moved('DTS', start)}"
    written = {**_WRITTEN[demuxer], "c": "copy", "bsf:v": times, "map_metadata": -1}
    output = film_input(film, demuxer)["V:0"].output(f"file:{target.absolute()}", **written)
    with Child(start_decoder(output.overwrite_output())) as child, child.within(_TIME):
        status = child.finish()
    refuse_slowness(child, _TIME)
    if status != 0:
        raise AudioError("E14", "The picture is damaged and cannot be kept.", "Record it again.")


def _moved(time: str, start: float) -> str:
    """One of a packet's times on the voice's clock, in ffmpeg's words.

    It rises with the time it is made of, so that no frame comes before another one than it did.
    """
    since = f"({time}-STARTPTS)"
    shifted = f"max({since}/{_CROWDING},{since}+({start:.3f})/TB)"
    return f"if(gt({since},0),{shifted},{since})".replace(",", r"\,")
