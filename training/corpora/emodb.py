"""EMO-DB: ten German speakers, ten sentences, seven emotions.

Burkhardt et al. 2005, doi:10.21437/Interspeech.2005-446.
"""

from pathlib import Path

from training.corpora.clip import Clip

# Letters are the German words' initials. Boredom has no counterpart among the project's emotions.
EMOTIONS = {
    "W": "angry",
    "L": "boredom",
    "E": "disgust",
    "A": "fearful",
    "F": "happy",
    "T": "sad",
    "N": "neutral",
}
_MEN = frozenset({"03", "10", "11", "12", "15"})


def parse_name(path: Path) -> Clip:
    """Read a file name: speaker (2 digits), text (3), emotion (1 letter), version (1 letter).

    Raises:
        ValueError: when it is not a name of EMO-DB
    """
    stem = path.stem
    if len(stem) != 7 or not stem[:2].isdigit() or stem[5] not in EMOTIONS:
        raise ValueError(f"{path.name} is not a name of EMO-DB")
    return Clip(
        name=stem,
        path=path,
        speaker=f"emodb-{stem[:2]}",
        emotion=EMOTIONS[stem[5]],
        intensity="normal",
        statement=f"emodb-{stem[2:5]}",
        repetition=1 + ord(stem[6]) - ord("a"),
        sex="male" if stem[:2] in _MEN else "female",
    )


def read_emodb(folder: Path) -> list[Clip]:
    """All clips in the order of their names."""
    return [parse_name(path) for path in sorted(folder.glob("*.flac"))]
