from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.training.examples import GOOD, make_clips, make_examples
from training.cache import (
    ClipFeatures,
    MouthClip,
    Prepared,
    SpokenClip,
    features_path,
    frames_path,
    mouth_path,
    read_examples,
    read_frames,
    read_mouth,
    read_sequences,
    read_settings,
    read_spoken,
    spoken_folder,
    write_features,
    write_frames,
    write_mouth,
    write_settings,
    write_spoken,
)
from training.synthesised_speech import Phoneme
from verhm.model.network import NetworkSettings


def make_features(rng: np.random.Generator) -> ClipFeatures:
    """Of two windows and the whole of a clip of 80 tokens."""
    tokens, speech = rng.normal(size=(80, 4)), rng.random(80) < 0.5
    return ClipFeatures(rng.normal(size=(3, 5)), (GOOD,) * 3, tokens, speech, np.array([0, 5]))


def test_features_come_back_as_windows_and_the_whole_of_each_copy(tmp_path):
    clips = make_clips(speakers=1, takes=1)
    rng = np.random.default_rng(0)
    for clip in clips:
        for copy in (0, 1):
            write_features(features_path(tmp_path, clip, copy), make_features(rng))
    examples = read_examples(tmp_path, clips, copies=1)
    assert examples.statistics.shape == (len(clips) * 6, 5)
    assert examples.is_window.mean() == pytest.approx(2 / 3)
    assert examples.is_original.mean() == pytest.approx(1 / 2)
    assert examples.quality[0] == GOOD


def test_sequences_come_back_with_their_copies_the_original_first(tmp_path):
    clip = make_clips(1, 1)[0]
    rng = np.random.default_rng(0)
    made = [make_features(rng) for _ in range(3)]
    for copy, features in enumerate(made):
        write_features(features_path(tmp_path, clip, copy), features)
    (found,) = read_sequences(tmp_path, [clip], copies=2)
    for sequence, features in zip(found, made, strict=True):
        np.testing.assert_array_equal(sequence.tokens, features.tokens.astype(np.float16))
        np.testing.assert_array_equal(sequence.speech, features.speech)
        np.testing.assert_array_equal(sequence.first, features.first)
    with pytest.raises(FileNotFoundError):
        read_sequences(tmp_path, [clip], copies=3)


def test_frames_come_back(tmp_path):
    path = frames_path(tmp_path, make_clips(1, 1)[0])
    frames, speech = np.random.default_rng(0).normal(size=(7, 3)), np.arange(7) > 2
    write_frames(path, frames, speech)
    found, spoken = read_frames(path)
    np.testing.assert_array_equal(found, frames.astype(np.float16))
    np.testing.assert_array_equal(spoken, speech)


@pytest.mark.parametrize("is_held_out", [True, False])
def test_synthesised_speech_comes_back_where_it_belongs(tmp_path, is_held_out):
    phonemes = (Phoneme("", 0.0, 0.1), Phoneme("aɪ", 0.1, 0.35))
    clip = SpokenClip(np.ones((6, 3)), np.arange(6) > 1, phonemes)
    write_spoken(spoken_folder(tmp_path, is_held_out) / "000.npz", clip)
    (found,) = read_spoken(tmp_path, is_held_out)
    assert found.phonemes == phonemes
    np.testing.assert_array_equal(found.frames, clip.frames)
    np.testing.assert_array_equal(found.speech, clip.speech)
    assert not read_spoken(tmp_path, not is_held_out)


def test_half_written_files_are_not_there(tmp_path):
    path = features_path(tmp_path, make_clips(1, 1)[0], 0)
    write_features(path, make_features(np.random.default_rng(0)))
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_mouths_come_back_with_or_without_copies(tmp_path):
    for copy in (0, 1, 2):
        clip = MouthClip(np.full((4, 3), copy), np.ones(4, bool), np.zeros((4, 16), np.float32))
        write_mouth(mouth_path(tmp_path, "a", copy), clip)
    assert len(read_mouth(tmp_path, ("a",), with_copies=True)) == 3
    (original,) = read_mouth(tmp_path, ("a", "b"), with_copies=False)
    assert not original.frames.any()


def test_a_folder_prepared_differently_is_refused(tmp_path):
    prepared = Prepared(Path("/somewhere"), "an encoder", NetworkSettings(), 2)
    write_settings(tmp_path, prepared)
    write_settings(tmp_path, prepared)
    assert read_settings(tmp_path) == prepared
    with pytest.raises(SystemExit, match="other settings"):
        write_settings(tmp_path, replace(prepared, copies=1))
    with pytest.raises(SystemExit, match="other settings"):
        write_settings(tmp_path, replace(prepared, source="another encoder"))


def test_an_unprepared_folder_says_what_to_run(tmp_path):
    with pytest.raises(SystemExit, match=r"training\.prepare"):
        read_settings(tmp_path)


def test_choosing_rows_keeps_their_clips():
    examples = make_examples(make_clips(speakers=2, takes=1))
    chosen = examples.where(examples.speakers == "speaker-1")
    assert set(chosen.speakers) == {"speaker-1"}
    assert len(chosen.quality) == len(chosen.statistics) == len(examples.clip) / 2
