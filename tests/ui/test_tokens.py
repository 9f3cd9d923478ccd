"""The looks: the same tokens before and after a script runs, and contrast where it is promised."""

import re

import pytest

from ui.theme import asset

PAPERS = ("bg", "surface", "surface-2", "surface-3")
DRAWN = ("ink", "ink-2", "ink-3", "line-strong", "accent", "accent-strong", "alert")
HIGH = 7.0  # WCAG AAA


def blocks(name: str) -> list[dict[str, str]]:
    """The lists of tokens in a file, each as name → value."""
    found = re.findall(r":root[^{]*\{([^{}]*)\}", asset(name))
    lists = (dict(re.findall(r"--([\w-]+):\s*([^;]+);", each)) for each in found)
    return [each for each in lists if "ink" in each]


def luminance(colour: str) -> float:
    """WCAG 2 relative luminance of #rrggbb."""
    parts = [int(colour[first : first + 2], 16) / 255 for first in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_has_the_greatest_contrast():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("name", ["10-tokens.css", "11-contrast.css"])
def test_a_look_is_the_same_before_and_after_a_script_runs(name):
    *_, before, after = blocks(name)
    assert before == after


def test_high_contrast_is_high():
    light, tokens = blocks("10-tokens.css")[0], blocks("11-contrast.css")[0]
    assert set(tokens) <= set(light)
    for drawn in DRAWN:
        for paper in PAPERS:
            assert contrast(tokens[drawn], tokens[paper]) >= HIGH, (drawn, paper)
    for drawn in ("line", "hatch", "wave", "e-edge", "e-neutral", "e-sad", "e-calm"):
        assert contrast(tokens[drawn], tokens["surface"]) >= HIGH, drawn
    for emotion in ("happy", "fearful", "surprised", "disgust", "angry"):
        colour = (light | tokens)[f"e-{emotion}"]
        assert contrast(tokens["on-e-light"], colour) >= HIGH, emotion
    for emotion in ("neutral", "sad"):
        assert contrast(tokens["on-e-dark"], tokens[f"e-{emotion}"]) >= HIGH, emotion
