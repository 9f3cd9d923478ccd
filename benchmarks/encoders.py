"""What an analysis costs beside one forward of the encoders that others use.

`python -m benchmarks.encoders [--seconds 30]` counts the CPU seconds of a whole analysis without
the video, file to probabilities and morphs, and those of one forward of wav2vec2-base (95 M
parameters) and of XLSR-large (315 M) over the same sound, in the same process. Their weights are
random, which costs as much as trained ones. The last line is one JSON object.
"""

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from benchmarks.analysis import VOICE, write_repeated
from verhm.analysis import Analyzer
from verhm.audio.media import decode
from verhm.model.encoder import EncoderSettings, make_encoder

ROUNDS = 3  # of which the cheapest counts
WAV2VEC2_BASE = EncoderSettings("wav2vec2", layers=12, width=768, heads=12)
XLSR_LARGE = EncoderSettings(
    "wav2vec2",
    layers=24,
    width=1024,
    heads=16,
    config={
        "hidden_size": 1024,
        "num_attention_heads": 16,
        "intermediate_size": 4096,
        "feat_extract_norm": "layer",
        "do_stable_layer_norm": True,
        "conv_bias": True,
    },
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.encoders")
    parser.add_argument("--seconds", type=float, default=30.0, help="length of the recording")
    parser.add_argument("--voice", type=Path, default=VOICE, help="recording to repeat")
    options = parser.parse_args()

    analyzer = Analyzer(device="cpu")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        write_repeated(decode(options.voice).waveform, options.seconds, path)
        ours = cpu_seconds(lambda: analyzer.analyze(path))
        samples = torch.from_numpy(decode(path).waveform.samples)[None]
    base, large = (
        cpu_seconds(forward(settings, samples)) for settings in (WAV2VEC2_BASE, XLSR_LARGE)
    )
    figures = {
        "seconds_of_audio": options.seconds,
        "cpu_seconds_of_analysis": round(ours, 2),
        "cpu_seconds_of_wav2vec2_base": round(base, 2),
        "cpu_seconds_of_xlsr_large": round(large, 2),
        "share_of_wav2vec2_base": round(ours / base, 4),
        "share_of_xlsr_large": round(ours / large, 4),
    }
    for name, value in figures.items():
        print(f"{name:32} {value}")
    print(json.dumps(figures))


def forward(settings: EncoderSettings, samples: torch.Tensor) -> Callable[[], Any]:
    """One pass of an encoder over the whole sound."""
    encoder = make_encoder(settings).eval()

    @torch.inference_mode()
    def once() -> None:
        encoder(encoder.features(samples))

    return once


def cpu_seconds(work: Callable[[], Any]) -> float:
    """The least CPU time of a few rounds, over all cores and child processes."""
    work()  # caches fill
    spent = []
    for _ in range(ROUNDS):
        before = os.times()
        work()
        after = os.times()
        spent.append(sum(after[:4]) - sum(before[:4]))
    return min(spent)


if __name__ == "__main__":
    main()
