"""Step 1: run every clip through the frozen encoder once and keep what the heads learn from.

Resumable: what is there is not made again. Needs RAVDESS, EMO-DB and FACEGOOD under --data.
"""

import argparse
import zlib
from pathlib import Path

import numpy as np
import soundfile
import torch
from safetensors.torch import save_file
from tqdm import tqdm

from training.cache import (
    ENCODER,
    HOP,
    WINDOW,
    ClipFeatures,
    MouthClip,
    Prepared,
    features_path,
    mouth_path,
    write_features,
    write_mouth,
    write_settings,
)
from training.corpora.clip import Clip
from training.corpora.emodb import read_emodb
from training.corpora.facegood import FaceClip, read_facegood
from training.corpora.ravdess import read_ravdess
from training.perturbation.composition import VOICES, perturb
from training.targets import mouth_targets
from verhm.audio.activity import detect_speech
from verhm.audio.quality import measure_quality
from verhm.model.encoder import from_whisper
from verhm.model.features import FRAME_RATE
from verhm.model.network import NetworkSettings, VoiceNetwork, Windows
from verhm.model.segments import count_frames, place_segments, speech_frames, window_frames
from verhm.types import SpeechActivity, Waveform
from verhm.windows import window_bounds

COPIES = 2  # perturbed copies of each clip
MOUTH_COPIES = 4  # of each recording with curves: one speaker has to stand for many


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.prepare", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--encoder", type=Path, required=True, help="folder of Whisper's encoder")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made")
    parser.add_argument("--copies", type=int, default=COPIES, help="perturbed copies per clip")
    arguments = parser.parse_args()
    prepare(arguments.data, arguments.encoder, arguments.work, arguments.copies)
    print(arguments.work)


def prepare(data: Path, encoder: Path, work: Path, copies: int) -> None:
    """Describe all clips of all corpora.

    Args:
        data: folder of the corpora
        encoder: folder of Whisper's encoder, as `transformers` saved it
        work: folder for what is made
        copies: perturbed copies of each RAVDESS clip, beside the original
    """
    settings = NetworkSettings()
    write_settings(work, Prepared(data.resolve(), settings, copies))
    network = make_network(settings, encoder)
    save_file(
        {name: tensor.half() for name, tensor in network.encoder.state_dict().items()},
        work / ENCODER,
    )
    for clip in tqdm(read_ravdess(data / "ravdess"), "RAVDESS"):
        describe_clip(network, work, clip, copies)
    for clip in tqdm(read_emodb(data / "emodb"), "EMO-DB"):
        describe_clip(network, work, clip, copies)
    for recording in tqdm(read_facegood(data / "facegood"), "FACEGOOD"):
        describe_mouth(network, work, recording, MOUTH_COPIES)


def make_network(settings: NetworkSettings, encoder: Path) -> VoiceNetwork:
    """A network with Whisper's lower layers and heads that know nothing yet."""
    network = VoiceNetwork(settings).eval()
    network.encoder = from_whisper(encoder, settings.layers)
    # Stored in half precision, so this is what inference will run with.
    network.encoder.half().float()
    return network


def read_sound(path: Path) -> Waveform:
    """Read a corpus' 16 kHz mono file."""
    samples, sample_rate = soundfile.read(path, dtype="float32")
    return Waveform(samples, sample_rate)


def describe_clip(network: VoiceNetwork, work: Path, clip: Clip, copies: int) -> None:
    """Describe a clip and its perturbed copies, unless that has been done."""
    paths = [features_path(work, clip, copy) for copy in range(copies + 1)]
    if all(path.exists() for path in paths):
        return
    waveform = read_sound(clip.path)
    activity = detect_speech(waveform)
    # The seed follows the name: copies do not depend on which clips were done before.
    rng = np.random.default_rng(zlib.crc32(clip.name.encode()))
    write_features(paths[0], describe(network, waveform, activity))
    for path in paths[1:]:
        copy, speed = perturb(waveform, rng)
        spoken = SpeechActivity(activity.spans / speed)
        write_features(path, describe(network, copy, spoken))


@torch.inference_mode()
def describe(network: VoiceNetwork, waveform: Waveform, activity: SpeechActivity) -> ClipFeatures:
    """Windows of a clip of at most three windows' length, and the clip as a whole."""
    starts, ends = window_bounds(waveform.duration, WINDOW, HOP)
    frames = count_frames(len(waveform.samples))
    first, length = window_frames(starts, ends, frames)
    rows = []
    speech = torch.from_numpy(speech_frames(activity, frames))
    for segment in place_segments(first, length, frames):
        layers = network.encode(torch.from_numpy(waveform.samples[segment.samples])[None])
        inside = speech[None, segment.start : segment.end]
        start = torch.from_numpy(first[segment.windows] - segment.start)
        rows.append(
            network.describe(layers, inside, Windows(torch.zeros_like(start), start, length))
        )
        if segment.start == 0:
            whole = Windows(torch.tensor([0]), torch.tensor([0]), len(segment))
            clip = network.describe(layers, inside, whole)
    overall, of_windows = measure_quality(waveform, activity, starts, ends)
    return ClipFeatures(torch.cat([*rows, clip]).numpy(), (*of_windows, overall))


def describe_mouth(network: VoiceNetwork, work: Path, recording: FaceClip, copies: int) -> None:
    """Keep the encoder frames of a recording with curves, unless that has been done."""
    waveform = read_sound(recording.path)
    rng = np.random.default_rng(zlib.crc32(recording.name.encode()))
    for number in range(copies + 1):
        copy, speed = (waveform, 1.0) if number == 0 else perturb(waveform, rng, VOICES)
        path = mouth_path(work, recording.name, number)
        if not path.exists():
            targets = mouth_targets(recording.weights, speed, count_frames(len(copy.samples)))
            write_mouth(path, MouthClip(mouth_frames(network, copy), targets))


@torch.inference_mode()
def mouth_frames(network: VoiceNetwork, waveform: Waveform) -> np.ndarray:
    """(F, D) frames that the mouth is made from, float16, over a whole recording."""
    frames = count_frames(len(waveform.samples))
    length = round(WINDOW * FRAME_RATE)
    parts = []
    for segment in place_segments(np.zeros(1, dtype=int), length, frames):
        layers = network.encode(torch.from_numpy(waveform.samples[segment.samples])[None])
        home = slice(segment.home_start - segment.start, segment.home_end - segment.start)
        parts.append(layers[network.settings.mouth_layer][0, home].numpy())
    return np.concatenate(parts).astype(np.float16)


if __name__ == "__main__":
    main()
