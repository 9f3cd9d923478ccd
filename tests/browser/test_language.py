"""Every screen in another language: nothing of it stays English, and nothing is cut off."""

import pytest

from tests.browser.marked_app import MARKED
from tests.browser.running import PASSPHRASE, SIZE, USER, Watch
from tests.browser.test_screens import STICKING_OUT, barriers, is_wider_than_its_window

pytestmark = pytest.mark.browser

TABS = ("patients", "new-session", "review", "trends", "export", "settings")
# What each tab shows once it is filled.
FILLED = {
    "patients": "tr.opened",
    "new-session": ".rec",
    "review": ".rv-readout .tt",
    "trends": ".tr-chart",
    "export": ".downloads",
    "settings": ".avatars",
}
# What opens above a page or in it, by the tab and the button that opens it, and what it shows then.
OPENED = (
    ("review", "[data-compare]", ".rv-compare .rv-figures"),
    ("review", "[data-why]", ".rv-why [data-list=voice] li"),
    ("review", ".rv-help", ".rv-keys"),
    ("review", "[data-say=n]", ".rv-say"),
    ("patients", "#new-patient", "#patient-form h2"),
    ("patients", "#remove-patient", "#patient-removal h2"),
    ("trends", "[data-write=edit_event]", "#event-form h2"),
    ("settings", "[data-do=retention]", "#retention-form h2"),
)
# Texts, and attributes that are read aloud or shown, with words outside ⟦…⟧. Words that are alike
# everywhere, names, keys and what somebody entered need no translation.
UNMARKED = r"""() => {
  const inner = /⟦[^⟦⟧]*⟧/g;
  const same = new RegExp([
    "VERHM|DEMO|P-[\\w-]+|Ada Lovelace|English|Deutsch|Marked|demonstration \\(synthetic\\)",
    "PHQ-9|GAD-7|SNR|dBFS|dB|kHz|Hz|MiB|GiB|ELAN|Praat|FHIR|3D|verhm-\\S+",
    "[\\w.-]+\\.(csv|json|mp4|pdf|eaf|TextGrid|html|png|zip)|(/[\\w.-]+){2,}",
  ].join("|"), "g");
  const months = /\b(jan|feb|mar|apr|maj|jun|jul|aŭg|sep|okt|nov|dec)\b/gi;
  const entered = "script, style, kbd, code, .rv-marks, .note, .tr-events li, .mt, "
    + "[data-testid=status-tracker]"; // Gradio's own, for a moment
  const hasWords = (text) => {
    for (let before = ""; before !== text;) { before = text; text = text.replace(inner, ""); }
    return /[a-z]{2,}/i.test(text.replace(same, "").replace(months, ""));
  };
  // A sentence may go through a <b>: then the whole of it is marked.
  const isWhole = (part) => {
    for (let each = part, up = 0; each && up < 4; each = each.parentElement, up += 1) {
      if (each.textContent.length < 2000 && !hasWords(each.textContent)) return true;
    }
    return false;
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { textContent: text, parentElement: part } = texts.currentNode;
    if (!part.checkVisibility() || part.closest(entered)) continue;
    if (hasWords(text) && !isWhole(part)) found.push(text.trim());
  }
  for (const name of ["aria-label", "title", "placeholder", "alt", "aria-valuetext"]) {
    for (const part of document.querySelectorAll(`[${name}]`)) {
      if (!part.checkVisibility() || part.closest(entered)) continue;
      const text = part.getAttribute(name);
      if (hasWords(text)) found.push(`${name}: ${text}`);
    }
  }
  return found;
}"""


@pytest.fixture
def speaking(shared_app, opened, browser):
    """Function that opens a page in a language, at the demonstration's last session."""
    contexts = []

    def speak(code: str):
        context = browser.new_context(viewport=SIZE, locale="en-GB")
        contexts.append(context)
        context.add_cookies([{"name": "verhm-language", "value": code, "url": shared_app.url}])
        page = context.new_page()
        page.set_default_timeout(60_000)
        watch = Watch(page, shared_app.url)
        page.goto(shared_app.url)
        return page, watch

    yield speak
    for context in contexts:
        context.close()


def enter(page) -> None:
    page.locator("[name=name]").fill(USER)
    page.locator("[name=passphrase]").fill(PASSPHRASE)
    page.locator("main button").click()


def sign_in(page) -> None:
    enter(page)
    page.locator("tr[data-patient]", has_text="DEMO").click()
    page.locator("#patients [data-session]").first.click()
    page.locator(FILLED["review"]).first.wait_for()


def show(page, tab: str) -> None:
    page.locator(f"#tab-{tab}-button").click()
    page.locator(f"#tab-{tab}").locator(FILLED[tab]).first.wait_for()


def test_nothing_on_any_screen_is_left_untranslated(speaking):
    page, watch = speaking(MARKED)
    assert page.evaluate(UNMARKED) == []
    sign_in(page)
    for tab in TABS:
        show(page, tab)
        assert page.evaluate(UNMARKED) == [], tab
    for tab, button, shown in OPENED:
        show(page, tab)
        page.locator(f"{button}:visible").first.click()
        page.locator(shown).first.wait_for()
        assert page.evaluate(UNMARKED) == [], button
        page.keyboard.press("Escape")
        for close in page.locator(".sheet:visible button", has_text="⟦Cancel⟧").all():
            close.click()
    page.locator("[data-do=help]").click()
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
    assert page.evaluate(UNMARKED) == [], "help"
    page.keyboard.press("Escape")
    watch.assert_silent()  # until Gradio's stream ends with the page
    page.goto(page.url.replace("/app/", "/account"))
    assert page.evaluate(UNMARKED) == [], "account"
    page.go_back()
    page.locator("tr[data-patient]").first.wait_for()
    page.locator("[data-do=lock]").click()
    page.locator(".lock input").wait_for()
    assert page.evaluate(UNMARKED) == [], "lock"


def test_german_is_chosen_in_settings_and_fits_every_screen(speaking):
    page, watch = speaking("en")
    sign_in(page)
    show(page, "settings")
    page.get_by_role("radio", name="Deutsch").click()
    page.locator("html[lang=de]").wait_for(state="attached")
    page.locator("#banner b", has_text="DEMO").wait_for()
    page.locator("#tab-settings").wait_for()
    for tab in TABS:
        show(page, tab)
        assert page.locator("html").get_attribute("lang") == "de"
        assert not is_wider_than_its_window(page), tab
        assert page.evaluate(STICKING_OUT) == [], tab
        assert not barriers(page), tab
    assert page.get_by_role("radio", name="Deutsch").get_attribute("aria-checked") == "true"
    assert page.get_by_role("tab", name="Durchsicht").is_visible()
    page.get_by_role("button", name="Abmelden").click()
    assert page.get_by_role("heading", name="Anmelden").is_visible()
    enter(page)
    page.locator("#banner .label", has_text="Kein Patient geöffnet").wait_for()
    page.locator("#tab-patients tr[data-patient]").first.wait_for()
    assert not page.locator("tr.selected").count()
    assert not watch.outside  # Gradio complains of its stream, which ends with the page
