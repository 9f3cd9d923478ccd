import csv
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from tests.training.examples import make_lessons
from training import tuning
from training.branch_model import BranchModel, embed_clips, read_branch
from training.tuning import WEIGHTS, TuningSettings, tune
from verhm.model.branch import EmotionBranch

SETTINGS = TuningSettings(epochs=5, rate=1e-3, head_rate=3e-3)
SHORT = replace(SETTINGS, epochs=3, batch=16)


def make_branch(seed: int = 0) -> EmotionBranch:
    torch.manual_seed(seed)
    return EmotionBranch(width=32, heads=4, layers=2, embedding=16)


@pytest.fixture(scope="module")
def lessons():
    return make_lessons(128)


@pytest.fixture(scope="module")
def few():
    return make_lessons(40)


@pytest.fixture(scope="module")
def folder(tmp_path_factory, lessons):
    path = tmp_path_factory.mktemp("a")
    tune(path, make_branch(), lessons, SETTINGS)
    return path


@pytest.fixture(scope="module")
def whole(tmp_path_factory, few):
    """A run that was not interrupted."""
    path = tmp_path_factory.mktemp("whole")
    tune(path, make_branch(), few, SHORT)
    return path


def logits_of(model: BranchModel, lessons, window: int = 25) -> np.ndarray:
    """(C, K) of the clips as they are, each as a whole."""
    embedding = embed_clips(model, [copies[0] for copies in lessons.copies], window)[1::2]
    with torch.inference_mode():
        return model.head(torch.from_numpy(embedding)).numpy()


def test_emotions_that_can_be_told_apart_are_learned(folder):
    unheard = make_lessons(64, copies=0, seed=1)
    found = logits_of(read_branch(folder / WEIGHTS, make_branch()), unheard)
    assert np.mean(found.argmax(axis=1) == unheard.labels) > 0.8


def test_a_run_keeps_its_losses_and_their_curve(folder):
    with (folder / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows] == list(range(SETTINGS.epochs))
    assert float(rows[-1]["loss"]) < float(rows[0]["loss"])
    with Image.open(folder / "curve.png") as picture:
        assert np.asarray(picture.convert("L")).std() > 5  # not a blank sheet
    assert not [path for path in folder.iterdir() if path.name.startswith("state")]


def test_the_mean_of_the_training_clips_lies_at_0(folder, lessons):
    model = read_branch(folder / WEIGHTS, make_branch())
    clips = embed_clips(model, [copies[0] for copies in lessons.copies], 1)[1::2]
    # Computed in bfloat16 while training, which keeps 8 bits.
    assert np.abs(clips.mean(axis=0)).max() < 0.02 * clips.std()


def test_centring_changes_no_logit(few):
    model = BranchModel(make_branch()).eval()
    torch.nn.init.normal_(model.branch.embed.bias)
    before = logits_of(model, few)
    tuning._centre(model, few, torch.device("cpu"))
    np.testing.assert_allclose(logits_of(model, few), before, atol=1e-5)


class Killed(Exception):
    """Stands for a process that ends where it is."""


@pytest.fixture
def kill_after(monkeypatch):
    """Function that lets a run end after some epochs, before or after the last one is kept."""

    def arrange(epochs: int, is_kept: bool) -> None:
        keep = tuning._keep

        def die(folder, model, optimiser, schedule, epoch, loss):
            if is_kept or epoch + 1 < epochs:
                keep(folder, model, optimiser, schedule, epoch, loss)
            if epoch + 1 == epochs:
                raise Killed

        monkeypatch.setattr(tuning, "_keep", die)

    yield arrange


@pytest.mark.parametrize(("epochs", "is_kept"), [(2, True), (2, False)])
def test_a_killed_run_ends_as_if_it_had_not_been(
    epochs, is_kept, tmp_path, few, whole, kill_after, monkeypatch
):
    kill_after(epochs, is_kept)
    with pytest.raises(Killed):
        tune(tmp_path, make_branch(), few, SHORT)
    assert not (tmp_path / WEIGHTS).exists()
    monkeypatch.undo()
    torch.manual_seed(99)  # what was random elsewhere meanwhile does not count
    tune(tmp_path, make_branch(seed=1), few, SHORT)
    ended, expected = load_file(tmp_path / WEIGHTS), load_file(whole / WEIGHTS)
    for name, weights in expected.items():
        torch.testing.assert_close(ended[name], weights, atol=0, rtol=0)
    assert (tmp_path / "log.csv").read_text() == (whole / "log.csv").read_text()


def test_every_clip_is_shown_once_an_epoch_beside_clips_of_like_length(lessons):
    batches = tuning._batches(lessons, 8, np.random.default_rng(0))
    assert sorted(np.concatenate(batches)) == list(range(len(lessons.labels)))
    lengths = np.array([len(copies[0].tokens) for copies in lessons.copies])
    spread = np.mean([lengths[batch].std() for batch in batches])
    assert spread < lengths.std() / 3


def test_mixing_keeps_the_targets_sums_and_hides_no_speech(few):
    rng = np.random.default_rng(0)
    clips = np.arange(8)
    tokens = tuning.pad([few.copies[clip][0] for clip in clips], 1)
    mixed, targets = tuning._mix(tokens, few, clips, TuningSettings(), rng)
    torch.testing.assert_close(targets.sum(dim=1), torch.ones(8))
    assert (targets.argmax(dim=1).numpy() == few.labels[clips]).all()
    assert (mixed.speech | ~tokens.speech).all()
