from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.trends_axes import LEFT, RIGHT, places, time_axis, value_axis
from ui.trends_numbers import spread_numbers
from verhm.report.trends import TrendPoint

DAYS = st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), min_size=1, max_size=20)


@given(DAYS)
def test_every_session_lies_inside(days):
    axis = time_axis(days)
    assert all(LEFT < axis.x(day) < RIGHT for day in days)


@given(DAYS, st.dates(date(2020, 1, 1), date(2029, 1, 1)))
def test_equal_times_are_equally_wide(days, start):
    axis = time_axis(days)
    steps = [axis.x(start + timedelta(days=30 * index)) for index in range(3)]
    assert steps[1] - steps[0] == pytest.approx(steps[2] - steps[1])


@given(DAYS)
def test_months_are_first_days_and_not_too_many(days):
    months = time_axis(days).months()
    assert all(month.day == 1 for month in months)
    assert len(months) <= 9
    assert months == sorted(months)


def test_half_a_year_has_every_month():
    axis = time_axis([date(2026, 6, 2), date(2026, 11, 15)])
    assert [month.month for month in axis.months()] == [6, 7, 8, 9, 10, 11]


@given(st.lists(st.dates(date(2024, 1, 1), date(2026, 1, 1)), min_size=1, max_size=20))
def test_sessions_lie_beside_each_other_in_their_order(days):
    days.sort()
    axis = time_axis(days)
    points = [TrendPoint(str(index), index, day) for index, day in enumerate(days)]
    across = places(points, axis)
    xs = [across[point.session_id] for point in points]
    assert all(left < right for left, right in pairwise(xs))
    for day in set(days):
        of_day = [x for x, each in zip(xs, days, strict=True) if each == day]
        assert sum(of_day) / len(of_day) == pytest.approx(axis.x(day))


@given(st.lists(st.floats(0, 100), max_size=30))
def test_shares_lie_on_an_axis_of_round_numbers(values):
    axis = value_axis(values, (0.0, 100.0), (5, 10, 20, 25), 40.0, 80.0)
    assert 0 <= axis.low < axis.high <= 100
    assert all(axis.low - 1e-6 <= value <= axis.high + 1e-6 for value in values)
    assert 2 <= len(axis.ticks()) <= 6
    assert all(tick % axis.step == pytest.approx(0, abs=1e-6) for tick in axis.ticks())


@given(st.lists(st.floats(-1, 1), max_size=30))
def test_valence_lies_on_an_axis_of_round_numbers(values):
    axis = value_axis(values, (-1.0, 1.0), (0.1, 0.2, 0.25, 0.5), 40.0, 68.0)
    assert -1 - 1e-9 <= axis.low < axis.high <= 1 + 1e-9
    assert all(axis.low - 1e-6 <= value <= axis.high + 1e-6 for value in values)
    assert len(axis.ticks()) <= 6


def test_higher_figures_are_drawn_higher():
    axis = value_axis([10, 40], (0.0, 100.0), (5, 10, 20, 25), 40.0, 80.0)
    assert axis.y(40) < axis.y(10)
    assert axis.y(axis.low) == 120.0
    assert axis.y(axis.high) == 40.0


@given(st.lists(st.floats(130, 955), min_size=1, max_size=28))
def test_numbers_of_sessions_never_lie_on_each_other(places):
    moved = spread_numbers(sorted(places), 29.0, RIGHT)
    assert all(right - left >= 29.0 - 1e-6 for left, right in pairwise(moved))
    assert moved[-1] <= RIGHT


def test_numbers_with_room_stay_where_they_are():
    assert spread_numbers([140.0, 300.0, 500.0], 29.0, RIGHT) == [140.0, 300.0, 500.0]
