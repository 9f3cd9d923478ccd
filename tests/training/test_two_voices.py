"""How two voices on one channel are measured: what is made up, and what is counted."""

import numpy as np
import pytest
import soundfile

from training.corpora.clip import Clip
from training.talks import Talk, make_talk, make_talks
from training.two_voices import cut, figures, share_wrong, two_groups
from verhm.audio.media import decode

TALK = Talk(np.zeros(0), np.array([[0.0, 3.0], [4.0, 5.0]]), np.array([0, 1]), ("female", "female"))


@pytest.fixture(scope="module")
def clips(speak, tmp_path_factory) -> list[Clip]:
    """Two women and a man, each with a sentence in three moods."""
    folder = tmp_path_factory.mktemp("actors")
    path = folder / "a.wav"
    samples = decode(speak("short", "The kids are talking by the door.")).waveform.samples
    soundfile.write(path, samples, 16_000)
    return [
        Clip(f"{speaker} {mood}", path, speaker, mood, "normal", "kids", 1, sex)
        for speaker, sex in (("one", "female"), ("two", "female"), ("three", "male"))
        for mood in ("neutral", "angry", "sad")
    ]


def by_voice(clips: list[Clip], *names: str) -> list[list[Clip]]:
    return [[clip for clip in clips if clip.speaker == name] for name in names]


@pytest.mark.parametrize("has_calm", [True, False])
def test_two_people_speak_in_turns(has_calm, clips):
    talk = make_talk(by_voice(clips, "one", "three"), has_calm, np.random.default_rng(0))
    assert 60 < len(talk.samples) / 16_000 < 75
    assert np.abs(talk.samples).max() == pytest.approx(0.8)
    assert set(talk.sexes) == {"female", "male"}
    assert (np.diff(talk.spans.ravel()) > 0).all()
    changes = np.flatnonzero(np.diff(talk.speakers))
    begins = talk.spans[np.concatenate([[0], changes + 1]), 0]
    assert len(changes) >= 5
    assert np.diff(begins).min() > 2.5 and np.diff(begins).max() < 14


def test_as_many_recordings_are_made_of_each_kind(clips):
    talks = make_talks(clips, 1, np.random.default_rng(0))
    assert [len(talk.sexes) for talk in talks] == [2, 2, 1]
    assert len(set(talks[0].sexes)) == 1 and len(set(talks[1].sexes)) == 2
    assert not talks[2].speakers.any()


def test_pieces_cover_the_speech_and_reach_across_no_pause():
    bounds = cut(np.array([[1.0, 2.0], [2.2, 4.0], [5.0, 5.6]]))
    assert bounds.tolist() == [[1.0, 2.5], [1.75, 3.25], [2.5, 4.0], [5.0, 5.6]]
    assert cut(np.zeros((0, 2))).shape == (0, 2)


def test_groups_far_apart_are_found():
    vectors = np.concatenate([np.eye(4)[:1] + np.zeros((6, 4)), -np.eye(4)[:1] + np.zeros((3, 4))])
    groups, apart = two_groups(vectors)
    assert len(set(groups[:6])) == len(set(groups[6:])) == 1 and groups[0] != groups[8]
    assert apart == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("groups", "wrong"), [([0, 0, 1], 0.0), ([1, 1, 0], 0.0), ([0, 0, 0], 0.25), ([0, 1, 1], 0.375)]
)
def test_speech_counts_by_its_time_and_groups_have_no_names(groups, wrong):
    bounds = np.array([[0.0, 1.5], [1.5, 3.0], [4.0, 5.0]])
    assert share_wrong(TALK, bounds, np.array(groups)) == pytest.approx(wrong, abs=0.005)


def test_what_is_not_told_apart_counts_as_wrong():
    apart = np.array([0.9, 0.5, 0.3, 0.2, 0.6])
    sexes = [("female", "male"), ("male", "male"), ("male", "male"), ("male",), ("female",)]
    found = figures(
        apart, np.array([0.0, 0.2, 0.1, 0.4, 0.4]), np.array([0.5, 0.5, 0.3, 0.0, 0.0]), sexes
    )
    assert found == pytest.approx(
        {
            "wrong, number given": 0.1,
            "wrong, number given, same sex": 0.15,
            "recordings with a tenth wrong, number given": 2 / 3,
            "wrong, number found": 0.8 / 3,
            "wrong, number found, same sex": 0.4,
            "two voices found": 1 / 3,
            "two voices found, same sex": 0.0,
        }
    )
