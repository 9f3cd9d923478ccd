"""One labelled recording, whichever corpus it is from."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Clip:
    """A recording of one speaker acting one emotion.

    Attributes:
        name: unique within the corpus
        path: of the sound
        speaker: unique over all corpora
        emotion: one of `verhm.labels.EMOTIONS`, or a corpus' own word such as "boredom"
        intensity: "normal" or "strong"
        statement: which sentence, unique over all corpora
        repetition: 1, 2, …
        sex: "female" or "male"
    """

    name: str
    path: Path
    speaker: str
    emotion: str
    intensity: str
    statement: str
    repetition: int
    sex: str
