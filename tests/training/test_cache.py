from pathlib import Path

import numpy as np
import pytest

from tests.training.examples import GOOD, make_clips, make_examples
from training.cache import (
    ClipFeatures,
    MouthClip,
    Prepared,
    features_path,
    mouth_path,
    read_examples,
    read_mouth,
    read_settings,
    write_features,
    write_mouth,
    write_settings,
)
from verhm.model.network import NetworkSettings


def test_features_come_back_as_windows_and_the_whole_of_each_copy(tmp_path):
    clips = make_clips(speakers=1, takes=1)
    rng = np.random.default_rng(0)
    for clip in clips:
        for copy in (0, 1):
            features = ClipFeatures(rng.normal(size=(3, 5)), (GOOD,) * 3)
            write_features(features_path(tmp_path, clip, copy), features)
    examples = read_examples(tmp_path, clips, copies=1)
    assert examples.statistics.shape == (len(clips) * 6, 5)
    assert examples.is_window.mean() == pytest.approx(2 / 3)
    assert examples.is_original.mean() == pytest.approx(1 / 2)
    assert examples.quality[0] == GOOD


def test_half_written_files_are_not_there(tmp_path):
    path = features_path(tmp_path, make_clips(1, 1)[0], 0)
    write_features(path, ClipFeatures(np.zeros((1, 5)), (GOOD,)))
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_mouths_come_back_with_or_without_copies(tmp_path):
    for copy in (0, 1, 2):
        clip = MouthClip(np.full((4, 3), copy, dtype=np.float32), np.zeros((4, 16), np.float32))
        write_mouth(mouth_path(tmp_path, "a", copy), clip)
    assert len(read_mouth(tmp_path, ("a",), with_copies=True)) == 3
    (original,) = read_mouth(tmp_path, ("a", "b"), with_copies=False)
    assert not original.frames.any()


def test_a_folder_prepared_differently_is_refused(tmp_path):
    prepared = Prepared(Path("/somewhere"), NetworkSettings(), 2)
    write_settings(tmp_path, prepared)
    write_settings(tmp_path, prepared)
    assert read_settings(tmp_path) == prepared
    with pytest.raises(SystemExit, match="other settings"):
        write_settings(tmp_path, Prepared(Path("/somewhere"), NetworkSettings(), 1))


def test_an_unprepared_folder_says_what_to_run(tmp_path):
    with pytest.raises(SystemExit, match=r"training\.prepare"):
        read_settings(tmp_path)


def test_choosing_rows_keeps_their_clips():
    examples = make_examples(make_clips(speakers=2, takes=1))
    chosen = examples.where(examples.speakers == "speaker-1")
    assert set(chosen.speakers) == {"speaker-1"}
    assert len(chosen.quality) == len(chosen.statistics) == len(examples.clip) / 2
