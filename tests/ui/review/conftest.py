"""The review screen's script on a page that holds nothing else."""

import json
import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.factories import make_analysis
from tests.ui.review.page import FACE, MOUNT, screen_value
from ui.review_scripts import review_script
from ui.scripts import head_script
from ui.theme import asset, stylesheet

SITE = "http://127.0.0.1:1/"


def page_of_review() -> str:
    return (
        f"<!doctype html><title>Review</title><link rel=icon href='data:,'>"
        f"<style>{stylesheet()}</style><div class='gradio-container'>{asset('marks.svg')}"
        "<input id='field'><div id='review'><div class='rv'></div></div></div>"
        f"<script>{head_script()}</script>"
    )


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as library:
        started = library.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
        )
        yield started
        started.close()


@pytest.fixture
def page(browser):
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    # Nobody listens there. A page without an address could not keep which look was chosen.
    opened.route(SITE, lambda route: route.fulfill(content_type="text/html", body=page_of_review()))
    opened.goto(SITE)
    yield opened
    opened.close()
    assert problems == []


@pytest.fixture
def mount(page):
    """Function that puts a session on the page and gives the page back."""

    def show(
        analysis=None,
        value: str | None = None,
        face: dict | None = None,
        may_annotate: bool = True,
    ):
        analysis = analysis or make_analysis(120.0)
        text = value or screen_value(analysis, may_annotate=may_annotate)
        page.evaluate(MOUNT, [review_script(), text, json.dumps(face or FACE)])
        return page

    return show
