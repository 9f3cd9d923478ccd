"""Which branches are tuned, on whom, and what they say of the clips."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

_ROWS, _SETTINGS = "rows.npz", "settings.json"
_MISSING = "{} is not tuned; run python -m training.tune first"


@dataclass(frozen=True)
class Run:
    """Which clips a branch is tuned on.

    Attributes:
        name: of its folder
        corpora: "ravdess", "emodb" or both
        held_out: speakers that it does not hear
        with_copies: whether it hears perturbed copies too
    """

    name: str
    corpora: tuple[str, ...] = ("ravdess", "emodb")
    held_out: tuple[str, ...] = ()
    with_copies: bool = True


@dataclass(frozen=True, eq=False)
class Tuned:
    """What a tuned branch says of every clip as it is.

    Attributes:
        embedding: by corpus, (N, E) of each clip's windows and then of the clip, clip by clip
        weights: (K, E) of the head it was tuned by
        bias: (K,)
    """

    embedding: Mapping[str, np.ndarray]
    weights: np.ndarray
    bias: np.ndarray

    def logits(self, corpus: str) -> np.ndarray:
        """(N, K) of a corpus."""
        return self.embedding[corpus] @ self.weights.T + self.bias


def plan(folds: list[tuple[str, ...]]) -> list[Run]:
    """All runs that `train` and `evaluate` need."""
    pairs = [
        Run(name_without(*pair), held_out=(*folds[pair[0]], *folds[pair[1]]))
        for pair in combinations(range(len(folds)), 2)
    ]
    singles = [Run(name_without(index), held_out=fold) for index, fold in enumerate(folds)]
    plain = [
        Run(name_plain(index), held_out=fold, with_copies=False) for index, fold in enumerate(folds)
    ]
    return [*singles, *pairs, Run("all"), Run("ravdess", ("ravdess",)), *plain]


def name_without(*folds: int) -> str:
    """Of the run that does not hear the speakers of one or two folds."""
    return "-".join(["without", *(str(fold) for fold in sorted(folds))])


def name_plain(fold: int) -> str:
    """Of the run that hears neither a fold's speakers nor any perturbed copy."""
    return f"{name_without(fold)}-plain"


def run_folder(work: Path, name: str) -> Path:
    """Where a run keeps what it makes."""
    return work / "runs" / name


def begin(folder: Path, run: Run, tuning: dict) -> None:
    """Keep how a run is made, or see that it was begun the same way.

    Args:
        folder: of the run
        run: what it hears
        tuning: how it is tuned

    Raises:
        SystemExit: when it was begun differently
    """
    path = folder / _SETTINGS
    text = json.dumps({"run": asdict(run), "tuning": tuning}, indent=2)
    if not path.exists():
        path.write_text(text, encoding="utf-8")
    elif path.read_text(encoding="utf-8") != text:
        raise SystemExit(f"{folder} was begun with other settings; remove it or keep those")


def read_begun(work: Path, name: str) -> dict:
    """What `begin` kept of a run: "run" and "tuning".

    Raises:
        SystemExit: when the run was not begun
    """
    path = run_folder(work, name) / _SETTINGS
    if not path.exists():
        raise SystemExit(_MISSING.format(path.parent))
    return json.loads(path.read_text(encoding="utf-8"))


def has_ended(folder: Path) -> bool:
    """Whether a run has kept what its branch says, which it does last."""
    return (folder / _ROWS).exists()


def write_tuned(folder: Path, tuned: Tuned) -> None:
    """Keep what a branch says."""
    part = folder / f"{_ROWS}.part"
    with part.open("wb") as file:
        arrays = {**tuned.embedding, "weights": tuned.weights, "bias": tuned.bias}
        np.savez(file, **arrays)  # type: ignore[arg-type]
    part.replace(folder / _ROWS)


def read_tuned(work: Path, name: str) -> Tuned:
    """What the branch of a run says.

    Raises:
        SystemExit: when the run has not ended
    """
    folder = run_folder(work, name)
    if not has_ended(folder):
        raise SystemExit(_MISSING.format(folder))
    with np.load(folder / _ROWS) as file:
        return Tuned(
            {corpus: file[corpus] for corpus in ("ravdess", "emodb")}, file["weights"], file["bias"]
        )
