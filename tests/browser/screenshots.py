"""Pictures of every tab, empty and filled: `python -m tests.browser.screenshots --out FOLDER`.

Filled means with the demonstration patient, and the face in 3D that is chosen with `--avatar`.
"""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.running import go_to, launch, open_page, running
from verhm.face.rig import DEFAULT, avatar_titles

TABS = ("Patients", "New session", "Review", "Trends", "Export", "Settings")
STATES = ("empty", "filled")
THEMES = ("light", "dark", "contrast")
SIZES = ("1440x900", "1366x768", "1024x768", "640x900")
DRAWING = 120_000  # ms until the face is there, on a busy machine
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
        browser = launch(playwright, has_webgl=True)
        for state in STATES:  # in this order: what was filled is not empty any more
            for theme in options.theme if state in options.state else ():
                page, _ = open_page(browser, app.url, theme)
                if state == "filled":
                    fill(page, options.avatar)
                for size in options.size:
                    take(page, options.tab, options.out, (state, theme, size))
                page.close()
        browser.close()


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the pictures")
    for name, choices in (("tab", TABS), ("state", STATES), ("theme", THEMES), ("size", SIZES)):
        parser.add_argument(f"--{name}", nargs="+", choices=choices, default=choices)
    parser.add_argument("--avatar", choices=avatar_titles(), default=DEFAULT)
    return parser.parse_args()


def fill(page: Page, avatar: str) -> None:
    """Choose a face, and open the demonstration's last session at a moment that shows it."""
    go_to(page, "Settings")
    chosen = page.locator(f"input[name=avatar][value={avatar}]")
    chosen.check()
    chosen.and_(page.locator("[checked]")).wait_for(state="attached")  # kept, not only pressed
    go_to(page, "Patients")
    open_demonstration(page)
    drawn = page.locator('.rv-canvas[data-drawn="best"]')
    drawn.wait_for(timeout=DRAWING)
    page.locator(".rv-lanes").click(position={"x": MOMENT, "y": 200})
    page.locator('.rv-canvas:not([data-frame="0"])').wait_for(timeout=DRAWING)


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
        if page.locator(".rv-canvas:visible").count():  # another size is drawn anew
            page.locator('.rv-canvas[data-drawn="best"]').wait_for(timeout=DRAWING)
        path = folder / f"{'-'.join([tab.lower().replace(' ', '-'), *kind])}.png"
        page.screenshot(path=path)
        print(path)


if __name__ == "__main__":
    main()
