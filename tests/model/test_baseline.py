import numpy as np
import pytest

from tests.factories import make_timeline
from verhm.errors import RequestError
from verhm.model.baseline import LEAST, join_voices, measure_voice, usual_embedding
from verhm.types import Voice

CENTRES = np.eye(8) - 1 / 8  # where eight emotions lie around the speaker


def voice(windows: float, mean=(1.0, -2.0), model: str = "a") -> Voice:
    return Voice(model, windows, np.array(mean))


def test_a_voice_is_the_mean_of_the_windows_with_a_result():
    timeline = make_timeline(20.0)
    embedding = np.random.default_rng(0).normal(size=(len(timeline), 4))
    measured = measure_voice(embedding, timeline, "a")
    np.testing.assert_allclose(measured.mean, embedding[timeline.has_result].mean(axis=0))
    embedding[~timeline.has_result] = 1e6
    np.testing.assert_array_equal(measure_voice(embedding, timeline, "a").mean, measured.mean)


def test_overlapping_windows_are_not_counted_twice():
    timeline = make_timeline(30.0)  # every 0.5 s a window of 3 s, all but two with a result
    measured = measure_voice(np.zeros((len(timeline), 4)), timeline, "a")
    assert len(timeline) == 55
    assert measured.windows == pytest.approx(10.0)


def test_recordings_count_as_much_as_they_hold():
    joined = join_voices([voice(30.0, (1.0, 0.0)), voice(10.0, (5.0, 4.0))])
    assert joined.windows == 40.0
    np.testing.assert_allclose(joined.mean, [2.0, 1.0])


@pytest.mark.parametrize("voices", [[], [voice(20.0), voice(20.0, model="b")]])
def test_nothing_and_different_models_cannot_be_joined(voices):
    with pytest.raises(RequestError, match=r"^E74"):
        join_voices(voices)


def test_recordings_without_a_result_make_no_baseline():
    nothing = join_voices([voice(0.0, (0.0, 0.0))] * 2)
    with pytest.raises(RequestError, match=r"^E74 The baseline holds 0.0 windows"):
        usual_embedding(nothing, "a")


def test_more_windows_are_believed_more():
    few, many = (usual_embedding(voice(count), "a") for count in (LEAST, 1_000))
    np.testing.assert_allclose(few, np.array([1.0, -2.0]) * 10 / 15)
    np.testing.assert_allclose(many, [1.0, -2.0], rtol=0.01)


@pytest.mark.parametrize("baseline", [voice(LEAST - 0.1), voice(50.0, model="b")])
def test_an_unfit_baseline_is_refused(baseline):
    with pytest.raises(RequestError, match=r"^E74"):
        usual_embedding(baseline, "a")


def gain(count: int, shrunk: bool) -> float:
    """Share of windows that a baseline of so many windows puts right, less what it spoils."""
    rng = np.random.default_rng(0)
    gains = []
    for _ in range(100):
        labels = rng.integers(0, 8, 200)
        embedding = CENTRES[labels] + rng.normal(0, 0.2, 8) + rng.normal(0, 0.25, (200, 8))
        usual = embedding[rng.choice(200, count, replace=False)].mean(axis=0)
        if shrunk:
            usual = usual_embedding(Voice("a", count, usual), "a")
        before, after = (rows.argmax(axis=1) == labels for rows in (embedding, embedding - usual))
        gains.append(after.mean() - before.mean())
    return float(np.mean(gains))


@pytest.mark.parametrize("count", [1, 2])
def test_the_mean_of_one_or_two_windows_would_hurt(count):
    assert gain(count, shrunk=False) < -0.01


@pytest.mark.parametrize("count", [LEAST, 40])
def test_ten_windows_help(count):
    assert gain(count, shrunk=True) > 0.03
