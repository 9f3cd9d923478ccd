"""RAVDESS: 24 actors speak two sentences in eight emotions.

Livingstone & Russo 2018, doi:10.1371/journal.pone.0196391, CC BY-NC-SA 4.0. The action units are
OpenFace 2's clip means and the folds the subject-wise ones of Luna-Jiménez et al. 2021
(doi:10.3390/s21227665), both MIT.
"""

import csv
import gzip
from pathlib import Path

import numpy as np

from training.corpora.clip import Clip
from verhm.labels import EMOTIONS

# Both files hold the same bytes: one take stands for two repetitions.
DUPLICATE = "03-01-03-01-02-02-07"
INTENSITIES = ("normal", "strong")


def parse_name(path: Path) -> Clip:
    """Read a file name: modality-channel-emotion-intensity-statement-repetition-actor.

    Raises:
        ValueError: when it is not a name of RAVDESS speech
    """
    fields = path.stem.split("-")
    if len(fields) != 7 or not all(field.isdigit() for field in fields) or fields[1] != "01":
        raise ValueError(f"{path.name} is not a name of RAVDESS speech")
    emotion, intensity, statement, repetition, actor = (int(field) for field in fields[2:])
    return Clip(
        name=path.stem,
        path=path,
        speaker=f"ravdess-{actor:02d}",
        emotion=EMOTIONS[emotion - 1],
        intensity=INTENSITIES[intensity - 1],
        statement=f"ravdess-{statement}",
        repetition=repetition,
        # Livingstone & Russo 2018: odd numbers are men, even ones women.
        sex="female" if actor % 2 == 0 else "male",
    )


def read_ravdess(folder: Path) -> list[Clip]:
    """All speech clips in the order of their names, without the one that is there twice."""
    paths = sorted(folder.glob("Actor_*/*.flac"), key=lambda path: path.stem)
    return [parse_name(path) for path in paths if path.stem != DUPLICATE]


def read_folds(folder: Path) -> list[tuple[str, ...]]:
    """Test speakers of each of the published subject-wise folds.

    Args:
        folder: with `fold0_test.csv` and so on, tab-separated
    """
    folds = []
    for path in sorted(folder.glob("fold*_test.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            actors = {int(row["actor"]) for row in csv.DictReader(file, delimiter="\t")}
        folds.append(tuple(f"ravdess-{actor:02d}" for actor in sorted(actors)))
    return folds


def read_action_units(path: Path) -> tuple[tuple[str, ...], dict[str, np.ndarray]]:
    """Mean intensities of the action units in the videos of the clips.

    Args:
        path: of the gzipped table

    Returns:
        names such as "AU01", and (17,) intensities in [0, 5] by the name of the *audio* clip
    """
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    columns = [column for column in rows[0] if column.endswith("_r")]
    # The videos' names begin with 01; the sound of the same take with 03.
    table = {
        "03" + row["name"][2:]: np.array([float(row[column]) for column in columns]) for row in rows
    }
    return tuple(column.removesuffix("_r") for column in columns), table
