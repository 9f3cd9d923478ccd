"""What a person looks for is in sight, also on a small screen, and nothing covers anything else."""

import pytest

from storage.access import Actor
from storage.details import PatientDetails
from storage.repository import open_accounts
from tests.browser.running import go_to, open_page, open_records
from tests.browser.test_screens import end_of, is_wider_than_its_window, overlap

pytestmark = pytest.mark.browser

CODE = "P-0919"
LAPTOP = {"width": 1366, "height": 768}


@pytest.fixture(scope="module")
def page(shared_app, browser):
    """One page for all, with a patient open who has not agreed to anything yet."""
    page, _ = open_page(browser, shared_app.url)
    records = open_records(shared_app.data)
    ada = Actor(open_accounts(records).everybody()[0].id)
    patient = records.acting_as(lambda: ada).add_patient(PatientDetails(CODE))
    page.reload()
    page.locator("tr[data-patient]", has_text=CODE).click()
    page.locator("#banner b", has_text=CODE).wait_for()
    yield page
    page.close()
    records.erase_patient(patient.id, CODE)
    records.close()


@pytest.mark.parametrize("width", [1440, 1280, 1200, 1024, 720, 600])
def test_signing_out_is_in_sight_whatever_is_being_analysed(page, width):
    page.set_viewport_size({"width": width, "height": 768})
    page.evaluate(
        "document.querySelector('.job-slot').textContent = 'Another session · '.repeat(9)"
    )
    out = page.get_by_role("button", name="Sign out")
    box = out.bounding_box()
    assert box["x"] > 0 and box["x"] + box["width"] <= width
    assert end_of(page, ".session-user form") <= end_of(page, ".banner")
    assert not overlap(page, ".disclaimer", ".session-user form")
    assert not overlap(page, ".session-user .link", "[data-do=lock]")
    assert not is_wider_than_its_window(page)


def test_the_search_field_has_a_name(page):
    go_to(page, "Patients")
    assert page.get_by_role("textbox", name="Search", exact=True).is_visible()


@pytest.mark.parametrize("size", [LAPTOP, {"width": 1024, "height": 700}])
def test_record_is_in_sight_where_consent_has_to_be_entered_first(page, size):
    page.set_viewport_size(size)
    go_to(page, "New session")
    page.locator("#agreed").wait_for()
    page.evaluate("scrollTo(0, 0)")
    assert end_of(page, "#recorder [data-do=record]") < size["height"]
    if size == LAPTOP:
        assert end_of(page, "#analyse") < size["height"]
        assert not overlap(page, "#recorder .ask", "#recorder .acts")


def test_why_an_entry_is_refused_cuts_nothing_off(page):
    page.set_viewport_size({"width": 1440, "height": 900})
    go_to(page, "New session")
    page.locator('[data-way="upload"]').click()
    sound = {"name": "voice.ogg", "mimeType": "audio/ogg", "buffer": b"OggS" + bytes(200)}
    trial = page.locator("#trial input")
    trial.check()  # or it would be refused before it is sent
    page.locator("#upload-file").set_input_files(sound)
    page.locator("#analyse:enabled").wait_for()
    trial.uncheck()
    page.locator("#analyse").click()
    page.locator("#session-problem", has_text="E62").wait_for()
    for size in ({"width": 1440, "height": 900}, LAPTOP):
        page.set_viewport_size(size)
        assert end_of(page, "#advanced") < end_of(page, ".column.step.details")
        assert not overlap(page, ".column.step.details", "#analyse")
        assert page.locator(".column.step.details").evaluate(
            "each => each.scrollHeight <= each.clientHeight"
        )
    assert end_of(page, "#session-problem") < LAPTOP["height"] + 20
    page.locator("#recorder [data-do=discard]").click()
    page.locator('[data-way="record"]').click()
