"""What the tuned branches say of the rows that heads are fitted on, or judged by."""

from pathlib import Path

import numpy as np

from training.cache import Examples
from training.emotion import Learned
from training.runs import Tuned, name_plain, name_without, read_begun, read_tuned


class Branches:
    """The tuned branches of a work folder.

    Args:
        work: folder whose runs have ended
        originals: the rows of RAVDESS that are no copies
        folds: test speakers of each

    Raises:
        ValueError: when a speaker is in no fold, so that nothing would be held out from it
    """

    def __init__(self, work: Path, originals: Examples, folds: list[tuple[str, ...]]) -> None:
        untested = set(originals.speakers) - {name for fold in folds for name in fold}
        if untested:
            raise ValueError(f"no fold tests {', '.join(sorted(untested))}")
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
        final = self.run(name) if fold is None else self.without(fold)
        held_out = np.zeros((len(rows), len(final.bias)))
        bias = np.zeros_like(held_out)
        for other, speakers in enumerate(self._folds):
            if other != fold:
                unheard = self.without(*{other, other if fold is None else fold})
                theirs = np.isin(self._speakers, speakers)
                held_out[theirs] = unheard.logits("ravdess")[theirs]
                bias[theirs] = unheard.bias
        embedding = final.embedding["ravdess"][rows]
        return Learned(embedding, final.weights, final.bias, held_out[rows], bias[rows])

    def without(self, *folds: int, with_copies: bool = True) -> Tuned:
        """What the branch says that did not hear the speakers of some folds.

        Args:
            folds: one or two
            with_copies: whether it heard perturbed copies; if not, of one fold only

        Raises:
            SystemExit: when the run has not ended, or heard one of them
        """
        name = name_without(*folds) if with_copies else name_plain(*folds)
        unheard = {speaker for fold in folds for speaker in self._folds[fold]}
        if not unheard <= set(read_begun(self._work, name)["run"]["held_out"]):
            raise SystemExit(f"the run {name} heard a speaker that it was to hold out")
        return self.run(name)

    def run(self, name: str) -> Tuned:
        """What the branch of a run says.

        Raises:
            SystemExit: when the run has not ended
        """
        return read_tuned(self._work, name)
