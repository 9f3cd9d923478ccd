"""Step 3: fit all heads on everything that was prepared and tuned, and write a checkpoint.

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

from training.branch_model import read_branch
from training.cache import ENCODER, Examples, read_examples, read_settings
from training.corpora.facegood import TRAINING, VALIDATION
from training.corpora.ravdess import read_folds, read_ravdess
from training.emotion import EmotionFit, Learned, fit_emotion
from training.expression import ExpressionHead, fit_expression
from training.hearing import Listener, content_erasure
from training.learned import Branches
from training.linear import Layer
from training.notes import NOTES
from training.runs import read_begun, run_folder
from training.speaking import teach_mouth
from training.targets import action_unit_offsets
from training.tune import empty_branch
from training.tuning import WEIGHTS
from verhm.model.checkpoint import CONFIG, VoiceModel, save
from verhm.model.network import NetworkSettings, VoiceNetwork
from verhm.model.synthesizer import MouthSynthesizer
from verhm.types import ModelId

NAME, VERSION = "verhm-whisper-base", "2"
LINEAR_COPIES = 2  # that the components and the linear head are fitted on; more made them worse
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
    """Fit every head on all speakers and recordings of a prepared and tuned folder."""
    prepared = read_settings(work)
    data, settings = prepared.data, prepared.network
    examples = read_examples(work, read_ravdess(data / "ravdess"), LINEAR_COPIES)
    offsets = action_unit_offsets(data / ACTION_UNITS, examples.clips)
    originals = examples.where(examples.is_original)
    branches = Branches(work, originals, read_folds(data / "ravdess_folds"))
    fit = fit_everybody(examples, branches, offsets, settings, "all")
    listener = make_listener(work, examples, settings)
    recordings = (*TRAINING, *VALIDATION)
    takes = list(examples.clips)
    mouth = teach_mouth(work, listener, recordings, takes, offsets, settings.mouth_width)
    network = assemble(settings, work / ENCODER, fit, listener, mouth)
    return VoiceModel(
        ModelId(NAME, VERSION, ""),
        network,
        fit.emotion.reading,
        fit.emotion.baseline_reading,
        notes={
            **NOTES,
            "choices": {
                "classify": asdict(fit.emotion.classify),
                "compare": asdict(fit.emotion.compare),
            },
            "tuning": read_begun(work, "all")["tuning"],
        },
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


def fit_voice(
    examples: Examples, learned: Learned, offsets: np.ndarray, settings: NetworkSettings
) -> VoiceFit:
    """Fit emotion and expression on the given rows' speakers.

    Args:
        examples: rows
        learned: about those of them that are no copies
        offsets: (C, A) action units of all clips, by index
        settings: size of the embedding
    """
    emotion = fit_emotion(examples, learned, settings.components)
    originals = examples.where(examples.is_original)
    embedding = emotion.head.embed(originals.statistics, learned.embedding)
    expression = fit_expression(emotion, embedding, offsets[originals.clip])
    return VoiceFit(emotion, expression)


def fit_everybody(
    examples: Examples,
    branches: Branches,
    offsets: np.ndarray,
    settings: NetworkSettings,
    run: str,
) -> VoiceFit:
    """Fit on all speakers, with the branch of a run that heard all of them."""
    everybody = np.ones(int(examples.is_original.sum()), dtype=bool)
    return fit_voice(examples, branches.knowing(everybody, name=run), offsets, settings)


def make_listener(work: Path, examples: Examples, settings: NetworkSettings) -> Listener:
    """The branches that know everybody.

    Args:
        work: folder that was tuned
        examples: of RAVDESS
        settings: sizes
    """
    branch = read_branch(run_folder(work, "all") / WEIGHTS, empty_branch(settings)).branch
    return Listener(branch, content_erasure(examples, settings))


def assemble(
    settings: NetworkSettings,
    encoder: Path,
    fit: VoiceFit,
    listener: Listener,
    mouth: MouthSynthesizer,
) -> VoiceNetwork:
    """Put everything that was fitted on the encoder.

    Args:
        settings: sizes
        encoder: weights that `prepare` kept
        fit: of the voice's heads
        listener: the branches
        mouth: trained
    """
    network = VoiceNetwork(settings)
    weights = {name: tensor.float() for name, tensor in load_file(encoder).items()}
    network.encoder.load_state_dict(weights, strict=True)
    network.branch, network.synthesizer = listener.branch, mouth
    head, components = fit.emotion.head, fit.emotion.head.components
    statistics = {
        "mean": components.mean,
        "scale": components.scale,
        "embed.weight": components.axes,
    }
    for module, values in (
        (network.statistics, statistics),
        (network.erase_statement, asdict(head.erasure)),
        (network.classify, _linear(head.classify)),
        (network.compare, _linear(head.compare)),
        (network.erase_emotion, asdict(listener.erasure)),
        (network.expression.regress, _linear(fit.expression)),
    ):
        module.load_state_dict(_tensors(values), strict=True)
    return network.eval()


def _linear(layer: Layer | ExpressionHead) -> dict[str, np.ndarray]:
    return {"weight": layer.weights, "bias": layer.bias}


def _tensors(values: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(value.astype(np.float32)) for name, value in values.items()}


if __name__ == "__main__":
    main()
