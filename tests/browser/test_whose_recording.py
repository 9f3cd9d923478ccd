"""A recording is kept with consent alone, is its patient's, and becomes a session only there."""

from datetime import date

import pytest
from playwright.sync_api import expect

from storage.access import Actor
from storage.details import Agreement, PatientDetails
from storage.repository import open_accounts
from tests.browser.recording import discard, press, record, takes_left, wait_for
from tests.browser.running import go_to, open_page, open_records

pytestmark = pytest.mark.browser
AGREED, SILENT = "P-0931", "P-0932"


@pytest.fixture(scope="module")
def page(shared_app, browser):
    """One page for all, in their order, with a patient who agreed and one who has not yet."""
    page, _ = open_page(browser, shared_app.url)
    records = open_records(shared_app.data)
    ada = Actor(open_accounts(records).everybody()[0].id)
    own = records.acting_as(lambda: ada)
    agreed = own.add_patient(PatientDetails(AGREED), Agreement(date(2026, 1, 5)))
    silent = own.add_patient(PatientDetails(SILENT))
    page.reload()
    yield page
    page.close()
    for patient, code in ((agreed, AGREED), (silent, SILENT)):
        records.erase_patient(patient.id, code)
    records.close()


def open_patient(page, code):
    go_to(page, "Patients")
    page.locator("tr[data-patient]", has_text=code).click()
    page.locator("#banner b", has_text=code).wait_for()
    go_to(page, "New session")


def test_without_consent_nothing_is_kept_and_what_to_do_stands_beside_the_button(page):
    open_patient(page, SILENT)
    expect(page.locator("#consent-line")).to_contain_text("Without it nothing is kept")
    before = takes_left(page)
    press(page, "record")
    problem = page.locator("#recorder [data-slot=problem]")
    expect(problem).to_contain_text("E62")
    expect(problem).to_contain_text("Tick its box")
    wait_for(page, "idle")
    assert takes_left(page) == before
    prompts = page.locator("#recorder [data-slot=prompts]")
    assert "undefined" not in prompts.inner_text() and prompts.inner_text()


def test_checking_the_microphone_says_that_nothing_is_kept(page):
    press(page, "check")
    wait_for(page, "checking")
    page.locator("#recorder [data-slot=level-words]", has_text="dBFS · peak").wait_for()
    page.wait_for_timeout(1_000)
    expect(page.locator("#recorder [data-slot=saved]")).to_have_text(
        "Nothing is kept while you check"
    )
    expect(page.locator("#recorder [data-slot=ring-seconds]")).to_have_text("0 s")
    press(page, "check")
    wait_for(page, "idle")


def test_what_is_said_of_consent_follows_the_box_and_recording_writes_it_down(page):
    step, banner = page.locator("#consent-line"), page.locator("#banner .who")
    page.locator("#agreed input").check()
    expect(step.locator(".no.done")).to_be_visible()
    expect(step.get_by_text("Without it nothing is kept")).to_be_hidden()
    expect(banner.get_by_text("No consent yet")).to_be_hidden()
    expect(banner.get_by_text("Consent ticked")).to_be_visible()
    record(page, 2_000)
    expect(banner).to_contain_text("Consent given")
    press(page, "stop")
    wait_for(page, "ready")


def test_a_recording_is_offered_to_nobody_but_its_patient(page):
    notice = page.locator("#recorder [data-slot=left-behind]")
    open_patient(page, AGREED)
    expect(notice).to_contain_text(f"made for {SILENT}")
    page.locator("#analyse").click()
    expect(page.locator("#session-problem")).to_contain_text(f"made for {SILENT}")
    page.reload()
    open_patient(page, AGREED)
    expect(notice).to_contain_text(f"{SILENT}: A recording of 0:0")
    assert notice.get_by_role("button", name="Use it").count() == 0
    notice.get_by_role("button", name=f"Open {SILENT}").click()
    page.locator("#banner b", has_text=SILENT).wait_for()
    notice.get_by_role("button", name="Use it").click()
    wait_for(page, "ready")
    expect(page.locator("#recorder [data-slot=saved]")).to_contain_text("saved up to 0:0")
    expect(page.locator("#recorder [data-slot=time]")).not_to_have_text("0:00.0")
    expect(notice).to_be_hidden()
    discard(page)
    open_patient(page, AGREED)
    expect(notice).to_be_hidden()


def test_after_a_batch_was_left_it_says_which_files_were_not_taken(page):
    asked = []

    def take_the_first(route):
        asked.append(route)
        if len(asked) == 1:
            route.fulfill(json={"id": "a" * 32})

    page.route("**/recordings?*", take_the_first)
    made = {"session": "b" * 32, "job": None, "problem": None, "lost": None}
    page.route("**/patients/*/sessions", lambda route: route.fulfill(json=made), times=1)
    page.locator("#batch summary").click()
    files = [
        {"name": f"Ada {n} 2026-03-04.ogg", "mimeType": "audio/ogg", "buffer": b"OggS"}
        for n in range(3)
    ]
    page.locator("#batch [data-slot=files]").set_input_files(files)
    page.locator("#batch [data-do=begin]").click()
    page.locator("#batch tr", has_text="Ada 1").get_by_text("Being sent").wait_for()
    page.once("dialog", lambda dialog: dialog.accept())
    page.reload()
    page.unroute_all()
    go_to(page, "New session")
    told = page.locator("#batch [data-slot=problem]")
    expect(told).to_contain_text("1 of 3 became sessions")
    expect(told).to_contain_text("Not taken: no. 2, 3 of the list")
    assert "Ada" not in page.evaluate("JSON.stringify({...sessionStorage})")
