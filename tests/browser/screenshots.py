"""Pictures of every tab, empty and filled: `python -m tests.browser.screenshots --out FOLDER`.

Filled means with the demonstration patient. The face is drawn only for the tab Review, as that
takes a minute.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.running import go_to, launch, open_page, running

TABS = ("Patients", "New session", "Review", "Trends", "Export", "Settings")
STATES = ("empty", "filled")
THEMES = ("light", "dark")
SIZES = ("1440x900", "1366x768", "1024x768")
DRAWING = 300_000  # ms for the face of the demonstration, a little over a minute of it
MOMENT = 335  # px across the timeline: a window with a result, and a face that shows it
SETTLES = 1_000  # ms until video and figures have been drawn


def main() -> None:
    """Write one picture per tab, state, theme and size; each option narrows that down."""
    options = _read_options()
    options.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "data") as app,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        for state in STATES:  # in this order: what was filled is not empty any more
            for theme in options.theme if state in options.state else ():
                page, _ = open_page(browser, app.url, theme)
                if state == "filled":
                    fill(page, "Review" in options.tab)
                for size in options.size:
                    take(page, options.tab, options.out, (state, theme, size))
                page.close()
        browser.close()


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    for name, choices in (("tab", TABS), ("state", STATES), ("theme", THEMES), ("size", SIZES)):
        parser.add_argument(f"--{name}", nargs="+", choices=choices, default=choices)
    return parser.parse_args()


def fill(page: Page, with_face: bool) -> None:
    """Open the demonstration's last session, with its face where wanted."""
    open_demonstration(page)
    if with_face:
        draw_face(page)


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
    page.locator("#tab-review").get_by_text("Windows with a result").wait_for()


def draw_face(page: Page) -> None:
    """Draw the face of the open session where it is missing, and wait for it."""
    button = page.get_by_role("button", name="Render the face")
    if button.count():
        button.click()
    page.wait_for_function(
        "[...document.querySelectorAll('#tab-review video')].some(each => each.readyState >= 2)",
        timeout=DRAWING,
    )
    page.locator(".rv-lanes").click(position={"x": MOMENT, "y": 200})


def take(
    page: Page, tabs: list[str] | tuple[str, ...], folder: Path, kind: tuple[str, ...]
) -> None:
    """Photograph tabs of an open page.

    Args:
        page: with what is to be seen
        tabs: names
        folder: for the pictures
        kind: state, theme and size; part of the pictures' names
    """
    width, height = map(int, kind[-1].split("x"))
    page.set_viewport_size({"width": width, "height": height})
    for tab in tabs:
        go_to(page, tab)
        page.wait_for_timeout(SETTLES)
        path = folder / f"{'-'.join([tab.lower().replace(' ', '-'), *kind])}.png"
        page.screenshot(path=path)
        print(path)


if __name__ == "__main__":
    main()
