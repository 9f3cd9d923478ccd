"""A model on disk: weights as safetensors, and a JSON file that says what they are."""

import hashlib
import json
import logging
import math
from dataclasses import asdict, astuple, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from verhm.errors import ModelError, RequestError
from verhm.labels import EMOTIONS
from verhm.model.abstention import Thresholds
from verhm.model.network import VoiceNetwork, read_sizes
from verhm.types import ModelId

SHIPPED: Final = Path(__file__).parents[2] / "pretrained"
WEIGHTS: Final = "model.safetensors"
CONFIG: Final = "config.json"
# What is kept in half precision: nearly all of the numbers, none of which needs more. The rest is
# small, and some of it (a whitening, a mean of large statistics) does.
_HALVED: Final = (
    *("encoder.whisper.", "encoder.model.", "branch.layers."),
    *("branch.embed.", "statistics.embed."),
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What logits become: how sure they are, and where they are no result.

    Attributes:
        temperature: that calibrates them
        thresholds: of abstention

    Raises:
        ValueError: when a number is none, or the temperature is not above 0
    """

    temperature: float
    thresholds: Thresholds

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, (self.temperature, *astuple(self.thresholds)))):
            raise ValueError("a temperature or threshold is not a finite number")
        if self.temperature <= 0:
            raise ValueError(f"the temperature is {self.temperature}")


@dataclass(frozen=True, eq=False)
class VoiceModel:
    """A loaded checkpoint.

    Attributes:
        id: which one
        network: in evaluation mode, on `device`
        reading: of the logits of a voice that is not known
        baseline_reading: of those against a person's usual voice
        device: "cpu" or "cuda"
        labels: the K emotions
        notes: what it was trained on, with which licences, for what use
        commit: of the code that made it; empty where unknown
    """

    id: ModelId
    network: VoiceNetwork
    reading: Reading
    baseline_reading: Reading
    device: str = "cpu"
    labels: tuple[str, ...] = EMOTIONS
    notes: dict[str, Any] = field(default_factory=dict)
    commit: str = ""

    def reading_with(self, usual: np.ndarray | torch.Tensor | None) -> Reading:
        """The one for logits against a person's usual voice, or of a voice that is not known."""
        return self.reading if usual is None else self.baseline_reading


def load(folder: Path = SHIPPED, device: str | None = None) -> VoiceModel:
    """Read a checkpoint and make it ready.

    Args:
        folder: with the weights and the configuration
        device: "cpu" or "cuda"; by default the GPU, where there is one that takes the model

    Raises:
        ModelError: E30 when a file is missing, E31 when the files do not fit each other
        RequestError: E71 when a GPU is wanted and there is none, or it does not take the model
    """
    weights, config = _read(folder / WEIGHTS), _read(folder / CONFIG)
    has_gpu = torch.cuda.is_available()
    if device == "cuda" and not has_gpu:
        raise RequestError("E71", "No GPU was found.", "Leave the device out, or choose cpu.")
    try:
        model = _build(json.loads(config), weights)
    except (KeyError, TypeError, ValueError, RuntimeError, SafetensorError) as error:
        raise _damaged() from error
    return _on_gpu(model, is_wanted=device is not None) if has_gpu and device != "cpu" else model


def save(model: VoiceModel, folder: Path) -> ModelId:
    """Write a checkpoint; large matrices in half precision, the rest in single.

    The configuration comes last: without it there is no checkpoint, so one that was stopped half
    way can be written again.

    Args:
        model: to write; the hash in its id is not looked at
        folder: made when missing

    Returns:
        its id with the hash of the weights written

    Raises:
        FileExistsError: when the folder holds a checkpoint already
    """
    if (folder / CONFIG).exists():
        raise FileExistsError(folder / CONFIG)
    folder.mkdir(parents=True, exist_ok=True)
    weights = save_tensors(
        {
            name: (tensor.half() if name.startswith(_HALVED) else tensor).cpu().contiguous()
            for name, tensor in model.network.state_dict().items()
        }
    )
    identity = ModelId(model.id.name, model.id.version, hashlib.sha256(weights).hexdigest())
    config = {
        **asdict(identity),
        "labels": model.labels,
        "network": asdict(model.network.settings),
        "reading": asdict(model.reading),
        "baseline_reading": asdict(model.baseline_reading),
        "notes": model.notes,
        **({"commit": model.commit} if model.commit else {}),
    }
    _write(folder / WEIGHTS, weights)
    _write(folder / CONFIG, (json.dumps(config, indent=2) + "\n").encode())
    return identity


def _write(path: Path, content: bytes) -> None:
    """Write a file that appears under its name only when it is complete."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            "E30",
            f"The model's file {path.name} is missing or cannot be read.",
            "Install the program again, or copy its folder 'pretrained' once more.",
        ) from error


def _damaged() -> ModelError:
    return ModelError(
        "E31",
        "The model's files are damaged or do not belong together.",
        "Install the program again, or copy its folder 'pretrained' once more.",
    )


def _on_gpu(model: VoiceModel, is_wanted: bool) -> VoiceModel:
    """The model on the GPU; back on the CPU where the GPU is full, unless it is wanted."""
    try:
        return replace(model, network=model.network.to("cuda"), device="cuda")
    except RuntimeError as error:  # torch's for no memory, and for a driver that does not fit
        if is_wanted:
            raise RequestError(
                "E71",
                "The GPU does not take the model.",
                "Close other programs that use it, or choose cpu (--device cpu).",
            ) from error
        log.warning("The GPU does not take the model, so the CPU is used: %s", error)
        return replace(model, network=model.network.to("cpu"))


def _build(config: dict[str, Any], weights: bytes) -> VoiceModel:
    """The model on the CPU."""
    if hashlib.sha256(weights).hexdigest() != config["sha256"]:
        raise _damaged()
    labels = tuple(config["labels"])
    if labels != EMOTIONS:
        raise _damaged()
    network = VoiceNetwork(read_sizes(config["network"]))
    network.load_state_dict(
        {name: tensor.float() for name, tensor in load_tensors(weights).items()}, strict=True
    )
    return VoiceModel(
        ModelId(config["name"], config["version"], config["sha256"]),
        network.eval().requires_grad_(False),
        _read_reading(config["reading"]),
        _read_reading(config["baseline_reading"]),
        labels=labels,
        notes=config["notes"],
        commit=config.get("commit", ""),
    )


def _read_reading(values: dict[str, Any]) -> Reading:
    return Reading(float(values["temperature"]), Thresholds(**values["thresholds"]))
