"""What the tuned branches say of the rows that heads are fitted on, or judged by."""

from pathlib import Path

import numpy as np

from training.cache import Examples
from training.emotion import Learned
from training.runs import Tuned, name_without, read_tuned


class Branches:
    """The tuned branches of a work folder.

    Args:
        work: folder whose runs have ended
        originals: the rows of RAVDESS that are no copies
        folds: test speakers of each
    """

    def __init__(self, work: Path, originals: Examples, folds: list[tuple[str, ...]]) -> None:
        self._work = work
        self._speakers = originals.speakers
        self._folds = folds

    def knowing(self, rows: np.ndarray, fold: int | None = None, name: str = "all") -> Learned:
        """What is known to a fit of some rows.

        Args:
            rows: (N,) bool, which originals
            fold: that is held out, whose speakers own none of the rows
            name: of the run whose branch is used where no fold is held out
        """
        final = self.run(name if fold is None else name_without(fold))
        held_out = np.zeros((len(rows), len(final.bias)))
        bias = np.zeros_like(held_out)
        for other, speakers in enumerate(self._folds):
            if other != fold:
                unheard = self.run(name_without(*{other, other if fold is None else fold}))
                theirs = np.isin(self._speakers, speakers)
                held_out[theirs] = unheard.logits("ravdess")[theirs]
                bias[theirs] = unheard.bias
        embedding = final.embedding["ravdess"][rows]
        return Learned(embedding, final.weights, final.bias, held_out[rows], bias[rows])

    def run(self, name: str) -> Tuned:
        """What the branch of a run says.

        Raises:
            SystemExit: when the run has not ended
        """
        return read_tuned(self._work, name)
