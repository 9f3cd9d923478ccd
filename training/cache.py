"""What `prepare` leaves in the work folder and `train` and `evaluate` read."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from training.corpora.clip import Clip
from training.synthesised_speech import Phoneme
from verhm.labels import EMOTIONS
from verhm.model.network import NetworkSettings, read_sizes
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
        tokens: (T, D) trunk frames, merged
        speech: (T,) bool, whether somebody speaks
        first: (W,) first token of each window
    """

    statistics: np.ndarray
    quality: tuple[Quality, ...]
    tokens: np.ndarray
    speech: np.ndarray
    first: np.ndarray


@dataclass(frozen=True, eq=False)
class MouthClip:
    """Trunk frames of a copy of a recording, and the mouth that belongs to them.

    Attributes:
        frames: (F, D)
        speech: (F,) bool, whether somebody speaks
        targets: (F, M') in [0, 1]
    """

    frames: np.ndarray
    speech: np.ndarray
    targets: np.ndarray


@dataclass(frozen=True, eq=False)
class SpokenClip:
    """Trunk frames of speech whose sounds are known.

    Attributes:
        frames: (F, D)
        speech: (F,) bool, whether somebody speaks
        phonemes: what is said when
    """

    frames: np.ndarray
    speech: np.ndarray
    phonemes: tuple[Phoneme, ...]


@dataclass(frozen=True, eq=False)
class Sequence:
    """The tokens of a copy of a clip, for the emotion branch.

    Attributes:
        tokens: (T, D) float16
        speech: (T,) bool
        first: (W,) first token of each window
    """

    tokens: np.ndarray
    speech: np.ndarray
    first: np.ndarray


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
    def statements(self) -> np.ndarray:
        """(N,) what is said in each row."""
        return np.array([clip.statement for clip in self.clips])[self.clip]

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


def frames_path(work: Path, clip: Clip) -> Path:
    """Where the trunk's frames of a clip are kept."""
    return work / "frames" / clip.speaker / f"{clip.name}.npz"


def spoken_folder(work: Path, is_held_out: bool) -> Path:
    """Where synthesised speech is kept, to train on or to be held out."""
    return work / "spoken" / ("held-out" if is_held_out else "training")


def write_features(path: Path, features: ClipFeatures) -> None:
    """Write the description of a clip."""
    quality = np.array([tuple(asdict(quality).values()) for quality in features.quality])
    _write(
        path,
        statistics=features.statistics.astype(np.float16),
        quality=quality,
        tokens=features.tokens.astype(np.float16),
        speech=features.speech,
        first=features.first,
    )


def write_frames(path: Path, frames: np.ndarray, speech: np.ndarray) -> None:
    """Write the trunk's frames of a clip.

    Args:
        path: as `frames_path` says
        frames: (F, D)
        speech: (F,) bool
    """
    _write(path, frames=frames.astype(np.float16), speech=speech)


def read_frames(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(F, D) frames of a clip, float16, and (F,) whether somebody speaks."""
    with np.load(path) as file:
        return file["frames"], file["speech"]


def write_spoken(path: Path, clip: SpokenClip) -> None:
    """Write synthesised speech."""
    _write(
        path,
        frames=clip.frames.astype(np.float16),
        speech=clip.speech,
        symbols=np.array([phoneme.symbol for phoneme in clip.phonemes]),
        times=np.array([(phoneme.start, phoneme.end) for phoneme in clip.phonemes]),
    )


def read_spoken(work: Path, is_held_out: bool) -> list[SpokenClip]:
    """Synthesised speech, in the order of the files' names."""
    clips = []
    for path in sorted(spoken_folder(work, is_held_out).glob("*.npz")):
        with np.load(path) as file:
            phonemes = tuple(
                Phoneme(str(symbol), float(start), float(end))
                for symbol, (start, end) in zip(file["symbols"], file["times"], strict=True)
            )
            clips.append(SpokenClip(file["frames"], file["speech"], phonemes))
    return clips


def read_sequences(work: Path, clips: list[Clip], copies: int) -> list[list[Sequence]]:
    """The tokens of each clip, the original first.

    Raises:
        FileNotFoundError: when `prepare` has not finished
    """
    return [
        [_read_sequence(features_path(work, clip, copy)) for copy in range(copies + 1)]
        for clip in clips
    ]


def _read_sequence(path: Path) -> Sequence:
    with np.load(path) as file:
        return Sequence(file["tokens"], file["speech"], file["first"])


def write_mouth(path: Path, clip: MouthClip) -> None:
    """Write the frames of a recording with curves."""
    _write(path, frames=clip.frames.astype(np.float16), speech=clip.speech, targets=clip.targets)


def read_mouth(work: Path, names: tuple[str, ...], with_copies: bool) -> list[MouthClip]:
    """Recordings with curves by name, with or without their perturbed copies."""
    clips = []
    for name in names:
        for path in sorted((work / "mouth").glob(f"{name}.{'*' if with_copies else '0'}.npz")):
            with np.load(path) as file:
                clips.append(MouthClip(file["frames"], file["speech"], file["targets"]))
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
        source: of the pretrained encoder
        network: sizes
        copies: perturbed copies of each clip, beside the original
    """

    data: Path
    source: str
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
    network = read_sizes(values["network"])
    return Prepared(Path(values["data"]), values["source"], network, values["copies"])
