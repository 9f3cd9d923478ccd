"""The sessions of a person as a picture."""

from datetime import date, timedelta

import numpy as np
import pytest
from PIL import Image

from verhm.labels import EMOTIONS
from verhm.report import look
from verhm.report.trend_still import HEIGHT, WIDTH, write_trend_png
from verhm.report.trends import Band, TrendPoint


def points(count, model=lambda number: "a", grade="Good"):
    return [
        TrendPoint(
            str(number),
            number,
            date(2026, 1, 1) + timedelta(days=30 * number),
            grade=grade,
            model_key=model(number),
            figures=dict.fromkeys(EMOTIONS, (40.0, 30.0, 50.0)),
        )
        for number in range(count)
    ]


def ink(sessions, path, *more) -> int:
    """Pixels in the colour of surprise."""
    write_trend_png(sessions, path, *more)
    with Image.open(path) as image:
        assert image.size == (WIDTH, HEIGHT)
        pixels = np.asarray(image.convert("RGB"))
    colour = look.COLOURS["surprised"]
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int((pixels == wanted).all(axis=2).sum())


@pytest.mark.parametrize("count", [1, 2, 40])
def test_every_session_is_drawn(count, tmp_path):
    one = ink(points(1), tmp_path / "a.png")
    assert ink(points(count), tmp_path / "a.png") > 0.7 * count * one


def test_models_are_never_joined_by_a_line(tmp_path):
    joined = ink(points(6), tmp_path / "a.png")
    apart = ink(points(6, lambda number: "ab"[number % 2]), tmp_path / "b.png")
    assert apart < 0.8 * joined


def test_sessions_without_figures_are_passed_over(tmp_path):
    some = [*points(3), TrendPoint("x", 9, date(2026, 6, 1), reason="no result")]
    assert ink(some, tmp_path / "a.png") > 0


def test_a_poor_recording_is_an_open_dot(tmp_path):
    good, poor = (ink(points(1, grade=grade), tmp_path / "a.png") for grade in ("Good", "Poor"))
    assert poor < good


def changed(path, sessions, *more) -> np.ndarray:
    """(H, W) which pixels differ from those of the plain picture."""
    plain, other = path / "plain.png", path / "other.png"
    write_trend_png(sessions, plain)
    write_trend_png(sessions, other, *more)
    return (np.asarray(Image.open(plain)) != np.asarray(Image.open(other))).any(axis=2)


def test_the_reported_session_is_ringed_once_in_each_chart(tmp_path):
    sessions = points(3)
    rings = changed(tmp_path, sessions, sessions[1])
    columns = np.flatnonzero(rings.any(axis=0))
    assert len(np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1)) == 4  # four in a row


def test_what_is_usual_is_shaded_where_it_is_known_and_as_wide_as_it_is_there(tmp_path):
    sessions = points(6)

    def shaded(edges) -> np.ndarray:
        low_high = {number: dict.fromkeys(EMOTIONS, each) for number, each in edges.items()}
        band = Band(dict.fromkeys(EMOTIONS, 40.0), low_high)
        return changed(tmp_path, sessions, None, band)

    whole, half = (shaded({str(each): (30.0, 50.0) for each in range(count)}) for count in (6, 3))
    assert 0.3 * whole.sum() < half.sum() < 0.6 * whole.sum()
    wider = shaded({str(each): (30.0, 50.0 if each else 58.0) for each in range(6)})
    more = np.flatnonzero((wider & ~whole).any(axis=0))
    assert len(more) and not (whole & ~wider).any()
    assert more.min() < WIDTH / 8  # at the first session, in the first of four charts
