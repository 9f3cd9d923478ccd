import numpy as np
import pytest

from benchmarks.judges.scores import NAMED, Readings, correlation, estimates_of
from verhm.labels import EMOTIONS

CLASSES = tuple(NAMED.values())


def pictures_of(words: list[str]) -> np.ndarray:
    """(K, C) a picture of each emotion that is surely called by these words."""
    return np.array([[float(each == word) for each in CLASSES] for word in words])


RIGHT = pictures_of([NAMED.get(emotion, "neutral") for emotion in EMOTIONS])


def test_all_seven_can_be_right():
    readings = Readings(CLASSES, RIGHT[None])
    assert readings.right == 7
    assert readings.right_pictures == 1.0


def test_one_wrong_word_is_one_less():
    wrong = RIGHT.copy()
    wrong[EMOTIONS.index("fearful")] = pictures_of(["surprise"])[0]
    readings = Readings(CLASSES, np.stack([wrong, wrong, wrong]))
    assert readings.right == 6
    assert readings.named["fearful"] == "surprise"
    assert readings.right_pictures == pytest.approx(6 / 7)


def test_the_mean_over_pictures_decides():
    """Two doubtful misses weigh less than a sure hit."""
    at, fear, surprise = EMOTIONS.index("fearful"), CLASSES.index("fear"), CLASSES.index("surprise")
    doubtful = RIGHT.copy()
    doubtful[at] = 0
    doubtful[at, [fear, surprise]] = 0.45, 0.55
    readings = Readings(CLASSES, np.stack([doubtful, doubtful, RIGHT]))
    assert readings.named["fearful"] == "fear"
    assert readings.right_pictures == pytest.approx((7 + 6 + 6) / 21)


def test_a_picture_without_a_face_is_a_miss():
    unseen = np.stack([RIGHT, np.zeros_like(RIGHT)])
    assert Readings(CLASSES, unseen).right == 7
    assert Readings(CLASSES, unseen).right_pictures == 0.5
    assert Readings(CLASSES, np.zeros_like(unseen)).right == 0


def test_a_subtle_expression_is_read_by_what_it_adds_to_neutral():
    at, happy, neutral = EMOTIONS.index("happy"), CLASSES.index("happy"), CLASSES.index("neutral")
    subtle = RIGHT.copy()
    subtle[at] = 0
    subtle[at, [happy, neutral]] = 0.2, 0.8
    readings = Readings(CLASSES, subtle[None])
    assert readings.named["happy"] == "neutral" and readings.risen["happy"] == "happy"
    assert readings.right == 6 and readings.right_risen == 6


def test_calm_is_not_counted():
    readings = Readings(CLASSES, RIGHT[None])
    assert "calm" not in NAMED and readings.named["calm"] == "neutral"


def test_correlation_worked_out_by_hand():
    assert correlation(np.array([0, 1, 2.0]), np.array([1, 2, 2.0])) == pytest.approx(0.8660254)


def test_pictures_without_a_face_are_left_out_of_a_correlation():
    weights, estimates = np.array([0, 0.5, 1, 0.2]), np.array([0, 1, 2, np.nan])
    assert correlation(weights, estimates) == pytest.approx(1)


def test_a_tracker_that_sees_no_change_follows_nothing():
    assert correlation(np.linspace(0, 1, 5), np.full(5, 0.3)) == 0
    assert correlation(np.linspace(0, 1, 5), np.full(5, np.nan)) == 0


def test_both_sides_of_a_morph_are_averaged():
    faces = [{"eyeBlinkLeft": 0.2, "eyeBlinkRight": 0.4, "jawOpen": 1.0}, None]
    np.testing.assert_allclose(estimates_of("eyeBlink", faces), [0.3, np.nan])
