from dataclasses import replace

import numpy as np
import pytest

from tests.training.examples import make_clips, make_examples
from training.learned import Branches
from training.runs import Tuned, begin, plan, run_folder, write_tuned
from verhm.labels import EMOTIONS

FOLDS = [("speaker-0", "speaker-1"), ("speaker-2",), ("speaker-3",)]
RUNS = plan(FOLDS)
EXAMPLES = make_examples(make_clips(speakers=4, takes=1))
COPIED = replace(EXAMPLES, is_original=EXAMPLES.clip % 2 == 0)
ORIGINALS = EXAMPLES.where(COPIED.is_original)
ROWS = len(ORIGINALS.clip)
EVERYBODY = np.ones(ROWS, dtype=bool)


@pytest.fixture(scope="module")
def branches(tmp_path_factory) -> Branches:
    """Branches of which each gives every logit the number of its run."""
    work = tmp_path_factory.mktemp("work")
    for number, run in enumerate(RUNS):
        folder = run_folder(work, run.name)
        folder.mkdir(parents=True)
        begin(folder, run, {})
        rows = {"ravdess": np.arange(2.0 * ROWS).reshape(ROWS, 2), "emodb": np.zeros((5, 2))}
        bias = np.full(len(EMOTIONS), float(number))
        write_tuned(folder, Tuned(rows, np.zeros((len(EMOTIONS), 2)), bias))
    return Branches(work, ORIGINALS, FOLDS)


def runs_of(logits: np.ndarray) -> list:
    """Which run each row is from."""
    return [RUNS[int(number)] for number in logits[:, 0]]


@pytest.mark.parametrize("fold", [None, 0, 1, 2])
def test_no_row_is_held_out_by_a_run_that_heard_its_speaker(branches, fold):
    rows = EVERYBODY if fold is None else ~np.isin(ORIGINALS.speakers, FOLDS[fold])
    learned = branches.knowing(rows, fold)
    assert len(learned.held_out) == len(learned.embedding) == rows.sum()
    np.testing.assert_array_equal(learned.held_out_bias, learned.held_out)  # no weights, only bias
    for speaker, run in zip(ORIGINALS.speakers[rows], runs_of(learned.held_out), strict=True):
        assert speaker in run.held_out
        if fold is not None:  # nor by one that heard a test speaker
            assert set(FOLDS[fold]) <= set(run.held_out)


def test_the_branch_of_a_fold_has_not_heard_its_test_speakers(branches):
    rows = ~np.isin(ORIGINALS.speakers, FOLDS[1])
    learned = branches.knowing(rows, 1)
    (run,) = set(runs_of(learned.bias[None]))
    assert run.held_out == FOLDS[1]
    np.testing.assert_array_equal(learned.embedding[:, 0], 2.0 * np.flatnonzero(rows))


@pytest.mark.parametrize("name", ["all", "ravdess"])
def test_everybody_is_known_to_the_run_that_is_asked_for(branches, name):
    (run,) = runs_of(branches.knowing(EVERYBODY, name=name).bias[None])
    assert run.name == name


def test_a_run_that_has_not_ended_is_missed(tmp_path):
    with pytest.raises(SystemExit, match=r"training\.tune"):
        Branches(tmp_path, ORIGINALS, FOLDS).knowing(EVERYBODY)


def test_a_run_that_heard_whom_it_was_to_hold_out_is_refused(tmp_path):
    folder = run_folder(tmp_path, "without-1")
    folder.mkdir(parents=True)
    begin(folder, RUNS[0], {})
    with pytest.raises(SystemExit, match="heard a speaker"):
        Branches(tmp_path, ORIGINALS, FOLDS).without(1)


def test_a_speaker_that_no_fold_tests_is_refused(tmp_path):
    with pytest.raises(ValueError, match="speaker-3"):
        Branches(tmp_path, ORIGINALS, FOLDS[:2])
