from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from training.runs import Tuned, name_plain, name_without, plan, read_tuned, run_folder, write_tuned

FOLDS = [(f"{number}a", f"{number}b") for number in range(5)]


def test_every_fold_and_every_pair_of_folds_is_held_out_once():
    held_out = [set(run.held_out) for run in plan(FOLDS) if run.held_out and run.with_copies]
    expected = [set(fold) for fold in FOLDS]
    expected += [{*one, *other} for one, other in combinations(FOLDS, 2)]
    assert len(held_out) == len(expected) == 15
    assert all(speakers in held_out for speakers in expected)


def test_a_run_is_named_after_the_folds_that_it_does_not_hear():
    runs = {run.name: run for run in plan(FOLDS)}
    assert len(runs) == len(plan(FOLDS)) == 22
    for folds in [(2,), (0, 3), (3, 0), (4, 1)]:
        speakers = {name for fold in folds for name in FOLDS[fold]}
        assert set(runs[name_without(*folds)].held_out) == speakers


def test_each_fold_is_held_out_without_copies_too():
    runs = {run.name: run for run in plan(FOLDS)}
    for index, fold in enumerate(FOLDS):
        assert runs[name_plain(index)] == replace(
            runs[name_without(index)], name=name_plain(index), with_copies=False
        )
        assert runs[name_plain(index)].held_out == fold


def test_two_runs_hear_everybody_of_both_corpora_or_of_one():
    everybody = {run.name: run.corpora for run in plan(FOLDS) if not run.held_out}
    assert everybody == {
        "all": ("ravdess", "emodb"),
        "ravdess": ("ravdess",),
    }


def test_what_a_branch_says_comes_back(tmp_path):
    rng = np.random.default_rng(0)
    embedding = {"ravdess": rng.normal(size=(7, 4)), "emodb": rng.normal(size=(3, 4))}
    tuned = Tuned(embedding, rng.normal(size=(8, 4)), rng.normal(size=8))
    folder = run_folder(tmp_path, "all")
    folder.mkdir(parents=True)
    write_tuned(folder, tuned)
    read = read_tuned(tmp_path, "all")
    for corpus, rows in embedding.items():
        np.testing.assert_array_equal(read.embedding[corpus], rows)
    assert [path.name for path in folder.iterdir()] == ["rows.npz"]


def test_logits_by_hand():
    tuned = Tuned({"emodb": np.array([[1.0, 2.0]])}, np.array([[3.0, 0.0], [0.0, 5.0]]), np.ones(2))
    np.testing.assert_array_equal(tuned.logits("emodb"), [[4.0, 11.0]])


def test_a_run_that_has_not_ended_says_what_to_do(tmp_path):
    with pytest.raises(SystemExit, match=r"training\.tune"):
        read_tuned(tmp_path, "all")
