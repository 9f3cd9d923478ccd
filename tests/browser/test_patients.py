"""The list of patients: days that are typed, tools that come with the first patient, erasing."""

import pytest
from playwright.sync_api import expect

from storage.access import Actor
from storage.details import Agreement, PatientDetails, SessionDetails
from storage.repository import open_accounts
from tests.browser.running import open_page, open_records
from ui.days import as_day

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def page(app, browser):
    """One for both tests, of which the first needs it empty."""
    page, _ = open_page(browser, app.url)
    yield page
    page.close()


@pytest.fixture(scope="module")
def repository(app, page):
    repository = open_records(app.data)
    yield repository
    repository.close()


def test_a_day_is_kept_or_refused_at_its_field_and_a_session_can_be_erased(page, repository, voice):
    assert not page.locator("#remove-patient").is_visible()
    page.locator("#new-patient").click()
    page.locator("#consent-given input").fill("21/11/2026")
    page.locator("#consent-until input").fill("21.11.2099")
    page.locator("#save-patient").click()
    page.locator("#consent-given", has_text="cannot be read as one day").wait_for()
    expect(page.locator("#consent-given input")).to_be_focused()
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


def test_a_patients_file_comes_back_after_erasing_once_that_is_confirmed(
    page, repository, voice, tmp_path
):
    ada = Actor(open_accounts(repository).everybody()[0].id)
    hers = repository.acting_as(lambda: ada)
    patient = hers.add_patient(PatientDetails("P-0417"), Agreement(as_day("2026-01-05")))
    hers.add_session(patient.id, SessionDetails(as_day("2026-01-05")), voice)
    file = tmp_path / "patient.zip"
    hers.export_patient(patient.id, file)
    hers.erase_patient(patient.id, "P-0417")
    (tmp_path / "letter.zip").write_text("a letter")

    page.locator("#patients-advanced").get_by_role("button", name="Advanced").click()
    page.locator("#patient-file").set_input_files(tmp_path / "letter.zip")
    page.locator("#take-in", has_text="E59").wait_for()
    page.locator("#patient-file").set_input_files(file)
    page.locator("#patients-advanced .problem", has_text="E77").wait_for()
    page.locator("#take-in-again").click()
    page.locator("tr[data-patient]", has_text="P-0417").wait_for()
    page.locator("#banner b", has_text="P-0417").wait_for()
    page.locator("#take-in-again").wait_for(state="hidden")
    assert len(hers.sessions(patient.id)) == 1
