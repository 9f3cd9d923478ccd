"""Pictures of the tabs with the demonstration patient: `python -m tests.browser.screenshots`."""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.running import go_to, launch, open_page, running

TABS = ("Patients", "New session", "Review", "Trends", "Export", "Settings")
DRAWING = 300_000  # ms for the face of the demonstration, a little over a minute of it
SETTLES = 1_500  # ms until video and figures have been drawn


def main() -> None:
    """Write one picture per tab and theme."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--theme", action="append", choices=("light", "dark"))
    parser.add_argument("--tab", action="append", choices=TABS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as app,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for theme in options.theme or ("light",):
            page, _ = open_page(browser, app.url, theme)
            open_demonstration(page)
            draw_face(page)
            take(page, options.tab or TABS, options.out, "" if theme == "light" else "-dark")
            page.close()
        browser.close()


def open_demonstration(page: Page) -> None:
    """Load the demonstration patient where it is missing, and open its last session."""
    page.locator("#patients :is(table, .empty)").wait_for()
    row = page.locator("tr[data-patient]", has_text="DEMO")
    if row.count() == 0:
        go_to(page, "Settings")
        page.locator("[data-do=demonstrate]:visible").click()
    else:
        row.click()
    page.locator("#banner b", has_text="DEMO").wait_for()
    go_to(page, "Patients")
    page.locator("#patients [data-session]").first.click()
    page.locator("#tab-review").get_by_text("Windows analysed").wait_for()


def draw_face(page: Page) -> None:
    """Draw the face of the open session where it is missing, and wait for it."""
    button = page.get_by_role("button", name="Render the face")
    if button.count():
        button.click()
    page.wait_for_function(
        "[...document.querySelectorAll('#tab-review video')].some(each => each.readyState >= 2)",
        timeout=DRAWING,
    )
    page.evaluate("document.querySelector('#tab-review video').currentTime = 24")


def take(page: Page, tabs: list[str] | tuple[str, ...], folder: Path, suffix: str) -> None:
    """Photograph tabs of an open page."""
    for tab in tabs:
        go_to(page, tab)
        page.wait_for_timeout(SETTLES)
        path = folder / f"{tab.lower().replace(' ', '-')}{suffix}.png"
        page.screenshot(path=path)
        print(path)


if __name__ == "__main__":
    main()
