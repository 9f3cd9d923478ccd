"""Sound and video files in and out; the only user of ffmpeg.

The program is the one in imageio-ffmpeg's wheel, so nothing has to be installed. It is started
with lists of arguments and reads files straight from their path.
"""

import contextlib
import hashlib
import struct
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO

import ffmpeg
import imageio_ffmpeg
import numpy as np

from verhm.audio.banner import Banner, read_banner
from verhm.audio.child import Child
from verhm.audio.mixing import Mixer
from verhm.audio.refusals import refuse_failure, refuse_loss
from verhm.audio.sniffing import choose_demuxer
from verhm.audio.video_writer import VideoWriter, beside, refusing_folder, write_wav
from verhm.audio.wav_header import missing_seconds
from verhm.errors import AudioError, RenderError
from verhm.settings import AudioLimits
from verhm.stages import Progress, Stage, no_progress
from verhm.types import Recording, Source, Waveform

_CODECS = (
    *("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le"),
    *("pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_alaw", "pcm_mulaw"),
    *("adpcm_ms", "adpcm_ima_wav", "adpcm_ima_qt", "mp2", "mp2float", "mp3", "mp3float"),
    *("flac", "alac", "aac", "vorbis", "libvorbis", "opus", "libopus", "amrnb", "amrwb"),
)
_MEMORY = 512 * 1024 * 1024  # bytes that ffmpeg may ask for at once
_BLOCK = 1 << 16  # sample frames read at once
_CHUNK = 1 << 24  # bytes hashed at once
_AU_HEADER = 24  # bytes
_MOMENT = 0.1  # s decoded of a sound file to see whether it can be used
_ERROR_RATE = 0.1  # share of undecodable packets from which on ffmpeg gives up

_QUALITY = {"vcodec": "libx264", "preset": "veryfast", "crf": 20, "pix_fmt": "yuv420p"}
# AAC ends on a whole packet of 1024 samples: at 48 kHz that is 21 ms, less than a video frame.
_SOUND = {"acodec": "aac", "audio_bitrate": "128k", "ar": 48_000}
_LIMITS = AudioLimits()
_NO_FFMPEG = "Install the program again, with its package imageio-ffmpeg."


def decode(
    path: Path, limits: AudioLimits = _LIMITS, progress: Progress = no_progress
) -> Recording:
    """Read the first sound track of a file as mono at the rate everything works with.

    The format is judged by the file's content. Playlists, picture lists and other formats that
    open further files are never given to ffmpeg, which may use this one file, no other protocol,
    and only the decoders listed here.

    Channels are averaged. Where that cancels them (one wired with the wrong polarity), the loudest
    is taken instead.

    A file that says how long it is and holds half a second less is refused as broken off; so are
    files with more than a tenth of their packets undecodable. Where the format says nothing (a
    browser's WebM, Ogg, bare AAC, MP3 without a header), what is there is all one can know of, and
    it is accepted. Samples beyond full scale are set to full scale; NaN and infinite ones are a
    reason to refuse.

    Args:
        path: of a regular file
        limits: sample rate, longest duration and time to spend
        progress: told the share decoded, where the file says how long it is; may raise `Cancelled`

    Returns:
        the waveform in [-1, 1] and what it came from; memory grows with the decoded length only

    Raises:
        AudioError: E10 not found or unreadable, E11 empty, E12 playlist, E13 not audio,
            E14 damaged or broken off, E15 too long, E16 took too long, E17 no sound track
    """
    with _refusing_unreadable():
        demuxer = _choose_demuxer(path)
        missing = _missing_seconds(path) if demuxer == "wav" else 0.0
        digest = _hash(path, progress)
    deadline = time.monotonic() + limits.decode_timeout
    mixer, banner, channels = _read(path, demuxer, None, limits, deadline, progress)
    if mixer.is_cancelled:
        loudest = mixer.loudest_channel
        mixer, *_ = _read(path, demuxer, loudest, limits, deadline, progress)
    waveform = Waveform(mixer.finish(), limits.sample_rate)
    refuse_loss(banner, missing, waveform.duration)
    return Recording(waveform, Source(digest, demuxer, banner.codec, banner.sample_rate, channels))


@contextlib.contextmanager
def open_video(
    path: Path,
    size: int,
    frame_rate: float,
    audio: Path | Waveform | None,
    waiting: Callable[[], None] = lambda: None,
) -> Iterator[VideoWriter]:
    """Write an MP4 (H.264, AAC) that appears under its name only when it is complete.

    The sound is that of the file or waveform, from its first sample on, gaps closed, as `decode`
    hears it; tags of the file are not taken over. The video lasts as long as its frames.

    Args:
        path: of the video; replaced when it exists
        size: px, even; frames are square
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
            process = _start_encoder(partial, size, frame_rate, sound)
            child = stack.enter_context(Child(process))
            assert process.stdin is not None
            writer = VideoWriter(process.stdin, child, size, thread, waiting)
            yield writer
            writer.finish()
        with refusing_folder():
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextlib.contextmanager
def _refusing_unreadable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise AudioError(
            "E10", "The file cannot be read.", "Check that you may open it, or copy it elsewhere."
        ) from error


def _choose_demuxer(path: Path) -> str:
    if not path.is_file():
        raise AudioError("E10", "There is no such file.", "Choose a sound or video file.")
    with path.open("rb") as stream:
        return choose_demuxer(stream)


def _missing_seconds(path: Path) -> float:
    with path.open("rb") as stream:
        return missing_seconds(stream)


def _hash(path: Path, progress: Progress) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while data := stream.read(_CHUNK):
            digest.update(data)
            progress(Stage.DECODE, 0.0)
    return digest.hexdigest()


def _input(path: Path, demuxer: str) -> ffmpeg.nodes.FilterableStream:
    """The first sound track of a file, read by one demuxer and the listed decoders only."""
    source = ffmpeg.input(
        f"file:{path.absolute()}",
        f=demuxer,
        format_whitelist=demuxer,
        protocol_whitelist="file",
        codec_whitelist=",".join(_CODECS),
        max_error_rate=_ERROR_RATE,
        threads=1,
    )
    return source["a:0"]


def _start(output: ffmpeg.nodes.OutputStream, **pipes: bool) -> subprocess.Popen:
    """Start ffmpeg; raises OSError or RuntimeError when it is missing or may not be run."""
    arguments = ("-hide_banner", "-nostats", "-max_alloc", str(_MEMORY))
    return output.global_args(*arguments).run_async(
        cmd=imageio_ffmpeg.get_ffmpeg_exe(), pipe_stderr=True, **pipes
    )


def _start_decoder(output: ffmpeg.nodes.OutputStream, **pipes: bool) -> subprocess.Popen:
    try:
        return _start(output.global_args("-nostdin"), **pipes)
    except (OSError, RuntimeError) as error:
        raise AudioError(
            "E10", "The file cannot be read: ffmpeg did not start.", _NO_FFMPEG
        ) from error


def _read(
    path: Path,
    demuxer: str,
    channel: int | None,
    limits: AudioLimits,
    deadline: float,
    progress: Progress,
) -> tuple[Mixer, Banner, int]:
    """Run ffmpeg once and keep the average of the channels, or one of them."""
    # Sun's AU is the simplest container that tells the number of channels in a pipe.
    output = _input(path, demuxer).output(
        "pipe:1", f="au", acodec="pcm_f32be", ar=limits.sample_rate
    )
    process = _start_decoder(output, pipe_stdout=True)
    assert process.stdout is not None
    with Child(process) as child, child.within(deadline - time.monotonic()):
        channels = _read_channels(process.stdout)
        mixer = Mixer(round(limits.longest * limits.sample_rate), channels, channel)
        _fill(mixer, process.stdout, channels, child, limits.sample_rate, progress)
        status = child.finish()
    _refuse_slowness(child, limits)
    banner = read_banner(child.messages)
    refuse_failure(status, banner, mixer.count)
    return mixer, banner, channels


def _refuse_slowness(child: Child, limits: AudioLimits) -> None:
    if child.timed_out:
        raise AudioError(
            "E16",
            f"Reading the file took more than {limits.decode_timeout:g} s.",
            "Save it as a WAV file and try again.",
        )


def _read_channels(pipe: IO[bytes]) -> int:
    """Read an AU header to its end; returns the number of channels, or 1 when nothing comes."""
    header = pipe.read(_AU_HEADER)
    if len(header) < _AU_HEADER:
        return 1
    _, start, _, _, _, channels = struct.unpack(">4s5I", header)
    pipe.read(start - _AU_HEADER)
    return channels


def _fill(
    mixer: Mixer,
    pipe: IO[bytes],
    channels: int,
    child: Child,
    sample_rate: int,
    progress: Progress,
) -> None:
    duration = read_banner(child.messages).duration
    frame = 4 * channels
    while data := pipe.read(_BLOCK * frame):
        whole = len(data) // frame * frame
        mixer.append(np.frombuffer(data[:whole], dtype=">f4").reshape(-1, channels))
        # ffmpeg tells hundredths of a second: 0 for the shortest files, NaN where it does not know.
        share = mixer.count / sample_rate / duration if duration > 0 else 0.0
        progress(Stage.DECODE, min(share, 1.0))


@contextlib.contextmanager
def _sound_input(
    audio: Path | Waveform | None, video: Path
) -> Iterator[ffmpeg.nodes.FilterableStream | None]:
    """The sound as ffmpeg's input; a waveform lies in a file beside the video for the time."""
    if audio is None:
        yield None
        return
    if isinstance(audio, Path):
        with _refusing_unreadable():
            demuxer = _choose_demuxer(audio)
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
    with Child(_start_decoder(start)) as child, child.within(_LIMITS.decode_timeout):
        status = child.finish()
    _refuse_slowness(child, _LIMITS)
    refuse_failure(status, read_banner(child.messages), count=1)


def _start_encoder(
    path: Path, size: int, frame_rate: float, sound: ffmpeg.nodes.FilterableStream | None
) -> subprocess.Popen:
    video = ffmpeg.input(
        "pipe:0", f="rawvideo", pix_fmt="rgb24", s=f"{size}x{size}", framerate=frame_rate
    )
    streams, options = [video], dict(_QUALITY)
    if sound is not None:
        # Counting samples closes gaps and late starts, as decoding to a waveform does.
        sound = sound.filter("asetpts", "N/SR/TB").filter("aformat", channel_layouts="mono|stereo")
        streams, options = [video, sound], {**_QUALITY, **_SOUND}
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
