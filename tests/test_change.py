import numpy as np
import pytest
from scipy import stats

from benchmarks.trends import SERIES, judge, make_patient
from verhm.change import LEAST_ORDERED, change_points, compare, find_usual

STEADY = np.array([0.4, 0.2, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05])
SPEECH = np.full(6, 240.0)


def draw(count: int, seed: int = 0, usual: np.ndarray = STEADY) -> np.ndarray:
    """Sessions about the usual shares."""
    return np.random.default_rng(seed).dirichlet(60 * usual, count)


@pytest.fixture(scope="module")
def patients():
    rng = np.random.default_rng(0)
    return [make_patient(rng, SERIES, 60.0) for _ in range(80)]


@pytest.mark.parametrize("usual", [3, 5, 8])
def test_unchanged_patients_are_seldom_flagged(patients, usual):
    assert judge(patients, usual, np.random.default_rng(1)).false_flags <= 0.05


def test_changes_of_twice_the_detectable_one_are_found(patients):
    assert judge(patients, 8, np.random.default_rng(1)).found >= 0.9


def test_the_index_is_the_difference_in_standard_errors():
    shares = draw(4)
    usual, session = find_usual(shares, SPEECH[:4]), STEADY[::-1]
    places = np.arcsin(np.sqrt(shares))
    frequent = shares.mean(axis=0) >= 0.05
    error = np.sqrt(places[:, frequent].var(axis=0, ddof=1).mean())
    index = (np.arcsin(np.sqrt(session)) - places.mean(axis=0)) / (error * np.sqrt(1 + 1 / 4))
    change = compare(usual, session)
    np.testing.assert_allclose(change.index, index)
    np.testing.assert_allclose(change.difference, session - usual.shares)
    freedom = (frequent.sum() - 1) * 3
    assert usual.freedom == freedom
    raw = 2 * stats.t.sf(np.abs(index), freedom)
    assert change.p.min() == pytest.approx(8 * raw.min())
    assert (np.argsort(change.p, kind="stable")[0] == np.argmin(raw)) and (change.p >= raw).all()


@pytest.mark.parametrize(("emotions", "level"), [(1, 0.05), (None, 0.05 / 8)])
def test_a_session_at_the_edge_of_the_band_is_at_its_level(emotions, level):
    usual = find_usual(draw(6), SPEECH)
    low, high = usual.band(emotions=emotions)
    for edge in (low, high):
        inside = edge > 0
        raw = 2 * stats.t.sf(np.abs(compare(usual, edge).index[inside]), usual.freedom)
        np.testing.assert_allclose(raw, level)
    assert (low <= usual.shares).all() and (usual.shares <= high).all()


def test_shares_beyond_the_edges_are_reliable_and_no_others_are():
    rng, flags = np.random.default_rng(2), set()
    for seed in range(300):
        usual = find_usual(draw(3, seed), SPEECH[:3])
        session = rng.dirichlet(rng.choice([60, 2]) * rng.permutation(STEADY))
        change = compare(usual, session, rng.choice([30.0, 240.0]))
        beyond = (session < change.low) | (session > change.high)
        assert (beyond == change.is_reliable).all()
        assert (change.low <= usual.shares).all() and (usual.shares <= change.high).all()
        flags.add(int(beyond.sum()))
    assert {0, 1, 2, 3} <= flags  # so that each step of Holm's procedure was seen


def test_sessions_that_happen_to_agree_are_not_taken_for_exact():
    alike = find_usual(np.tile(STEADY, (3, 1)), SPEECH[:3])
    assert alike.error == pytest.approx(np.sqrt(3 / (4 * 240)))
    assert not compare(alike, draw(1)[0] * 0.02 + STEADY * 0.98).is_reliable.any()


def test_a_short_session_is_known_less_exactly_than_the_usual_ones():
    usual = find_usual(draw(6), SPEECH)
    long, short = usual.band(240.0), usual.band(20.0)
    assert np.all(short[0] <= long[0]) and np.all(short[1] >= long[1])
    assert np.any(short[1] > long[1])
    moved = usual.band()[1]
    assert (
        np.abs(compare(usual, moved, 20.0).index).max() < np.abs(compare(usual, moved).index).max()
    )
    least = 3 / (4 * 20)
    assert usual.spread(20.0) == pytest.approx(np.sqrt(least + usual.error**2 / 6))


def test_one_emotion_all_the_time_is_no_error():
    always = find_usual(np.tile(np.eye(8)[0], (3, 1)), SPEECH[:3])
    changed = compare(always, np.eye(8)[2])
    assert list(np.flatnonzero(changed.is_reliable)) == [0, 2]


def test_two_sessions_do_not_say_what_is_usual():
    with pytest.raises(ValueError, match="2 sessions"):
        find_usual(draw(2), SPEECH[:2])


def test_a_lasting_change_is_found_where_it_begins():
    other = STEADY[[2, 1, 0, 3, 4, 5, 6, 7]]
    series = np.concatenate([draw(7), draw(6, 1, other), draw(7, 2)])
    assert change_points(series) == (7, 13)


def test_few_unchanged_series_are_cut():
    cut = [bool(change_points(draw(10, seed))) for seed in range(100)]
    assert np.mean(cut) <= 0.1


def test_short_series_are_left_whole():
    series = np.concatenate([np.tile(np.eye(8)[0], (4, 1)), np.tile(np.eye(8)[1], (3, 1))])
    assert len(series) < LEAST_ORDERED
    assert change_points(series) == ()


def test_the_same_series_is_cut_alike_again():
    series = draw(12, seed=3)
    assert change_points(series) == change_points(series)
