"""The list of patients: days that are typed, tools that come with the first patient, erasing."""

import pytest

from storage.details import SessionDetails
from tests.browser.running import launch, open_page, open_records, running
from ui.days import as_day

pytestmark = pytest.mark.browser


@pytest.fixture
def page(playwright_driver, tmp_path):
    browser = launch(playwright_driver)
    with running(tmp_path / "data") as app:
        page, _ = open_page(browser, app.url)
        yield page
        browser.close()


def test_a_day_is_kept_or_refused_at_its_field_and_a_session_can_be_erased(page, voice, tmp_path):
    assert not page.locator("#remove-patient").is_visible()
    page.locator("#new-patient").click()
    page.locator("#consent-given input").fill("21/11/2026")
    page.locator("#consent-until input").fill("21.11.2099")
    page.locator("#save-patient").click()
    page.locator("#consent-given", has_text="cannot be read as one day").wait_for()
    assert page.locator("#consent-given input").input_value() == "21/11/2026"
    page.locator("#patient-form").get_by_role("button", name="Cancel").click()
    page.locator("#patient-form").wait_for(state="hidden")
    page.locator("#new-patient").click()
    page.locator("#consent-until input").fill("21.11.2099")
    assert not page.get_by_text("cannot be read as one day").is_visible()
    page.locator("#consent-given input").fill("5.1.2026")
    page.locator("#save-patient").click()
    page.locator("tr[data-patient]", has_text="to 21 Nov 2099").wait_for()
    page.locator("#remove-patient").wait_for()

    repository = open_records(tmp_path / "data")
    (overview,) = repository.patients()
    (entry,) = overview.patient.consents
    assert (entry.given_on, entry.expires_on) == (as_day("2026-01-05"), as_day("2099-11-21"))
    details = SessionDetails(entry.given_on)
    repository.add_session(overview.patient.id, details, voice)
    page.locator("tr[data-patient]").click()
    page.locator("[data-erase]").click()
    page.locator("#session-removal", has_text="the recording").wait_for()
    page.locator("#erase-session").click()
    page.get_by_text("No session yet").first.wait_for()
    assert not repository.sessions(overview.patient.id)
    repository.close()
