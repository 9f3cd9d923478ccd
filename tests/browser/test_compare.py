"""Two sessions or runs beside each other, a run with other settings, and why a result is as it is.

By mouse and by keyboard alone.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from storage.access import Actor
from storage.details import Agreement, PatientDetails, RunResult, SessionDetails
from storage.repository import open_accounts
from tests.browser.running import SIZE, RunningApp, go_to, open_page, open_records
from tests.browser.test_screens import barriers, end_of, is_wider_than_its_window
from ui.engine_processes import EngineProcesses
from verhm.report.summary import summarize
from verhm.settings import AnalysisSettings
from verhm.stages import no_progress
from verhm.types import Analysis, WindowStatus

ANALYSIS = 180_000  # ms, with the model still to be loaded, on a busy machine

pytestmark = pytest.mark.browser


@pytest.fixture
def review(demonstration):
    go_to(demonstration, "Review")
    demonstration.locator("[data-compare]").wait_for()
    return demonstration


def test_two_sessions_are_compared_and_each_is_heard(review):
    review.locator("[data-compare]").click()
    dialog = review.locator(".rv-compare")
    dialog.locator(".rv-figures").wait_for()
    names = dialog.locator(".rv-name").all_inner_texts()
    assert len(set(names)) == 2
    assert "Two sessions of one person always differ" in dialog.inner_text()
    assert dialog.locator(".rv-figures tbody tr").count() == 13
    assert names == ["Session 4, run 1", "Session 5, run 1"]  # the earlier first
    assert "later − earlier" in dialog.locator(".rv-figures thead").inner_text()
    for row in dialog.locator(".rv-figures tbody tr").all()[3:11]:
        earlier, later, change = (points_in(each) for each in row.locator("td").all_inner_texts())
        assert change == later - earlier
    assert end_of(review, ".rv-sides .rv-side >> nth=1 >> .rv-heat") < SIZE["height"]
    unsaid, said = dialog.locator(".rv-side").all()
    assert said.locator(".rv-mark.event").inner_text() == "Example: an event"
    labels = said.locator(".rv-labels div span")
    assert labels.all_text_contents() == ["Unsure", "Happy", "Surprised"]
    assert not unsaid.locator(".rv-mark, .rv-labels").count()
    assert not barriers(review)
    for side in dialog.locator(".rv-side").all():
        side.locator(".rv-lanes").click(position={"x": 300, "y": 200})
        assert side.locator(".rv-now").inner_text() != "0:00.0"
        assert side.locator(".rv-readout").inner_text().strip()
    plays = dialog.locator(".rv-play")
    plays.nth(0).click()
    dialog.locator(".rv-play[aria-label=Pause]").wait_for()
    plays.nth(1).click()  # which silences the first
    review.wait_for_function(
        "() => [...document.querySelectorAll('.rv-compare .rv-play')]"
        ".map((each) => each.ariaLabel).join() === 'Play,Pause'"
    )
    first = names[0]
    dialog.locator(".rv-other").select_option(index=1)
    review.wait_for_function(
        "(first) => document.querySelectorAll('.rv-compare .rv-name')[0].textContent !== first",
        arg=first,
    )
    review.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def points_in(cell: str) -> int:
    """The first number of a cell."""
    return int(re.search(r"[−+]?\d+", cell)[0].replace("−", "-"))


def test_it_opens_and_closes_by_the_keyboard_and_fits_a_small_screen(review):
    review.set_viewport_size({"width": 1024, "height": 700})
    review.locator("[data-compare]").focus()
    review.keyboard.press("Enter")
    dialog = review.locator(".rv-compare")
    dialog.locator(".rv-figures").wait_for()
    assert not is_wider_than_its_window(review)
    lanes = dialog.locator(".rv-lanes").first
    before = lanes.get_attribute("aria-valuenow")
    dialog.locator(".rv-forward").first.focus()
    review.keyboard.press("Enter")
    expect(lanes).not_to_have_attribute("aria-valuenow", before)
    review.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert dialog.locator(".rv-side").first.inner_html() != ""
    assert review.evaluate("document.activeElement.matches('[data-compare]')")


def test_made_up_figures_are_not_explained_and_no_run_is_made_of_them(review):
    assert not review.locator("[data-otherwise]").count()
    review.locator("[data-why]").click()
    dialog = review.locator(".rv-why")
    dialog.get_by_text("made up for the demonstration").wait_for()
    assert dialog.locator("[data-list=voice] li").count() >= 4
    assert not dialog.locator("figure").is_visible()
    assert not barriers(review)
    review.keyboard.press("Escape")
    dialog.wait_for(state="hidden")


def analysed_by_the_model(path: Path) -> tuple[Analysis, bytes]:
    """A result and its document, in which every window counts: a synthetic voice is unfamiliar."""
    engine = EngineProcesses()
    found = engine.analyze(path, no_progress, AnalysisSettings())
    status = (WindowStatus.OK,) * len(found.timeline)
    timeline = replace(found.timeline, status=status)
    sure = replace(found, timeline=timeline, summary=summarize(timeline, found.activity, 0))
    document = engine.document(sure)
    engine.close()
    return sure, document


@pytest.fixture
def by_the_model(shared_app: RunningApp, browser, speech_path):
    """The page at a session with one run, which the shipped model made."""
    page, watch = open_page(browser, shared_app.url)
    found, document = analysed_by_the_model(speech_path)
    repository = open_records(shared_app.data)
    ada = Actor(open_accounts(repository).everybody()[0].id)
    hers = repository.acting_as(lambda: ada)
    patient = hers.add_patient(PatientDetails("P-0420"), Agreement(date(2026, 1, 5)))
    session = hers.add_session(patient.id, SessionDetails(date(2026, 11, 20)), speech_path)
    run = hers.begin_run(session.id, found.settings)
    hers.mark_running(run.id)
    hers.finish_run(
        run.id,
        RunResult(
            document, found.morphs, found.summary, found.quality, found.model, found.duration
        ),
    )
    repository.close()
    page.reload()
    page.locator("tr[data-patient]", has_text="P-0420").click()
    page.locator("#patients [data-session]").first.click()
    page.locator("[data-why]").wait_for()
    yield page
    assert all("400" in each for each in watch.complaints)  # what a refusal looks like
    assert not watch.outside
    page.close()


@pytest.mark.model
def test_a_window_is_explained_and_a_run_with_other_settings_is_compared(by_the_model):
    page = by_the_model
    page.keyboard.press("ArrowRight")
    page.locator("[data-why]").focus()
    page.keyboard.press("Enter")
    why = page.locator(".rv-why")
    why.get_by_text(re.compile(r"Listening again|Waiting")).wait_for()
    why.locator("img.on-light").wait_for(timeout=ANALYSIS)
    assert why.locator("img.on-light").evaluate("(each) => each.naturalWidth") == 1536
    assert why.locator("[data-list=influence] li").count() >= 1
    assert "not what the person felt" in why.inner_text()
    assert not barriers(page)
    page.keyboard.press("Escape")
    why.wait_for(state="hidden")

    page.locator("[data-otherwise]").click()
    form = page.locator(".rv-again")
    assert form.locator("[name=window]").input_value() == "3"
    assert not barriers(page)
    form.locator("[name=window]").fill("4")
    form.locator("[name=hop]").fill("7")
    form.get_by_role("button", name="Analyse", exact=True).click()
    form.locator("[role=alert]", has_text="E71 The hop is 7 s.").wait_for()
    assert form.locator("[name=window]").input_value() == "4"
    form.locator("[name=hop]").fill("1")
    form.get_by_role("button", name="Analyse", exact=True).click()
    form.wait_for(state="hidden")
    page.locator(".rv-made", has_text="window 4 s, hop 1 s").wait_for(timeout=ANALYSIS)
    page.locator("[data-compare]").click()
    page.get_by_text("in windows of different lengths or hops").wait_for()
