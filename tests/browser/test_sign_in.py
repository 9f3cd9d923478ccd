"""Signing in, the lock and signing out in a real browser."""

import pytest

from tests.browser.running import PASSPHRASE, USER, go_to, launch, open_page, sign_in

pytestmark = pytest.mark.browser
SHORT = "too short"
SOON = 20_000  # ms; the page asks every 3 s whether it may still be seen


@pytest.fixture
def browser(playwright_driver, voice):
    browser = launch(playwright_driver, voice)
    yield browser
    browser.close()


def test_the_first_account_a_lock_over_a_recording_and_signing_out(app, browser):
    makes_the_first_account_without_scripts(app, browser)
    page, watch = open_page(browser, app.url)
    page.get_by_role("link", name=USER).wait_for()
    watch.assert_silent()
    reaches_the_demonstration_in_two_clicks(page)
    locks_over_a_recording(page)
    signs_out_in_one_window_and_so_in_the_other(page, app)


def makes_the_first_account_without_scripts(app, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(app.url)
    sign_in(page, USER, SHORT)
    assert "The passphrase has 9 characters." in page.locator(".problem").inner_text()
    assert page.get_by_label("Your name").input_value() == USER
    sign_in(page, USER, PASSPHRASE)
    page.wait_for_url("**/app/")
    cookie = next(each for each in context.cookies() if each["name"] == "verhm")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Strict"
    page.goto(f"{app.url}/account")
    page.get_by_role("heading", name="Your account").wait_for()
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    context.close()


def reaches_the_demonstration_in_two_clicks(page):
    page.locator("#patients [data-do=demonstrate]").click()
    page.locator("tr[data-patient]", has_text="DEMO").click()
    page.locator("#patients [data-session]").first.wait_for()


def locks_over_a_recording(page):
    go_to(page, "New session")
    page.get_by_label("Try without saving").check()  # nothing is added to the demonstration
    page.locator("#recorder [data-do=record]").click()
    page.locator('#recorder [data-phase="recording"]').wait_for()
    with page.expect_response("**/lock"):
        page.keyboard.press("Control+l")
    page.get_by_role("dialog", name="Locked").get_by_text("The recording goes on").wait_for()
    cover = page.locator(".lock").evaluate("each => getComputedStyle(each).backgroundColor")
    assert cover.startswith("rgb(")  # not rgba(…): nothing shows through
    # A piece that comes while the page is locked is kept.
    with page.expect_response(lambda answer: "/pieces" in answer.url, timeout=SOON) as sent:
        assert not page.evaluate("document.querySelector('#tabs').closest('[inert]') === null")
    assert sent.value.status == 200
    page.locator(".lock input").fill("not the passphrase")
    page.get_by_role("button", name="Unlock").click()
    page.get_by_role("alert").get_by_text("E65").wait_for()
    page.locator(".lock input").fill(PASSPHRASE)
    page.get_by_role("button", name="Unlock").click()
    page.locator(".lock").wait_for(state="detached")
    page.locator("#recorder [data-do=stop]").click()
    page.locator('#recorder [data-phase="ready"]').wait_for()


def signs_out_in_one_window_and_so_in_the_other(page, app):
    other = page.context.new_page()
    other.goto(f"{app.url}/account")
    other.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("dialog", name="Signed out").wait_for(timeout=SOON)
    page.get_by_role("button", name="Sign in").click()
    sign_in(page)
    page.get_by_role("link", name=USER).wait_for()


def test_a_page_of_another_site_cannot_make_the_browser_change_anything(app, browser):
    page, _ = open_page(browser, app.url)
    foreign = page.context.new_page()
    form = f"<form method=post action='{app.url}/sign-out'><button>Win a prize</button></form>"
    foreign.route(
        "http://evil.example/",
        lambda route: route.fulfill(
            content_type="text/html",
            body=form,
        ),
    )
    foreign.goto("http://evil.example/")
    with foreign.expect_response("**/sign-out") as answer:
        foreign.get_by_role("button").click()
    assert answer.value.status == 403
    assert page.evaluate("fetch('/jobs').then((answer) => answer.status)") == 200
