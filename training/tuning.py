"""Tuning the emotion branch on the cached tokens of some speakers' clips.

The last epoch counts: no checkpoint is chosen. One process on the CPU, one GPU, or several under
`torchrun`; a run that was killed goes on after its last whole epoch and ends as if it had not been.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import distributed, nn
from torch.nn.parallel import DistributedDataParallel
from tqdm import tqdm

from training.branch_model import AT_ONCE, BranchModel, move, pad
from training.cache import Sequence
from training.figures import draw_curve
from training.processes import is_first, own_share
from verhm.labels import EMOTIONS
from verhm.model.branch import EmotionBranch, Tokens

WEIGHTS = "branch.safetensors"
_LOG, _CURVE, _STATE = "log.csv", "curve.png", "state.pt"
_CLIP = 1.0  # norm of the gradient, at most
_FLAT = 1e-4  # added to deviations, of which some might be 0


@dataclass(frozen=True)
class TuningSettings:
    """How a branch is tuned.

    Attributes:
        epochs: each shows every clip once, as itself or as one of its copies
        batch: clips, over all processes
        rate: peak learning rate of the uppermost layer
        decay: of the rate from a layer to the one below
        head_rate: peak learning rate of pooling and heads
        weight_decay: AdamW's
        smoothing: of the labels
        mixup: both parameters of the Beta distribution that clips are mixed by
        hidden: longest stretch of tokens that is hidden
        head_dropout: share of the embedding that the head does not see
        warming: share of the steps until the rates peak
        seed: of everything random
    """

    epochs: int = 20
    batch: int = 32
    rate: float = 1.5e-4
    decay: float = 0.8
    head_rate: float = 3e-4
    weight_decay: float = 0.05
    smoothing: float = 0.1
    mixup: float = 0.4
    hidden: int = 10
    head_dropout: float = 0.3
    warming: float = 0.15
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Lessons:
    """What a branch learns from.

    Attributes:
        copies: per clip, its original and perturbed copies, trimmed
        labels: (C,) index of each clip's emotion
    """

    copies: list[list[Sequence]]
    labels: np.ndarray


def tune(folder: Path, branch: EmotionBranch, lessons: Lessons, settings: TuningSettings) -> None:
    """Tune a branch, or go on with it where it was left.

    Args:
        folder: of the run; keeps a line and a curve of the loss per epoch, and at last the weights
        branch: with the layers it starts from; changed
        lessons: of the training speakers only
        settings: how
    """
    torch.manual_seed(settings.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = BranchModel(branch, settings.head_dropout).to(device)
    _standardise(model, lessons, device)
    steps = len(_batches(lessons, settings.batch, np.random.default_rng(0)))
    optimiser, schedule = _optimiser(model, settings, steps)
    begun = _resume(folder, model, optimiser, schedule, device)
    shared = DistributedDataParallel(model) if distributed.is_initialized() else model
    epochs = range(begun, settings.epochs)
    for epoch in tqdm(epochs, folder.name, settings.epochs, initial=begun):
        loss = _learn(shared, lessons, settings, optimiser, schedule, epoch, device)
        if is_first():
            _keep(folder, model, optimiser, schedule, epoch, loss)
    if is_first():
        _centre(model, lessons, device)
        part = folder / f"{WEIGHTS}.part"
        save_file(model.state_dict(), part)
        part.replace(folder / WEIGHTS)
        (folder / _STATE).unlink()
    if distributed.is_initialized():
        distributed.barrier()  # none asks for the weights before they are there


def _optimiser(
    model: BranchModel, settings: TuningSettings, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Lower layers, which are more general, learn more slowly (Howard & Ruder 2018, ULMFiT)."""
    layers = list(model.branch.layers)
    groups: list[dict[str, Any]] = [
        {"params": layer.parameters(), "lr": settings.rate * settings.decay**above}
        for above, layer in enumerate(reversed(layers))
    ]
    inside = {id(weights) for layer in layers for weights in layer.parameters()}
    own = [weights for weights in model.parameters() if id(weights) not in inside]
    groups.append({"params": own, "lr": settings.head_rate})
    optimiser = torch.optim.AdamW(groups, weight_decay=settings.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser,
        [group["lr"] for group in groups],
        total_steps=settings.epochs * steps + 1,
        pct_start=settings.warming,
    )
    return optimiser, schedule


def _learn(
    model: nn.Module,
    lessons: Lessons,
    settings: TuningSettings,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    epoch: int,
    device: torch.device,
) -> float:
    """One epoch; the mean loss.

    What is random follows the epoch's number, so an epoch is the same after a resumption.
    """
    rng = np.random.default_rng((settings.seed, epoch))
    torch.manual_seed(settings.seed * 1000 + epoch)
    model.train()
    losses = []
    for clips in _batches(lessons, settings.batch, rng):
        chosen = [lessons.copies[clip][rng.integers(len(lessons.copies[clip]))] for clip in clips]
        tokens, targets = _mix(_hide(pad(chosen, 1), settings, rng), lessons, clips, settings, rng)
        mine = own_share(len(clips))
        tokens = move(Tokens(tokens.values[mine], tokens.speech[mine]), device)
        with torch.autocast(device.type, torch.bfloat16):
            logits = model(tokens)
        loss = nn.functional.cross_entropy(logits.float(), targets[mine].to(device))
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), _CLIP)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
    return float(np.mean(losses))


def _batches(lessons: Lessons, size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Every clip once, clips of like length together, in random order."""
    order = rng.permutation(len(lessons.labels))
    lengths = np.array([len(copies[0].tokens) for copies in lessons.copies])
    pools = np.array_split(order, max(1, len(order) // (size * 8)))
    sorted_pools = [pool[np.argsort(lengths[pool], kind="stable")] for pool in pools]
    batches = [pool[at : at + size] for pool in sorted_pools for at in range(0, len(pool), size)]
    rng.shuffle(batches)
    return batches


def _hide(tokens: Tokens, settings: TuningSettings, rng: np.random.Generator) -> Tokens:
    """Blank a stretch of each clip (SpecAugment's time masking, Park et al. 2019)."""
    for values in tokens.values:
        width = int(rng.integers(settings.hidden + 1))
        start = int(rng.integers(max(1, len(values) - width)))
        values[start : start + width] = 0.0
    return tokens


def _mix(
    tokens: Tokens,
    lessons: Lessons,
    clips: np.ndarray,
    settings: TuningSettings,
    rng: np.random.Generator,
) -> tuple[Tokens, torch.Tensor]:
    """Mixup (Zhang et al. 2018, doi:10.48550/arXiv.1710.09412) of clips and smoothed labels."""
    labels = torch.from_numpy(lessons.labels[clips])
    certain = nn.functional.one_hot(labels, len(EMOTIONS)).float()
    targets = certain * (1 - settings.smoothing) + settings.smoothing / len(EMOTIONS)
    share = float(rng.beta(settings.mixup, settings.mixup))
    share, other = max(share, 1 - share), torch.from_numpy(rng.permutation(len(clips)))
    return (
        Tokens(
            share * tokens.values + (1 - share) * tokens.values[other],
            tokens.speech | tokens.speech[other],
        ),
        share * targets + (1 - share) * targets[other],
    )


@torch.no_grad()
def _standardise(model: BranchModel, lessons: Lessons, device: torch.device) -> None:
    """Let the statistics of the clips as they are begin with mean 0 and variance 1."""
    statistics = _describe_all(model, lessons, device)
    model.branch.mean.copy_(statistics.mean(dim=0))
    model.branch.scale.copy_(statistics.std(dim=0) + _FLAT)


@torch.no_grad()
def _centre(model: BranchModel, lessons: Lessons, device: torch.device) -> None:
    """Put the embedding's zero where the clips' mean is, without changing a logit."""
    mean = model.branch.embed_statistics(_describe_all(model, lessons, device)).mean(dim=0)
    model.branch.embed.bias.sub_(mean)
    model.head.bias.add_(model.head.weight @ mean)


def _describe_all(model: BranchModel, lessons: Lessons, device: torch.device) -> torch.Tensor:
    """(C, S) statistics of the clips as they are, in another order."""
    model.eval()
    order = np.argsort([len(copies[0].tokens) for copies in lessons.copies], kind="stable")
    found = []
    for at in range(0, len(order), AT_ONCE):
        chosen = [lessons.copies[clip][0] for clip in order[at : at + AT_ONCE]]
        with torch.autocast(device.type, torch.bfloat16):
            found.append(model.describe(move(pad(chosen, 1), device)).float())
    return torch.cat(found)


def _keep(
    folder: Path,
    model: BranchModel,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    epoch: int,
    loss: float,
) -> None:
    """Write down an epoch, so that the run can go on from it."""
    lines = _read_log(folder)[:epoch]
    lines.append((epoch, loss))
    part = folder / f"{_STATE}.part"
    state = [part.state_dict() for part in (model, optimiser, schedule)]
    torch.save({"epoch": epoch, "state": state}, part)
    with (folder / _LOG).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("epoch", "loss"))
        writer.writerows(lines)
    part.replace(folder / _STATE)
    draw_curve([line[1] for line in lines], folder / _CURVE)


def _resume(
    folder: Path,
    model: BranchModel,
    optimiser: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
    device: torch.device,
) -> int:
    """Go back to where the run was left; the number of epochs that are done."""
    if not (folder / _STATE).exists():
        return 0
    kept = torch.load(folder / _STATE, map_location=device, weights_only=True)
    for load, state in zip(
        (model.load_state_dict, optimiser.load_state_dict, schedule.load_state_dict),
        kept["state"],
        strict=True,
    ):
        load(state)
    return int(kept["epoch"]) + 1


def _read_log(folder: Path) -> list[tuple[int, float]]:
    if not (folder / _LOG).exists():
        return []
    with (folder / _LOG).open(newline="", encoding="utf-8") as file:
        return [(int(row["epoch"]), float(row["loss"])) for row in csv.DictReader(file)]
