"""What `prepare` leaves in the work folder and `train` and `evaluate` read."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from training.corpora.clip import Clip
from verhm.labels import EMOTIONS
from verhm.model.network import NetworkSettings
from verhm.settings import AnalysisSettings
from verhm.types import Quality

ENCODER = "encoder.safetensors"
# s; the windows an analysis has unless told otherwise
WINDOW, HOP = AnalysisSettings.window, AnalysisSettings.hop


@dataclass(frozen=True, eq=False)
class ClipFeatures:
    """What the network sees in one copy of a clip.

    Attributes:
        statistics: (W + 1, S) of each window, and of the whole clip in the last row
        quality: W + 1 measurements
    """

    statistics: np.ndarray
    quality: tuple[Quality, ...]


@dataclass(frozen=True, eq=False)
class MouthClip:
    """Encoder frames of a copy of a recording, and the mouth that belongs to them.

    Attributes:
        frames: (F, D)
        targets: (F, M') in [0, 1]
    """

    frames: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True, eq=False)
class Examples:
    """Described windows of many clips.

    Attributes:
        clips: C clips
        statistics: (N, S) float32
        clip: (N,) index of the clip each row is from
        is_window: (N,) False for rows that describe a whole clip
        is_original: (N,) False for rows of perturbed copies
        quality: N measurements
    """

    clips: tuple[Clip, ...]
    statistics: np.ndarray
    clip: np.ndarray
    is_window: np.ndarray
    is_original: np.ndarray
    quality: tuple[Quality, ...]

    @property
    def speakers(self) -> np.ndarray:
        """(N,) speaker of each row."""
        return np.array([clip.speaker for clip in self.clips])[self.clip]

    @property
    def labels(self) -> np.ndarray:
        """(N,) index of each row's emotion; -1 for one the network does not know."""
        known = [
            EMOTIONS.index(clip.emotion) if clip.emotion in EMOTIONS else -1 for clip in self.clips
        ]
        return np.array(known)[self.clip]

    def where(self, chosen: np.ndarray) -> "Examples":
        """The rows that are chosen by an (N,) mask; clips keep their indices."""
        return Examples(
            self.clips,
            self.statistics[chosen],
            self.clip[chosen],
            self.is_window[chosen],
            self.is_original[chosen],
            tuple(self.quality[row] for row in np.flatnonzero(chosen)),
        )


def features_path(work: Path, clip: Clip, copy: int) -> Path:
    """Where a copy of a clip is described; copy 0 is the clip as it is."""
    return work / "clips" / clip.speaker / f"{clip.name}.{copy}.npz"


def mouth_path(work: Path, name: str, copy: int) -> Path:
    """Where a copy of a recording with curves is kept; copy 0 is the recording as it is."""
    return work / "mouth" / f"{name}.{copy}.npz"


def write_features(path: Path, features: ClipFeatures) -> None:
    """Write the description of a clip."""
    quality = np.array([tuple(asdict(quality).values()) for quality in features.quality])
    _write(path, statistics=features.statistics.astype(np.float16), quality=quality)


def write_mouth(path: Path, clip: MouthClip) -> None:
    """Write the frames of a recording with curves."""
    _write(path, frames=clip.frames.astype(np.float16), targets=clip.targets)


def read_mouth(work: Path, names: tuple[str, ...], with_copies: bool) -> list[MouthClip]:
    """Recordings with curves by name, with or without their perturbed copies."""
    clips = []
    for name in names:
        for path in sorted((work / "mouth").glob(f"{name}.{'*' if with_copies else '0'}.npz")):
            with np.load(path) as file:
                clips.append(MouthClip(file["frames"], file["targets"]))
    return clips


def _write(path: Path, **arrays: np.ndarray) -> None:
    """Write in one piece, so that a run that was stopped leaves nothing half done."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]
    part.replace(path)


def read_examples(work: Path, clips: list[Clip], copies: int) -> Examples:
    """Gather the described clips.

    Args:
        work: folder
        clips: which; every copy of each must have been prepared
        copies: perturbed copies per clip, beside the original

    Raises:
        FileNotFoundError: when `prepare` has not finished
    """
    statistics, index, is_window, is_original = [], [], [], []
    quality: list[Quality] = []
    for number, clip in enumerate(clips):
        for copy in range(copies + 1):
            with np.load(features_path(work, clip, copy)) as file:
                rows = file["statistics"]
                quality += [Quality(*row) for row in file["quality"].tolist()]
            statistics.append(rows.astype(np.float32))
            index += [number] * len(rows)
            is_window += [True] * (len(rows) - 1) + [False]
            is_original += [copy == 0] * len(rows)
    return Examples(
        tuple(clips),
        np.concatenate(statistics),
        np.array(index),
        np.array(is_window),
        np.array(is_original),
        tuple(quality),
    )


@dataclass(frozen=True)
class Prepared:
    """How a work folder was prepared.

    Attributes:
        data: folder of the corpora
        network: sizes
        copies: perturbed copies of each clip, beside the original
    """

    data: Path
    network: NetworkSettings
    copies: int


def write_settings(work: Path, prepared: Prepared) -> None:
    """Say how the work folder is prepared.

    Raises:
        SystemExit: when it was prepared differently before
    """
    path = work / "settings.json"
    if path.exists() and read_settings(work) != prepared:
        raise SystemExit(f"{work} was prepared with other settings; choose another --work")
    work.mkdir(parents=True, exist_ok=True)
    values = {**asdict(prepared), "data": str(prepared.data)}
    path.write_text(json.dumps(values, indent=2), encoding="utf-8")


def read_settings(work: Path) -> Prepared:
    """How the work folder was prepared.

    Raises:
        SystemExit: when it was not
    """
    path = work / "settings.json"
    if not path.exists():
        raise SystemExit(f"{work} is not prepared; run python -m training.prepare first")
    values = json.loads(path.read_text(encoding="utf-8"))
    network = {**values["network"], "pooled": tuple(values["network"]["pooled"])}
    return Prepared(Path(values["data"]), NetworkSettings(**network), values["copies"])
