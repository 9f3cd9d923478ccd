"""The two ways in which a person uses the page: with a mouse, or with the keyboard alone."""

from playwright.sync_api import Locator, Page

from tests.browser.running import go_to

MOST_STEPS = 200  # of the Tab key, more than any screen has places for it


class Mouse:
    """Points at what is meant.

    Args:
        page: that is used
    """

    def __init__(self, page: Page) -> None:
        self._page = page

    def press(self, part: Locator) -> None:
        """A button, a link, a row or a box."""
        part.click()

    def write(self, part: Locator, text: str) -> None:
        """Into a field, in place of what is there."""
        part.click()
        self._replace(text)

    def _replace(self, text: str) -> None:
        """At once: what is drawn anew for each letter would take the place of what is meant."""
        self._page.keyboard.press("Control+a")
        self._page.keyboard.insert_text(text)

    def go_to(self, tab: str) -> None:
        """A tab by its name."""
        go_to(self._page, tab)


class Keyboard(Mouse):
    """Gets everywhere by the Tab key, from wherever it was."""

    def press(self, part: Locator) -> None:
        """Space for what is ticked, Enter for all else."""
        self.reach(part)
        is_ticked = part.evaluate("part => part.matches('[type=checkbox], [type=radio]')")
        self._page.keyboard.press("Space" if is_ticked else "Enter")

    def write(self, part: Locator, text: str) -> None:
        self.reach(part)
        self._replace(text)

    def go_to(self, tab: str) -> None:
        self.press(self._page.locator("#tabs").get_by_role("tab", name=tab, exact=True))
        self._page.locator(f"#tab-{tab.lower().replace(' ', '-')}").wait_for()

    def reach(self, part: Locator) -> None:
        """Go on until the keyboard is there."""
        part.wait_for()
        for _ in range(MOST_STEPS):
            if part.evaluate("part => part === document.activeElement"):
                return
            self._page.keyboard.press("Tab")
        raise AssertionError(f"the Tab key does not get to {part}")
