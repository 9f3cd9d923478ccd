"""Step 1: run every clip through the frozen trunk once and keep what the rest learns from.

Resumable: what is there is not made again. Needs RAVDESS, EMO-DB and FACEGOOD under --data, and
eSpeak NG.
"""

import argparse
import os
import zlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile
import torch
from safetensors.torch import save_file
from tqdm import tqdm

from training import synthesised_speech
from training.cache import (
    ENCODER,
    HOP,
    WINDOW,
    ClipFeatures,
    MouthClip,
    Prepared,
    SpokenClip,
    features_path,
    frames_path,
    mouth_path,
    spoken_folder,
    write_features,
    write_frames,
    write_mouth,
    write_settings,
    write_spoken,
)
from training.corpora.clip import Clip
from training.corpora.emodb import read_emodb
from training.corpora.facegood import FaceClip, read_facegood
from training.corpora.ravdess import read_ravdess
from training.perturbation.composition import VOICES, perturb
from training.synthesised_speech import Utterance, read_aloud
from training.targets import mouth_targets
from verhm.audio.activity import detect_speech
from verhm.audio.quality import measure_quality
from verhm.model.branch import PACE, merge
from verhm.model.encoder import read_encoder
from verhm.model.features import FRAME_RATE, LONGEST, SAMPLES_PER_FRAME
from verhm.model.network import NetworkSettings, VoiceNetwork
from verhm.model.pooling import Windows
from verhm.model.segments import count_frames, place_segments, speech_frames, window_frames
from verhm.types import SpeechActivity, Waveform
from verhm.windows import window_bounds

COPIES = 8  # perturbed copies of each clip
MOUTH_COPIES = 4  # of each recording with curves: one speaker has to stand for many

_Item = TypeVar("_Item")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.prepare", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument(
        "--encoder",
        required=True,
        help="folder, or name in transformers' cache, of a Whisper, wav2vec2, HuBERT or WavLM",
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made")
    parser.add_argument("--copies", type=int, default=COPIES, help="perturbed copies per clip")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        raise SystemExit(f"{arguments.data} is no folder; --data names that of the corpora")
    prepare(arguments.data, arguments.encoder, arguments.work, arguments.copies)
    print(arguments.work)


def prepare(data: Path, source: str, work: Path, copies: int) -> None:
    """Describe all clips of all corpora.

    Args:
        data: folder of the corpora
        source: of the pretrained encoder, as `read_encoder` takes it
        work: folder for what is made
        copies: perturbed copies of each RAVDESS and EMO-DB clip, beside the original
    """
    network = make_network(source)
    if Path(source).is_dir():
        source = str(Path(source).resolve())
    write_settings(work, Prepared(data.resolve(), source, network.settings, copies))
    save_file(
        {name: tensor.half() for name, tensor in network.encoder.state_dict().items()},
        work / ENCODER,
    )
    # Sound is perturbed on one core; two clips at a time keep two cores busy.
    torch.set_num_threads(1)
    clip = partial(describe_clip, network, work, copies)
    _for_each("RAVDESS", read_ravdess(data / "ravdess"), clip)
    _for_each("EMO-DB", read_emodb(data / "emodb"), clip)
    mouth = partial(describe_mouth, network, work, MOUTH_COPIES)
    _for_each("FACEGOOD", read_facegood(data / "facegood"), mouth)
    for is_held_out in (False, True):
        scripts = synthesised_speech.HELD_OUT if is_held_out else synthesised_speech.TRAINING
        folder = spoken_folder(work, is_held_out)
        utterances = list(enumerate(read_aloud(scripts)))
        _for_each("eSpeak", utterances, partial(describe_utterance, network, folder))


def _for_each(title: str, items: Iterable[_Item], work: Callable[[_Item], None]) -> None:
    every = list(items)
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        for _ in tqdm(workers.map(work, every), title, total=len(every)):
            pass


def make_network(source: str) -> VoiceNetwork:
    """A network with the lower layers of a pretrained encoder and heads that know nothing yet."""
    settings, encoder = read_encoder(source, NetworkSettings().encoder.layers)
    network = VoiceNetwork(NetworkSettings(encoder=settings)).eval()
    network.encoder = encoder
    # Stored in half precision, so this is what inference will run with.
    network.encoder.half().float()
    return network


def read_sound(path: Path) -> Waveform:
    """Read a corpus' 16 kHz mono file."""
    samples, sample_rate = soundfile.read(path, dtype="float32")
    return Waveform(samples, sample_rate)


def describe_clip(network: VoiceNetwork, work: Path, copies: int, clip: Clip) -> None:
    """Describe a clip and its perturbed copies, unless that has been done."""
    paths = [features_path(work, clip, copy) for copy in range(copies + 1)]
    if all(path.exists() for path in paths):
        return
    waveform = read_sound(clip.path)
    activity = detect_speech(waveform)
    # The seed follows the name: copies do not depend on which clips were done before.
    rng = np.random.default_rng(zlib.crc32(clip.name.encode()))
    frames = trunk_frames(network, waveform)
    write_frames(frames_path(work, clip), frames, speech_frames(activity, len(frames)))
    write_features(paths[0], describe(network, waveform, activity))
    for path in paths[1:]:
        copy, speed = perturb(waveform, rng)
        spoken = SpeechActivity(activity.spans / speed)
        write_features(path, describe(network, copy, spoken))


@torch.inference_mode()
def describe(network: VoiceNetwork, waveform: Waveform, activity: SpeechActivity) -> ClipFeatures:
    """Windows of a clip of at most 12 s, and the clip as a whole.

    Raises:
        ValueError: for a longer one
    """
    starts, ends = window_bounds(waveform.duration, WINDOW, HOP)
    frames = count_frames(len(waveform.samples))
    first, length = window_frames(starts, ends, frames)
    if frames > LONGEST:
        raise ValueError(f"a clip of {waveform.duration:.1f} s is too long for the encoder")
    speech = torch.from_numpy(speech_frames(activity, frames))[None]
    layers = _layers(network, waveform.samples[: frames * SAMPLES_PER_FRAME])
    start = torch.from_numpy(first)
    windows = Windows(torch.zeros_like(start), start, length)
    whole = Windows(torch.tensor([0]), torch.tensor([0]), frames)
    rows = [network.describe(layers, speech, some) for some in (windows, whole)]
    tokens = merge(layers[network.settings.trunk], speech)
    overall, of_windows = measure_quality(waveform, activity, starts, ends)
    return ClipFeatures(
        torch.cat(rows).numpy(),
        (*of_windows, overall),
        tokens.values[0].numpy(),
        tokens.speech[0].numpy(),
        windows.at_pace(PACE).first.numpy(),
    )


def describe_mouth(network: VoiceNetwork, work: Path, copies: int, recording: FaceClip) -> None:
    """Keep the trunk's frames of a recording with curves, unless that has been done."""
    waveform = read_sound(recording.path)
    spans = detect_speech(waveform).spans
    rng = np.random.default_rng(zlib.crc32(recording.name.encode()))
    for number in range(copies + 1):
        copy, speed = (waveform, 1.0) if number == 0 else perturb(waveform, rng, VOICES)
        path = mouth_path(work, recording.name, number)
        if not path.exists():
            frames = trunk_frames(network, copy)
            speech = speech_frames(SpeechActivity(spans / speed), len(frames))
            targets = mouth_targets(recording.weights, speed, len(frames))
            write_mouth(path, MouthClip(frames, speech, targets))


def describe_utterance(
    network: VoiceNetwork, folder: Path, numbered: tuple[int, Utterance]
) -> None:
    """Keep the trunk's frames of synthesised speech, unless that has been done."""
    number, utterance = numbered
    path = folder / f"{number:03}.npz"
    if not path.exists():
        frames = trunk_frames(network, utterance.waveform)
        speech = speech_frames(detect_speech(utterance.waveform), len(frames))
        write_spoken(path, SpokenClip(frames, speech, utterance.phonemes))


@torch.inference_mode()
def trunk_frames(network: VoiceNetwork, waveform: Waveform) -> np.ndarray:
    """(F, D) frames that both branches stand on, float16, over a whole recording."""
    frames = count_frames(len(waveform.samples))
    length = round(WINDOW * FRAME_RATE)
    parts = []
    for segment in place_segments(np.zeros(1, dtype=int), length, frames):
        layers = _layers(network, waveform.samples[segment.samples])
        home = slice(segment.home_start - segment.start, segment.home_end - segment.start)
        parts.append(layers[network.settings.trunk][0, home].numpy())
    return np.concatenate(parts).astype(np.float16)


def _layers(network: VoiceNetwork, samples: np.ndarray) -> list[torch.Tensor]:
    """One (1, F, D) output per encoder layer."""
    return network.encoder(network.encoder.features(torch.from_numpy(samples)[None]))


if __name__ == "__main__":
    main()
