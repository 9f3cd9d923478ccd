"""A clinician's first minutes: a passphrase, an account, the app; and the next morning."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from storage.safe import Safe
from tests.browser.running import PASSPHRASE, USER, Watch, running, sign_in

pytestmark = pytest.mark.browser
RECORDS = "four words for records"
STARTS = 60_000  # ms until the app is there, on a busy machine


@pytest.fixture
def new_page(browser):
    """Function that opens a browser's window without scripts, which the way in does not need."""

    def open_(url):
        page = browser.new_context(java_script_enabled=False).new_page()
        page.set_default_timeout(STARTS)
        watch = Watch(page, url)
        page.goto(url)
        return page, watch

    return open_


def test_the_first_start_and_the_next_morning(new_page, tmp_path):
    data = tmp_path / "data"
    with running(data, passphrase="") as app:
        page, watch = new_page(app.url)
        chooses(page, "too short")
        assert "E82 The passphrase has 9 characters" in " ".join(
            page.get_by_role("alert").inner_text().split()
        )
        watch.complaints.clear()
        chooses(page, RECORDS)
        page.wait_for_url("**/first-run")  # by itself, past the page that waits
        sign_in(page)
        page.wait_for_url("**/app/")
        watch.assert_silent()
    assert Safe(data).exists and not Safe(data).has_plain
    with running(data, passphrase="") as app:
        page, watch = new_page(app.url)
        opens(page, "not these words at all")
        assert page.get_by_role("alert").inner_text().startswith("E80")
        watch.complaints.clear()
        opens(page, RECORDS)
        page.wait_for_url("**/sign-in")
        page.get_by_label("Name").fill(USER)
        page.get_by_label("Passphrase").fill(PASSPHRASE)
        page.get_by_role("button").click()
        page.wait_for_url("**/app/")
        watch.assert_silent()


def test_the_way_in_is_fit_for_screen_readers_and_keyboards(browser, tmp_path):
    with running(tmp_path / "data", passphrase="") as app:
        page = browser.new_page()
        page.goto(app.url)
        assert page.evaluate("document.activeElement.name") == "passphrase"
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found if each["impact"] in ("serious", "critical")] == []
        page.keyboard.type(RECORDS)
        page.keyboard.press("Tab")
        page.keyboard.type(RECORDS)
        page.keyboard.press("Enter")
        page.wait_for_url("**/first-run", timeout=STARTS)
        assert page.evaluate("document.activeElement.name") == "name"
        page.close()


def chooses(page, passphrase):
    page.get_by_label("Passphrase for the records").fill(passphrase)
    page.get_by_label("The same again").fill(passphrase)
    page.get_by_role("button", name="Encrypt and go on").click()


def opens(page, passphrase):
    page.get_by_label("Passphrase of the records").fill(passphrase)
    page.get_by_role("button", name="Open").click()
