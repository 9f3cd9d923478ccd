from datetime import date, timedelta

import pytest

from verhm.labels import EMOTIONS
from verhm.report.trends import TrendPoint, joined, model_breaks, most_varying, since


@pytest.fixture
def point():
    """Function that makes a session's point."""

    def make(
        number: int, model: str = "a", sad: float = 20.0, calm: float = 10.0, reason: str = ""
    ) -> TrendPoint:
        figures = {label: (10.0, 5.0, 15.0) for label in EMOTIONS}
        figures |= {"sad": (sad, sad, sad), "calm": (calm, calm, calm)}
        figures |= {"valence": (0.0, -0.1, 0.1), "arousal": (0.0, -0.1, 0.1)}
        return TrendPoint(
            f"s{number}",
            number,
            date(2026, 1, 1) + timedelta(days=7 * number),
            grade="Good",
            model=f"model {model}",
            model_key=model,
            figures={} if reason else figures,
            reason=reason,
        )

    return make


def numbers(stretches) -> list[list[int]]:
    return [[point.number for point in stretch] for stretch in stretches]


def test_sessions_of_one_model_are_joined(point):
    assert numbers(joined([point(1), point(2), point(3)])) == [[1, 2, 3]]


def test_fewer_than_three_sessions_are_dots_only(point):
    assert joined([point(1), point(2)]) == []
    assert joined([]) == []


def test_no_line_crosses_from_one_model_to_another(point):
    points = [*(point(number) for number in (1, 2, 3)), *(point(n, "b") for n in (4, 5, 6, 7))]
    assert numbers(joined(points)) == [[1, 2, 3], [4, 5, 6, 7]]


def test_a_model_with_two_sessions_has_no_line_beside_one_that_has(point):
    points = [point(1, "a"), point(2, "a"), point(3, "b"), point(4, "b"), point(5, "b")]
    assert numbers(joined(points)) == [[3, 4, 5]]


def test_a_line_breaks_at_a_session_without_figures(point):
    points = [point(1), point(2), point(3, reason="too little speech"), point(4), point(5)]
    assert numbers(joined(points)) == [[1, 2], [4, 5]]


def test_a_return_to_an_earlier_model_is_not_joined_across_the_other(point):
    points = [point(1), point(2), point(3, "b"), point(4), point(5)]
    assert numbers(joined(points)) == [[1, 2], [4, 5]]


def test_breaks_lie_between_neighbours_of_different_models(point):
    points = [point(1), point(2, "b"), point(3, "b"), point(4)]
    assert numbers(model_breaks(points)) == [[1, 2], [3, 4]]


def test_a_session_without_figures_is_no_model_break(point):
    points = [point(1), point(2, "b", reason="too little speech"), point(3)]
    assert model_breaks(points) == []


def test_what_varies_most_is_shown_first(point):
    points = [point(number, sad=10.0 * number) for number in (1, 2, 3)]
    assert "sad" in most_varying(points)
    assert len(most_varying(points)) == 2


def test_with_two_sessions_the_largest_shares_are_shown(point):
    assert "calm" in most_varying([point(1, calm=90.0), point(2, calm=80.0)])


def test_without_figures_the_usual_emotions_are_shown(point):
    assert most_varying([point(1, reason="too little speech")]) == ("sad", "happy")


def test_a_range_keeps_the_sessions_from_its_first_day_on(point):
    points = [point(1), point(2), point(3)]
    assert since(points, points[1].day) == (points[1], points[2])
    assert since(points, None) == tuple(points)
