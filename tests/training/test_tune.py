import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from filelock import FileLock
from safetensors.torch import load_file

from tests.training.examples import SETTINGS, make_clips
from training import tune
from training.cache import ClipFeatures, Prepared, features_path, write_features
from training.runs import Run, plan, read_begun
from training.tune import ask, empty_branch, make_branch, read_lessons, tune_all
from training.tuning import WEIGHTS, TuningSettings
from verhm.labels import EMOTIONS
from verhm.model.encoder import WhisperConfig, WhisperEncoder

ROOT = Path(__file__).parents[2]
CLIPS = make_clips(speakers=3, takes=1)
FOLDS = [("speaker-0",), ("speaker-1",), ("speaker-2",)]
SCRIPT = """
import sys
from pathlib import Path

import torch
from filelock import Timeout
from torch import distributed

from tests.training.examples import make_lessons
from training.processes import hold
from training.tuning import WEIGHTS, TuningSettings, tune
from verhm.model.branch import EmotionBranch

distributed.init_process_group("gloo")
torch.set_num_threads(1)
torch.manual_seed(0)
held, free = (Path(name) for name in sys.argv[1:])
# Of nine clips in batches of four, the last has a batch to itself.
lessons, settings = make_lessons(9), TuningSettings(epochs=2, batch=4)
try:
    with hold(held):
        tune(held, EmotionBranch(32, 4, 1, 8), lessons, settings)
except Timeout:
    with hold(free):
        tune(free, EmotionBranch(32, 4, 1, 8), lessons, settings)
assert (free / WEIGHTS).exists()
distributed.destroy_process_group()
"""


@pytest.fixture
def work(tmp_path) -> Path:
    """A prepared folder of clips with one copy beside the original."""
    rng = np.random.default_rng(0)
    for clip in CLIPS:
        for copy in (0, 1):
            tokens, speech = rng.normal(size=(100, 6)), np.ones(100, dtype=bool)
            speech[:10] = False
            features = ClipFeatures(np.zeros((2, 24)), (), tokens, speech, np.array([0, 12]))
            write_features(features_path(tmp_path, clip, copy), features)
    return tmp_path


def test_lessons_are_clips_with_their_copies_from_first_to_last_speech(work):
    lessons = read_lessons(work, CLIPS, copies=1)
    assert [EMOTIONS[label] for label in lessons.labels] == [clip.emotion for clip in CLIPS]
    assert {len(copies) for copies in lessons.copies} == {2}
    assert {len(copy.tokens) for copies in lessons.copies for copy in copies} == {90}


def test_no_run_hears_a_speaker_that_it_holds_out(work):
    lessons = read_lessons(work, CLIPS, copies=0)
    for run in plan(FOLDS):
        chosen = tune._choose(lessons, CLIPS, run)
        heard = {
            CLIPS[index].speaker
            for index, copies in enumerate(lessons.copies)
            if any(copies[0] is kept[0] for kept in chosen.copies)
        }
        assert heard == {clip.speaker for clip in CLIPS} - set(run.held_out)
        assert len(chosen.copies) == len(chosen.labels) == 8 * len(heard)


def test_only_a_plain_run_hears_no_copies(work):
    lessons = read_lessons(work, CLIPS, copies=1)
    for run in plan(FOLDS):
        chosen = tune._choose(lessons, CLIPS, run)
        assert {len(copies) for copies in chosen.copies} == {2 if run.with_copies else 1}
    for copies, (original, _) in zip(chosen.copies, lessons.copies[:16], strict=True):
        assert copies == [original]  # the last run holds out the last speaker's clips


def test_an_emotion_that_the_network_does_not_know_is_no_lesson(work):
    bored = [clip for clip in CLIPS if clip.speaker == "speaker-0"]
    lessons = read_lessons(work, bored, copies=0)
    lessons.labels[0] = -1
    assert len(tune._choose(lessons, bored, Run("all")).copies) == len(bored) - 1


@pytest.fixture
def prepared(monkeypatch) -> Prepared:
    """Of the folder above: its clips are those of RAVDESS, a speaker's those of EMO-DB."""
    prepared = Prepared(Path("none"), "none", SETTINGS, 1)
    monkeypatch.setattr(tune, "read_settings", lambda _: prepared)
    monkeypatch.setattr(tune, "read_ravdess", lambda _: CLIPS)
    monkeypatch.setattr(tune, "read_emodb", lambda _: CLIPS[:8])
    monkeypatch.setattr(tune, "read_folds", lambda _: FOLDS)
    monkeypatch.setattr(tune, "make_branch", lambda some, _seed: empty_branch(some.network))
    return prepared


def test_all_runs_that_are_asked_for_are_tuned_and_asked(work, prepared):
    tune_all(work, TuningSettings(epochs=1), only=["without-1", "ravdess"])
    assert {path.name for path in (work / "runs").iterdir()} == {"without-1", "ravdess"}
    tuned = ask(work, work / "runs" / "ravdess", prepared, {"ravdess": CLIPS, "emodb": CLIPS[:8]})
    # Two windows and the whole of each clip, held-out speakers' too.
    assert tuned.embedding["ravdess"].shape == (len(CLIPS) * 3, SETTINGS.branch_embedding)
    assert tuned.logits("emodb").shape == (8 * 3, len(EMOTIONS))
    begun = read_begun(work, "without-1")
    assert begun["run"] == {
        "name": "without-1",
        "corpora": ["ravdess", "emodb"],
        "held_out": ["speaker-1"],
        "with_copies": True,
    }
    # Both corpora hold the same clips of the first speaker here; each clip has one copy.
    assert (begun["tuning"]["clips"], begun["tuning"]["sounds"]) == (24, 48)
    assert begun["tuning"]["epochs"] == 1


def test_a_run_that_ended_is_left_as_it_is_and_other_settings_are_refused(work, prepared):
    def ended() -> dict[str, bytes]:
        folder = work / "runs" / "ravdess"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    tune_all(work, TuningSettings(epochs=1), only=["ravdess"])
    before = ended()
    tune_all(work, TuningSettings(epochs=1), only=["ravdess"])
    assert ended() == before
    with pytest.raises(SystemExit, match="other settings"):
        tune_all(work, TuningSettings(epochs=1, seed=1), only=["ravdess"])
    assert ended() == before


def test_a_branch_begins_with_the_layers_above_the_trunk(tmp_path):
    torch.manual_seed(0)
    config = WhisperConfig(
        d_model=6, encoder_layers=3, encoder_attention_heads=2, encoder_ffn_dim=24, num_mel_bins=80
    )
    stock = WhisperEncoder(config)
    stock.save_pretrained(tmp_path)
    branch = make_branch(Prepared(Path("none"), str(tmp_path), SETTINGS, 0), seed=0)
    (layer,) = branch.layers
    torch.testing.assert_close(layer.fc1.weight, stock.layers[1].fc1.weight)


def test_two_processes_tune_one_branch_and_leave_alone_what_another_command_holds(tmp_path):
    script, held, free = (tmp_path / name for name in ("two.py", "held", "free"))
    script.write_text(SCRIPT, encoding="utf-8")
    held.mkdir()
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    with FileLock(held / "run.lock"):
        subprocess.run(
            [*command, "--nproc-per-node", "2", script, held, free],
            check=True,
            timeout=900,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        )
    assert not (held / WEIGHTS).exists()
    weights = load_file(free / WEIGHTS)
    assert all(value.isfinite().all() for value in weights.values())
    assert len((free / "log.csv").read_text().splitlines()) == 3
