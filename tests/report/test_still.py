"""A picture comes out, whatever there is to draw."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.factories import make_analysis
from verhm.report import look
from verhm.report.still import HEIGHT, WIDTH, write_emotions_png
from verhm.types import WindowStatus


def pixels(analysis, path) -> np.ndarray:
    write_emotions_png(analysis, path)
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def count(image: np.ndarray, colour: str) -> int:
    wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
    return int((image == wanted).all(axis=2).sum())


@pytest.mark.parametrize("duration", [1.5, 13.0, 60.0, 1_200.0])
def test_a_picture_has_its_size_and_is_not_blank(duration, tmp_path):
    image = pixels(make_analysis(duration), tmp_path / "emotions.png")
    assert image.shape == (HEIGHT, WIDTH, 3)
    assert image.std() > 10


def test_the_same_analysis_gives_the_same_picture(tmp_path):
    first, second = (pixels(make_analysis(20.0), tmp_path / name) for name in ("a.png", "b.png"))
    np.testing.assert_array_equal(first, second)


def test_certainty_is_dark_and_no_result_shows_no_probability(tmp_path):
    analysis = make_analysis(20.0)
    sure = np.zeros_like(analysis.timeline.probabilities)
    sure[:, 3] = 1.0
    timeline = replace(analysis.timeline, probabilities=sure)
    nothing = replace(timeline, status=(WindowStatus.NOISY,) * len(timeline))
    dark = pixels(replace(analysis, timeline=timeline), tmp_path / "sure.png")
    hatched = pixels(replace(analysis, timeline=nothing), tmp_path / "nothing.png")
    key = count(hatched, look.HEAT[-1])
    assert count(dark, look.HEAT[-1]) > key + 10_000
    assert count(hatched, look.COLOURS["sad"]) < count(dark, look.COLOURS["sad"]) / 10
    assert count(hatched, look.HATCH_PAPER) > 10_000
