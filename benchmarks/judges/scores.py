"""Figures from what the judges said; pure arithmetic."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from verhm.labels import EMOTIONS

# The recogniser's word for each emotion; calm is none of its seven.
NAMED: Final = {
    **{"angry": "angry", "disgust": "disgust", "fearful": "fear", "happy": "happy"},
    **{"sad": "sad", "surprised": "surprise", "neutral": "neutral"},
}


@dataclass(frozen=True, eq=False)
class Readings:
    """What the recogniser said of faces.

    Attributes:
        classes: its C words
        probabilities: (P, K, C) per picture of each emotion; 0 throughout where no face was found
    """

    classes: tuple[str, ...]
    probabilities: np.ndarray

    @property
    def mean(self) -> np.ndarray:
        """(K, C) over the pictures."""
        return self.probabilities.mean(axis=0)

    @property
    def named(self) -> dict[str, str]:
        """The likeliest word for each emotion, averaged over its pictures."""
        return {
            emotion: self.classes[int(row.argmax())] if row.any() else "no face"
            for emotion, row in zip(EMOTIONS, self.mean, strict=True)
        }

    @property
    def risen(self) -> dict[str, str]:
        """The word that an emotion adds most to, above the neutral face; for subtle expressions."""
        added = self.mean - self.mean[EMOTIONS.index("neutral")]
        return {
            emotion: self.classes[int(row.argmax())]
            for emotion, row in zip(EMOTIONS, added, strict=True)
            if emotion != "neutral"
        }

    @property
    def right_risen(self) -> int:
        """How many of the six emotions add most to their own word."""
        return sum(self.risen.get(emotion) == word for emotion, word in NAMED.items())

    @property
    def right(self) -> int:
        """How many of the seven emotions are named rightly, averaged over their pictures."""
        return sum(self.named[emotion] == word for emotion, word in NAMED.items())

    @property
    def right_pictures(self) -> float:
        """Share of single pictures of the seven emotions that are named rightly."""
        likeliest, found = self.probabilities.argmax(axis=2), self.probabilities.max(axis=2) > 0
        hits = [
            (likeliest[:, row] == self.classes.index(NAMED[emotion])) & found[:, row]
            for row, emotion in enumerate(EMOTIONS)
            if emotion in NAMED
        ]
        return float(np.mean(hits))


def correlation(weights: np.ndarray, estimates: np.ndarray) -> float:
    """Pearson's r where the tracker found a face; 0 where it saw no change at all.

    Args:
        weights: (N,) put in
        estimates: (N,) found, NaN without a face
    """
    found = np.isfinite(estimates)
    if found.sum() < 3 or estimates[found].std() < 1e-9 or weights[found].std() < 1e-9:
        return 0.0
    return float(np.corrcoef(weights[found], estimates[found])[0, 1])


def estimates_of(name: str, blendshapes: list[dict[str, float] | None]) -> np.ndarray:
    """(N,) what the tracker says of a morph, the mean of both sides; NaN without a face."""
    return np.array(
        [
            np.nan
            if face is None
            else np.mean([face[morph] for morph in face if morph.startswith(name)])
            for face in blendshapes
        ]
    )
