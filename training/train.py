"""Step 2: fit all heads on everything that was prepared and write a checkpoint.

The shipped weights see every speaker; honest figures come from `python -m training.evaluate`,
which fits the same way on each fold's training speakers.
"""

import argparse
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from training.cache import ENCODER, Examples, read_examples, read_mouth, read_settings
from training.corpora.facegood import TRAINING, VALIDATION
from training.corpora.ravdess import read_ravdess
from training.emotion import EmotionFit, fit_emotion
from training.expression import ExpressionHead, fit_expression
from training.mouth import fit_mouth
from training.notes import NOTES
from training.targets import action_unit_offsets
from verhm.model.checkpoint import CONFIG, VoiceModel, save
from verhm.model.network import NetworkSettings, VoiceNetwork
from verhm.model.synthesizer import MouthSynthesizer
from verhm.types import ModelId

NAME, VERSION = "verhm-whisper-base", "1"
ROOT = Path(__file__).parents[1]
ACTION_UNITS = Path("ravdess_action_units/df_average_AUs_total.csv.gz")


@dataclass(frozen=True, eq=False)
class VoiceFit:
    """What the voice's heads learned from a set of speakers."""

    emotion: EmotionFit
    expression: ExpressionHead


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.train", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder that was prepared")
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    arguments = parser.parse_args()
    if (arguments.out / CONFIG).exists():
        raise SystemExit(f"{arguments.out} holds a checkpoint; choose another --out or remove it")
    model = train(arguments.work)
    save(model, arguments.out)
    print(arguments.out)


def train(work: Path) -> VoiceModel:
    """Fit every head on all speakers and recordings of a prepared folder."""
    prepared = read_settings(work)
    data, settings = prepared.data, prepared.network
    examples = read_examples(work, read_ravdess(data / "ravdess"), prepared.copies)
    fit = fit_voice(examples, action_unit_offsets(data / ACTION_UNITS, examples.clips), settings)
    clips = read_mouth(work, (*TRAINING, *VALIDATION), with_copies=True)
    network = assemble(settings, work / ENCODER, fit, fit_mouth(clips, settings.mouth_width))
    return VoiceModel(
        ModelId(NAME, VERSION, ""),
        network,
        fit.emotion.temperature,
        fit.emotion.thresholds,
        notes={**NOTES, "choice": asdict(fit.emotion.choice)},
        commit=describe_commit(ROOT),
    )


def describe_commit(folder: Path) -> str:
    """The commit that a checkout is at, with "-dirty" when it was changed; empty where unknown."""
    if not (folder / ".git").exists():
        return ""
    command = ["git", "-C", str(folder), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        found = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return found.stdout.strip()


def fit_voice(examples: Examples, offsets: np.ndarray, settings: NetworkSettings) -> VoiceFit:
    """Fit emotion and expression on the given rows' speakers.

    Args:
        examples: N rows
        offsets: (C, A) action units of all clips, by index
        settings: size of the embedding
    """
    emotion = fit_emotion(examples, settings.embedding)
    expression = fit_expression(emotion, examples.statistics, offsets[examples.clip])
    return VoiceFit(emotion, expression)


def assemble(
    settings: NetworkSettings, encoder: Path, fit: VoiceFit, mouth: MouthSynthesizer
) -> VoiceNetwork:
    """Put the fitted heads on the encoder.

    Args:
        settings: sizes
        encoder: weights that `prepare` kept
        fit: of the voice's heads
        mouth: trained
    """
    network = VoiceNetwork(settings)
    weights = {name: tensor.float() for name, tensor in load_file(encoder).items()}
    network.encoder.load_state_dict(weights, strict=True)
    network.synthesizer = mouth
    head, expression = fit.emotion.head, fit.expression
    values = {
        "mean": head.mean,
        "scale": head.scale,
        "embed.weight": head.basis,
        "embed.bias": np.zeros(len(head.basis)),
        "classify.weight": head.weights,
        "classify.bias": head.bias,
    }
    network.classifier.load_state_dict(_tensors(values), strict=True)
    regression = {"regress.weight": expression.weights, "regress.bias": expression.bias}
    network.expression.load_state_dict(_tensors(regression), strict=True)
    return network.eval()


def _tensors(values: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(value.astype(np.float32)) for name, value in values.items()}


if __name__ == "__main__":
    main()
