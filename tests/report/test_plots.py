"""The page carries everything it shows, and asks nobody for more."""

import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from tests.factories import make_analysis
from verhm.labels import EMOTIONS
from verhm.report import look
from verhm.report.plots import emotions_figure, write_emotions_html
from verhm.types import WindowStatus

KINDS = ("heatmap", "bar", "scatter")


class Links(HTMLParser):
    """Collects what a page would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.found += [value for name, value in attrs if name in ("src", "href", "data", "action")]


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    path = tmp_path_factory.mktemp("report") / "emotions.html"
    write_emotions_html(make_analysis(60.0), path)
    return path.read_text(encoding="utf-8")


def test_the_page_fetches_nothing(page):
    links = Links()
    links.feed(page)
    assert links.found == []
    assert "default-src 'none'" in page
    assert page.startswith("<!doctype html>") and page.rstrip().endswith("</html>")


def test_the_page_says_what_it_shows_and_is_not(page):
    assert "not a diagnosis" in page
    assert "0.8 min of speech · 98 % of windows with a result · 4.0 changes per minute" in page


def test_a_withheld_summary_is_said_and_escaped(tmp_path):
    analysis = make_analysis(20.0)
    summary = replace(analysis.summary, withheld="E21 Only <4 s.")
    write_emotions_html(replace(analysis, summary=summary), tmp_path / "emotions.html")
    assert "E21 Only &lt;4 s." in (tmp_path / "emotions.html").read_text(encoding="utf-8")


def test_each_emotion_has_its_row_and_gaps_show_no_probability():
    analysis = make_analysis(20.0)
    rows = [trace for trace in emotions_figure(analysis).data if trace.type == "heatmap"]
    assert [row.name.lower() for row in rows] == list(analysis.timeline.labels)
    for index, row in enumerate(rows):
        shown = np.array(row.z, dtype=float)[0]
        np.testing.assert_array_equal(np.isnan(shown), ~analysis.timeline.has_result)
        expected = analysis.timeline.probabilities[:, index]
        np.testing.assert_allclose(
            shown[analysis.timeline.has_result],
            expected[analysis.timeline.has_result],
            atol=1e-3,
        )


def test_gaps_are_hatched_and_say_why():
    figure = emotions_figure(make_analysis(20.0))
    hatched = [
        text
        for trace in figure.data
        if trace.type == "bar" and trace.marker.pattern.shape == "/"
        for text in trace.text
    ]
    assert hatched == ["No speech", "Uncertain"]
    assert [note.text for note in figure.layout.annotations] == ["no speech", "uncertain"]


def test_calm_is_named_where_there_is_room():
    analysis = make_analysis(20.0)
    calm = np.eye(len(EMOTIONS))[np.full(len(analysis.timeline), EMOTIONS.index("calm"))]
    ok = (WindowStatus.OK,) * len(calm)
    timeline = replace(analysis.timeline, probabilities=calm, status=ok)
    figure = emotions_figure(replace(analysis, timeline=timeline))
    assert [note.text for note in figure.layout.annotations] == ["<b>Calm</b>"]


def test_equal_probability_is_equal_darkness():
    figure = emotions_figure(make_analysis(20.0))
    scales = {trace.colorscale for trace in figure.data if trace.type == "heatmap"}
    assert len(scales) == 1
    [scale] = scales
    assert {colour for _, colour in scale} == set(look.HEAT)
    assert [border for border, _ in scale] == sorted(border for border, _ in scale)


@pytest.mark.parametrize("status", [WindowStatus.OK, WindowStatus.NOISY])
def test_one_window_can_be_drawn(status, tmp_path):
    analysis = make_analysis(1.5)
    timeline = replace(analysis.timeline, status=(status,))
    write_emotions_html(replace(analysis, timeline=timeline), tmp_path / "emotions.html")
    assert (tmp_path / "emotions.html").stat().st_size > 1_000_000


@pytest.mark.browser
def test_a_browser_draws_it_without_a_complaint(page, tmp_path):
    program = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chrome"))), None)
    assert program, "the browser tests need Chromium; ./test installs it"
    (tmp_path / "emotions.html").write_text(page, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"]
    options += ["--virtual-time-budget=10000", "--dump-dom", f"--user-data-dir={tmp_path}/profile"]
    done = subprocess.run(
        [program, *options, (tmp_path / "emotions.html").as_uri()],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "CONSOLE" not in done.stderr
    layers = [done.stdout.count(f'class="{kind}layer mlayer"') for kind in KINDS]
    assert layers == [1, 2, 2]
