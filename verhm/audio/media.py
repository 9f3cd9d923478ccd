"""Sound and video files in and out; the only user of ffmpeg.

The program is the one in imageio-ffmpeg's wheel, so nothing has to be installed. It is started
with lists of arguments and reads files straight from their path.
"""

import contextlib
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import ffmpeg
import imageio_ffmpeg

from verhm.audio.banner import Banner, read_banner
from verhm.audio.channels import kept_channel, refuse_twice_the_same
from verhm.audio.child import Child
from verhm.audio.codecs import COLOURS, HEARD, MATRIX, QUALITY, SEEN, SOUND
from verhm.audio.mixing import Mixer
from verhm.audio.opening import demuxer_of, hash_file, seconds_lost
from verhm.audio.picture_stream import Picture, PictureStream, Timing, read_first_frame
from verhm.audio.refusals import no_picture, refuse_failure, refuse_loss, refuse_slowness
from verhm.audio.sound_clock import SoundClock, read_sound_clock
from verhm.audio.sound_pipe import fill, read_channels
from verhm.audio.video_writer import VideoWriter, beside, refusing_folder, write_wav
from verhm.errors import AudioError, RenderError
from verhm.settings import AudioLimits
from verhm.stages import Progress, no_progress
from verhm.types import Recording, Source, Waveform

_PIXELS = 4096 * 2304  # of a picture; more takes more memory than a laptop can spare
FILMS = ("mov", "matroska")  # demuxers of what may hold a moving picture
_MARGIN = "0x10181f"  # colour beside a picture of another shape than its place
_MEMORY = 512 * 1024 * 1024  # bytes that ffmpeg may ask for at once
_MOMENT = 0.1  # s decoded of a sound file to see whether it can be used
_ERROR_RATE = 0.1  # share of undecodable packets from which on ffmpeg gives up
_LIMITS = AudioLimits()
_NO_FFMPEG = "Install the program again, with its package imageio-ffmpeg."


def decode(
    path: Path,
    limits: AudioLimits = _LIMITS,
    progress: Progress = no_progress,
    channel: str = "all",
) -> Recording:
    """Read the first sound track of a file as mono at the rate everything works with.

    The format is judged by the file's content. Playlists, picture lists and other formats that
    open further files are never given to ffmpeg, which may use this one file, no other protocol,
    and only the decoders listed here.

    Channels are averaged, or one of two is kept. Where averaging cancels them (one wired with the
    wrong polarity), the loudest is taken instead.

    A file that says how long it is and holds half a second less is refused as broken off; so are
    files with more than a tenth of their packets undecodable. Where the format says nothing (a
    browser's WebM, Ogg, bare AAC, MP3 without a header), what is there is all one can know of, and
    it is accepted. Samples beyond full scale are set to full scale; NaN and infinite ones are a
    reason to refuse.

    Args:
        path: of a regular file
        limits: sample rate, longest duration and time to spend
        progress: told the share decoded, where the file says how long it is; may raise `Cancelled`
        channel: of `verhm.settings.CHANNELS`

    Returns:
        the waveform in [-1, 1] and what it came from; memory grows with the decoded length only

    Raises:
        AudioError: E10 not found or unreadable, E11 empty, E12 playlist, E13 not audio,
            E14 damaged or broken off, E15 too long, E16 took too long, E17 no sound track,
            E24 no left and right to choose from
    """
    demuxer = demuxer_of(path)
    missing, digest = seconds_lost(path, demuxer), hash_file(path, progress)
    deadline = time.monotonic() + limits.decode_timeout
    keep = partial(kept_channel, channel)
    mixer, banner, channels = _read(path, demuxer, keep, limits, deadline, progress)
    refuse_twice_the_same(mixer, channel)
    beside = mixer.other_level
    if channel == "all" and mixer.is_cancelled:
        loudest = mixer.loudest_channel
        mixer, *_ = _read(path, demuxer, lambda _: loudest, limits, deadline, progress)
    waveform = Waveform(mixer.finish(), limits.sample_rate)
    refuse_loss(banner, missing, waveform.duration)
    source = Source(digest, demuxer, banner.codec, banner.sample_rate, channels)
    return Recording(waveform, source, beside)


@contextlib.contextmanager
def open_video(
    path: Path,
    shape: tuple[int, int],
    frame_rate: float,
    audio: Path | Waveform | None,
    waiting: Callable[[], None] = lambda: None,
) -> Iterator[VideoWriter]:
    """Write an MP4 (H.264, AAC) that appears under its name only when it is complete.

    The sound is that of the file or waveform, from its first sample on, gaps closed, as `decode`
    hears it; tags of the file are not taken over. The video lasts as long as its frames.

    Args:
        path: of the video; replaced when it exists
        shape: height and width of the frames, px, even
        frame_rate: frames per second
        audio: file with a sound track, or sound, or None for a silent video
        waiting: called again and again while the encoder takes long; may raise

    Yields:
        the writer to give the frames to

    Raises:
        RenderError: E42 when it cannot be written; nothing is left behind then
        AudioError: E10–E17 when the sound file is unfit
    """
    partial = beside(path, ".part")
    try:
        with contextlib.ExitStack() as stack:
            sound = stack.enter_context(_sound_input(audio, path))
            thread = stack.enter_context(ThreadPoolExecutor(max_workers=1))
            process = _start_encoder(partial, shape, frame_rate, sound)
            child = stack.enter_context(Child(process))
            assert process.stdin is not None
            writer = VideoWriter(process.stdin, child, shape, thread, waiting)
            yield writer
            writer.finish()
        with refusing_folder():
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def look_at_picture(path: Path) -> Picture:
    """Find out, from its beginning, what a film shows.

    Raises:
        AudioError: E10–E13 as in decoding, E16 took too long, E19 it holds no moving picture, or
            one that cannot be shown
    """
    demuxer = demuxer_of(path)
    if demuxer not in FILMS:
        raise no_picture()
    # A capital V, since a cover is one of the lower-case ones.
    look = film_input(path, demuxer)["V:0"].filter("showinfo").output("-", f="null", frames=1)
    with Child(start_decoder(look)) as child, child.within(_LIMITS.decode_timeout):
        child.finish()
    refuse_slowness(child, _LIMITS.decode_timeout)
    found = read_first_frame(child.messages)
    if found is None:
        raise no_picture()
    return Picture(*found)


def _sound_clock(path: Path, demuxer: str, waiting: Callable[[], None]) -> SoundClock:
    def lines(pipe: Iterable[bytes]) -> Iterator[str]:
        for line in pipe:
            waiting()
            yield line.decode()

    packets = film_input(path, demuxer)["a:0"].output("pipe:1", f="framecrc", c="copy")
    process = start_decoder(packets, pipe_stdout=True)
    assert process.stdout is not None
    with Child(process) as child, child.within(_LIMITS.decode_timeout):
        clock = read_sound_clock(lines(process.stdout))
    refuse_slowness(child, _LIMITS.decode_timeout)
    return clock


@contextlib.contextmanager
def open_picture(
    path: Path,
    picture: Picture,
    shape: tuple[int, int],
    frame_rate: float,
    waiting: Callable[[], None] = lambda: None,
) -> Iterator[PictureStream]:
    """Read the picture of a film along with its sound.

    Args:
        path: of the film
        picture: found by `look_at_picture`
        shape: height and width of the frames, px, even; a picture of another shape gets margins
        frame_rate: of the frames, whatever the film's own is
        waiting: called again and again while the decoder takes long; may raise

    Yields:
        the stream to ask for frames

    Raises:
        AudioError: E10 when the file cannot be read any more
    """
    demuxer = demuxer_of(path)
    height, width = shape
    # Every filter begins anew whenever the film changes its shape.
    shown = film_input(path, demuxer)["V:0"].filter("fps", frame_rate)
    shown = shown.filter(
        "scale",
        w=f"2*trunc(min({width},{height}*dar)/2)",
        h=f"2*trunc(min({height},{width}/dar)/2)",
    )
    shown = shown.filter("pad", w=width, h=height, x="(ow-iw)/2", y="(oh-ih)/2", color=_MARGIN)
    # The rate once more, since it also fills the time before the first frame.
    raw = {"f": "rawvideo", "pix_fmt": "rgb24", "r": frame_rate, "fps_mode": "cfr"}
    with contextlib.ExitStack() as stack:
        clock = _sound_clock(path, demuxer, waiting)
        thread = stack.enter_context(ThreadPoolExecutor(max_workers=1))
        process = start_decoder(shown.output("pipe:1", **raw), pipe_stdout=True)
        child = stack.enter_context(Child(process))
        assert process.stdout is not None
        timing = Timing(picture.start, clock, frame_rate)
        yield PictureStream(process.stdout, child, shape, timing, thread, waiting)


def _input(path: Path, demuxer: str) -> ffmpeg.nodes.FilterableStream:
    """The first sound track of a file, read by one demuxer and the listed decoders only."""
    return _file_input(path, demuxer, HEARD, max_error_rate=_ERROR_RATE)["a:0"]


def film_input(path: Path, demuxer: str) -> ffmpeg.nodes.FilterableStream:
    """A film with everything in it, which is turned upright as it says.

    ffmpeg counts time from the first thing that it can decode: so sound and picture are on the same
    clock only if both may be decoded, whichever is asked for.
    """
    return _file_input(path, demuxer, HEARD + SEEN, max_pixels=_PIXELS)


def _file_input(
    path: Path, demuxer: str, codecs: tuple[str, ...], **options: object
) -> ffmpeg.nodes.FilterableStream:
    return ffmpeg.input(
        f"file:{path.absolute()}",
        f=demuxer,
        format_whitelist=demuxer,
        protocol_whitelist="file",
        codec_whitelist=",".join(codecs),
        threads=1,
        **options,
    )


def _start(output: ffmpeg.nodes.OutputStream, **pipes: bool) -> subprocess.Popen:
    """Start ffmpeg; raises OSError or RuntimeError when it is missing or may not be run."""
    arguments = ("-hide_banner", "-nostats", "-max_alloc", str(_MEMORY))
    return output.global_args(*arguments).run_async(
        cmd=imageio_ffmpeg.get_ffmpeg_exe(), pipe_stderr=True, **pipes
    )


def start_decoder(output: ffmpeg.nodes.OutputStream, **pipes: bool) -> subprocess.Popen:
    """Start ffmpeg on a file that is read; raises `AudioError` (E10) when it is missing."""
    try:
        return _start(output.global_args("-nostdin"), **pipes)
    except (OSError, RuntimeError) as error:
        raise AudioError(
            "E10", "The file cannot be read: ffmpeg did not start.", _NO_FFMPEG
        ) from error


def _read(
    path: Path,
    demuxer: str,
    keep: Callable[[int], int | None],
    limits: AudioLimits,
    deadline: float,
    progress: Progress,
) -> tuple[Mixer, Banner, int]:
    """Run ffmpeg once; `keep` takes the number of channels and names one, or None for all."""
    output = _input(path, demuxer).output(
        "pipe:1", f="au", acodec="pcm_f32be", ar=limits.sample_rate
    )
    process = start_decoder(output, pipe_stdout=True)
    assert process.stdout is not None
    with Child(process) as child, child.within(deadline - time.monotonic()):
        channels = read_channels(process.stdout)
        mixer = Mixer(round(limits.longest * limits.sample_rate), channels, keep(channels))
        fill(mixer, process.stdout, channels, child, limits.sample_rate, progress)
        status = child.finish()
    refuse_slowness(child, limits.decode_timeout)
    banner = read_banner(child.messages)
    refuse_failure(status, banner, mixer.count)
    return mixer, banner, channels


@contextlib.contextmanager
def _sound_input(
    audio: Path | Waveform | None, video: Path
) -> Iterator[ffmpeg.nodes.FilterableStream | None]:
    """The sound as ffmpeg's input; a waveform lies in a file beside the video for the time."""
    if audio is None:
        yield None
        return
    if isinstance(audio, Path):
        demuxer = demuxer_of(audio)
        _refuse_unusable(audio, demuxer)
        yield _input(audio, demuxer)
        return
    path = beside(video, ".wav")
    try:
        with refusing_folder():
            write_wav(path, audio)
        yield _input(path, "wav")
    finally:
        path.unlink(missing_ok=True)


def _refuse_unusable(path: Path, demuxer: str) -> None:
    """Raise as `decode` does when a file has no sound track that can be decoded."""
    start = _input(path, demuxer).output("-", f="null", t=_MOMENT)
    with Child(start_decoder(start)) as child, child.within(_LIMITS.decode_timeout):
        status = child.finish()
    refuse_slowness(child, _LIMITS.decode_timeout)
    refuse_failure(status, read_banner(child.messages), count=1)


def _start_encoder(
    path: Path,
    shape: tuple[int, int],
    frame_rate: float,
    sound: ffmpeg.nodes.FilterableStream | None,
) -> subprocess.Popen:
    size = f"{shape[1]}x{shape[0]}"
    video = ffmpeg.input("pipe:0", f="rawvideo", pix_fmt="rgb24", s=size, framerate=frame_rate)
    video = video.filter("scale", **MATRIX).filter("setparams", **COLOURS)
    streams, options = [video], dict(QUALITY)
    if sound is not None:
        # Counting samples closes gaps and late starts, as decoding to a waveform does.
        sound = sound.filter("asetpts", "N/SR/TB").filter("aformat", channel_layouts="mono|stereo")
        streams, options = [video, sound], {**QUALITY, **SOUND}
    output = ffmpeg.output(
        *streams,
        f"file:{path.absolute()}",
        f="mp4",
        movflags="+faststart",
        map_metadata=-1,
        **options,
    )
    try:
        return _start(output, pipe_stdin=True)
    except (OSError, RuntimeError) as error:
        raise RenderError(
            "E42", "The video could not be written: ffmpeg did not start.", _NO_FFMPEG
        ) from error
