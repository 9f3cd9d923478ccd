import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tests.training.examples import make_sequence
from training.branch_model import BranchModel, embed_clips, pad, read_branch, trim
from training.cache import Sequence
from verhm.model.branch import EmotionBranch

WINDOW = 25


def make_branch() -> EmotionBranch:
    torch.manual_seed(0)
    return EmotionBranch(width=32, heads=4, layers=2, embedding=5)


@pytest.fixture(scope="module")
def model() -> BranchModel:
    return BranchModel(make_branch()).eval()


@pytest.fixture(scope="module")
def sequences() -> list[Sequence]:
    """More than are asked about at once, with one or two windows each."""
    rng = np.random.default_rng(0)
    found = [make_sequence(index % 8, rng) for index in range(40)]
    return [
        Sequence(one.tokens, one.speech, np.arange(1 + index % 2) * 4)
        for index, one in enumerate(found)
    ]


def test_a_clip_gives_the_same_alone_and_among_others(model, sequences):
    together = embed_clips(model, sequences, WINDOW)
    alone = np.concatenate([embed_clips(model, [one], WINDOW) for one in sequences])
    assert together.shape == (sum(len(one.first) + 1 for one in sequences), 5)
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_a_window_is_what_lies_in_it(model, sequences):
    one = sequences[1]
    assert one.first.tolist() == [0, 4]
    moved = Sequence(one.tokens, one.speech, np.array([4, 0]))
    there, here = embed_clips(model, [one], WINDOW), embed_clips(model, [moved], WINDOW)
    np.testing.assert_allclose(here, there[[1, 0, 2]], atol=1e-6)
    assert np.abs(there[0] - there[1]).max() > 1e-3


def test_silence_around_a_clip_changes_nothing_but_what_is_trimmed(model, sequences):
    one = sequences[0]
    kept = trim(one)
    assert kept.speech[0] and kept.speech[-1]
    assert len(kept.tokens) == len(one.tokens) - 14
    with torch.inference_mode():
        before, after = (model(pad([part], 1)) for part in (one, kept))
    torch.testing.assert_close(before, after, atol=1e-5, rtol=1e-5)


def test_where_nobody_speaks_nothing_is_trimmed(sequences):
    silent = Sequence(sequences[0].tokens, np.zeros_like(sequences[0].speech), np.array([0]))
    assert trim(silent) is silent


def test_padding_is_silence(sequences):
    tokens = pad(sequences[:3], shortest=100)
    assert tokens.values.shape == (3, 100, 32)
    for row, one in enumerate(sequences[:3]):
        assert not tokens.speech[row, len(one.tokens) :].any()
        np.testing.assert_array_equal(tokens.speech[row, : len(one.tokens)], one.speech)


def test_weights_are_read_in_half_precision_and_strictly(model, tmp_path):
    save_file(model.state_dict(), tmp_path / "branch.safetensors")
    read = read_branch(tmp_path / "branch.safetensors", make_branch())
    assert not read.training
    torch.testing.assert_close(read.head.weight, model.head.weight.half().float())
    with pytest.raises(RuntimeError):
        read_branch(tmp_path / "branch.safetensors", EmotionBranch(32, 4, 2, 6))
    with pytest.raises(FileNotFoundError):
        read_branch(tmp_path / "other.safetensors", make_branch())
