"""What a clinician does every day, by mouse and by keyboard alone.

Comparing is in `test_compare`, exporting in `test_export`, events in `test_events`.
"""

import csv
import uuid
from datetime import date

import pytest
from playwright.sync_api import expect

from storage.access import Actor
from storage.details import Agreement, PatientDetails
from storage.repository import open_accounts
from tests.browser.hands import Keyboard, Mouse
from tests.browser.running import go_to, launch, open_page, open_records
from tests.browser.test_screens import barriers
from ui.days import as_day
from verhm.dates import typed_date

pytestmark = pytest.mark.browser
ANALYSIS = 120_000  # ms until short recordings are analysed, on a busy machine


@pytest.fixture(params=[Mouse, Keyboard])
def hand(request, demonstration):
    """At the demonstration's last session."""
    hand = request.param(demonstration)
    hand.go_to("Review")
    return hand


@pytest.fixture
def code(hand, demonstration):
    """For a patient of the test's own; the demonstration is open again in the end."""
    yield f"P-{type(hand).__name__}-{uuid.uuid4().hex[:4]}"
    reopen(demonstration)


@pytest.fixture(scope="module")
def hers(shared_app, opened):
    """The records as the clinician reaches them who is signed in."""
    records = open_records(shared_app.data)
    account = Actor(open_accounts(records).everybody()[0].id)
    yield records.acting_as(lambda: account)
    records.close()


@pytest.fixture
def patient(hand, hers, demonstration, code):
    """A patient who agreed, opened."""
    hers.add_patient(PatientDetails(code), Agreement(as_day("2026-01-05")))
    hand.go_to("Patients")
    hand.write(demonstration.locator("#patient-search textarea"), code)
    hand.press(demonstration.locator("tr[data-patient]", has_text=code))
    demonstration.locator("#banner b", has_text=code).wait_for()


def reopen(page):
    """The demonstration's last session, after another patient was open."""
    go_to(page, "Patients")
    search = page.locator("#patient-search textarea")
    # The list is drawn anew twice, and never under a click.
    search.fill("nobody is called so")
    page.locator("tr[data-patient]").first.wait_for(state="detached")
    search.fill("")
    page.locator("tr[data-patient]", has_text="DEMO").click()
    page.locator("#banner b", has_text="DEMO").wait_for()
    page.locator("#patients [data-session]").first.click()
    page.locator("#tab-review").get_by_text("Windows with a result").wait_for()


def test_a_patient_is_added_and_erased(hand, demonstration, code):
    page = demonstration
    hand.go_to("Patients")
    hand.press(page.locator("#new-patient"))
    expect(page.locator("#patient-code textarea")).to_be_focused()
    hand.write(page.locator("#patient-code textarea"), code)
    hand.press(page.locator("#save-patient"))
    page.locator("#banner b", has_text=code).wait_for()
    expect(page.locator("#patients [data-do=new_session]")).to_be_focused()
    hand.press(page.locator("#patients [data-do=new_session]"))
    expect(page.locator("#agreed input")).to_be_focused()
    hand.go_to("Patients")
    hand.press(page.locator("#remove-patient"))
    hand.write(page.locator("#erase-code :is(textarea, input)"), code)
    hand.press(page.locator("#erase-patient"))
    page.locator("tr[data-patient]", has_text=code).wait_for(state="detached")
    expect(page.get_by_text("The patient is erased")).to_be_focused()
    assert page.locator("tr[data-patient]", has_text="DEMO").count() == 1


def test_a_voice_is_recorded(hand, patient, demonstration):
    page = demonstration
    hand.go_to("New session")
    hand.press(page.locator("#recorder [data-do=record]"))
    page.locator('#recorder [data-phase="recording"]').wait_for()
    expect(page.locator("#recorder [data-do=stop]")).to_be_focused()
    page.wait_for_timeout(1_500)
    hand.press(page.locator("#recorder [data-do=stop]"))
    page.locator('#recorder [data-phase="ready"]').wait_for()
    expect(page.locator("#recorder audio")).to_be_focused()
    page.wait_for_function("document.querySelector('#recorder audio').duration > 1")
    expect(page.locator("#analyse")).to_be_enabled()
    hand.press(page.locator("#recorder [data-do=discard]"))
    page.locator('#recorder [data-phase="idle"]').wait_for()


def open_row(hand, page, index):
    """Of the table of windows, which is one step for the Tab key; arrows go along it."""
    page.keyboard.press("Home")
    row = page.locator(f"tr[data-index='{index}']")
    if isinstance(hand, Keyboard):
        hand.reach(page.locator("tr[data-index='0'] .rv-go"))
        for _ in range(index):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    else:
        row.click()
    row.and_(page.locator(".selected")).wait_for()


def test_a_session_is_heard_and_looked_through(hand, demonstration):
    page = demonstration
    hand.press(page.locator(".rv-play"))
    page.wait_for_function("document.querySelector('.rv-face audio').currentTime > 0.3")
    hand.press(page.locator(".rv-play"))
    assert page.evaluate("document.querySelector('.rv-face audio').paused")
    open_row(hand, page, 3)
    heard = page.evaluate("document.querySelector('.rv-face audio').currentTime")
    assert 1.5 < heard < 4.5  # windows of 3 s, each 0.5 s after the one before


def test_a_window_is_corrected_and_set_right_again(hand, demonstration):
    page = demonstration
    row = page.locator("tr[data-index='5']")
    before = row.inner_text()
    open_row(hand, page, 5)
    for chosen in ("fearful", ""):  # the second is "Your label…", which takes it back
        shown = row.inner_text()
        if isinstance(hand, Keyboard):
            page.keyboard.press("6")
        else:
            page.locator(".rv-label").select_option(chosen)
        expect(row).not_to_have_text(shown, use_inner_text=True)
        if row.inner_text() != before:
            expect(row).to_contain_text("Fearful")
    assert row.inner_text() == before
    assert not page.locator("span.rv-problem").inner_text()


def test_details_are_corrected_and_set_right_again(hand, opened):
    page, watch = opened
    form = page.locator("#details-form")
    facts, edit = page.locator(".who-card .label").first, page.locator("[data-details]")
    before, total = facts.inner_text(), page.locator("#edited-phq9 :is(input, textarea)")
    hand.press(edit)
    page.wait_for_function("document.activeElement.closest('#edited-recorded-on')")
    known = total.input_value()
    hand.write(total, "28")
    hand.press(page.locator("#save-details"))
    expect(page.locator("#edited-phq9")).to_contain_text("from 0 to 27")
    expect(total).to_have_value("28")
    assert_refused_alone(watch, "422")
    assert not barriers(page)
    for written in ("27", known):
        hand.write(total, written)
        hand.press(page.locator("#save-details"))
        form.wait_for(state="hidden")
        expect(facts).to_contain_text(f"PHQ-9 {written} ")
        expect(edit).to_be_focused()
        hand.press(edit)
        expect(total).to_have_value(written)
    hand.press(page.locator("#close-details"))
    form.wait_for(state="hidden")
    expect(edit).to_be_focused()
    assert facts.inner_text() == before


def test_a_trend_is_read_and_a_session_opened_from_it(hand, demonstration):
    page = demonstration
    hand.go_to("Trends")
    first = page.locator(".tr-chart [data-session][role=button]").first
    assert "session 1," in first.get_attribute("aria-label")
    hand.press(first)
    page.locator("#tab-review", has_text="Session 1").wait_for()
    hand.go_to("Patients")
    hand.press(page.locator("#patients [data-session]").first)
    page.locator("#tab-review", has_text="Session 5").wait_for()


@pytest.mark.model
def test_a_newcomer_has_a_result_in_review_after_six_clicks(playwright_driver, shared_app, voice):
    browser = launch(playwright_driver, voice)
    page, watch = open_page(browser, shared_app.url)
    page.locator("#new-patient").click()
    expect(page.locator("#patient-code textarea")).to_be_focused()
    page.keyboard.type(f"P-{uuid.uuid4().hex[:4]}")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type(typed_date(date.today()))  # on which the patient agreed
    page.locator("#save-and-record").click()
    record = page.locator("#recorder [data-do=record]")
    expect(record).to_be_focused()
    record.click()
    page.locator('#recorder [data-phase="recording"]').wait_for()
    page.wait_for_timeout(5_000)
    page.locator("#recorder [data-do=stop]").click()
    page.locator("#analyse:enabled").click()
    page.locator("#tab-review").get_by_role("heading", name="Timeline").wait_for(timeout=ANALYSIS)
    page.locator(".rv-play").click()
    page.locator(".rv-now", has_text="0:01").wait_for()
    watch.assert_silent()
    browser.close()


def choose_several(hand, page, files):
    hand.go_to("New session")
    panel = page.locator("#batch details")
    if panel.get_attribute("open") is None:
        hand.press(panel.locator("summary"))
    page.locator("#batch [data-slot=files]").set_input_files(files)


def assert_refused_alone(watch, status="400"):
    """What was refused is all that the page complained about."""
    assert all(status in each for each in watch.complaints), watch.complaints
    watch.complaints.clear()


def loses_picture(page):
    """Has the app answer that it keeps a voice whose picture it cannot, and cannot analyse it."""
    made = {"session": "none", "job": None, "problem": {"code": "E71", "text": "E71 Unfit."}}
    made["lost"] = {"code": "E19", "text": "E19 Unseen."}
    page.route("**/recordings?*", lambda route: route.fulfill(json={"id": "0" * 32}))
    page.route("**/patients/*/sessions", lambda route: route.fulfill(json=made))


def test_files_that_are_sent_can_be_stopped_and_gone_on_with(hand, patient, opened, tmp_path):
    page, watch = opened
    files = [tmp_path / f"{number}.wav" for number in range(3)]
    for file in files:
        file.write_bytes(b"no sound at all")
    held = []
    page.route("**/recordings?*", lambda route: held.append(route))
    choose_several(hand, page, files)
    begin, stop = (page.locator(f"#batch [data-do={name}]") for name in ("begin", "stop"))
    hand.press(begin)
    expect(page.locator("#batch tr[data-kind=sending]")).to_have_count(1)
    hand.press(stop)
    expect(page.locator("#batch tr[data-kind=cancelled]")).to_have_count(3)
    page.unroute("**/recordings?*")
    assert len(held) == 1
    hand.press(begin)
    expect(page.locator("#batch tr[data-kind=refused]")).to_have_count(3)
    expect(page.locator("#batch tbody tr").last).to_contain_text("E13")
    expect(page.locator("#batch [role=status]")).to_contain_text("3 refused")
    assert not barriers(page)
    loses_picture(page)
    choose_several(hand, page, files[:1])
    hand.press(begin)
    expect(page.locator("#batch tbody tr")).to_contain_text("E71 Unfit. · E19 Unseen.")
    for address in ("**/recordings?*", "**/patients/*/sessions"):
        page.unroute(address)
    choose_several(hand, page, [])
    hand.press(begin)
    expect(page.locator("#batch .problem")).to_contain_text("E70")
    choose_several(hand, page, files)
    hand.go_to("Patients")
    hand.write(page.locator("#patient-search textarea"), "DEMO")
    hand.press(page.locator("tr[data-patient]", has_text="DEMO"))
    page.locator("#banner b", has_text="DEMO").wait_for()
    hand.go_to("New session")
    hand.press(begin)
    expect(page.locator("#batch .problem")).to_contain_text("were chosen while P-")
    assert_refused_alone(watch)


def test_each_of_several_files_has_the_day_on_which_it_was_recorded(hand, patient, opened):
    page, watch = opened
    today = date.today()
    files = {
        "Jane 2026-01-31.mp3": "2026-01-31",
        "1.2.2026 b.ogg": "2026-02-01",
        "20261399.wav": str(today),
        "2999-01-01.wav": str(today),
    }
    given = [{"name": name, "mimeType": "audio/x", "buffer": b"RIFF"} for name in files]
    choose_several(hand, page, given)
    days = page.locator("#batch td.day input")
    for number, day in enumerate(files.values()):
        expect(days.nth(number)).to_have_value(typed_date(as_day(day)))
    assert page.locator("#batch td.day small").all_inner_texts() == [
        *("from its name", "from its name", "the file's own", "the file's own")
    ]
    assert not barriers(page)
    hand.write(days.first, "03/04/2026")
    hand.press(page.locator("#batch [data-do=begin]"))
    expect(page.locator("#batch .problem")).to_contain_text("E63")
    hand.write(page.locator("#batch [data-slot=day]"), "4.3.2026")
    days.first.focus()
    for number in range(len(files)):
        expect(days.nth(number)).to_have_value("4.3.2026")
    choose_several(hand, page, [])
    watch.assert_silent()


@pytest.mark.model
@pytest.mark.parametrize("hand", [Mouse], indirect=True)  # the voices are really analysed
def test_several_recordings_are_analysed_in_one_go(hand, patient, opened, code, speak, tmp_path):
    page, watch = opened
    broken = tmp_path / "Jane Doe.wav"
    broken.write_bytes(b"no sound at all")
    voices = [speak(f"file-{number}", "The kitchen is painted now.") for number in range(2)]
    choose_several(hand, page, [voices[0], broken, voices[1]])
    asked = []
    page.on("request", lambda request: asked.append((request.url, request.post_data_buffer)))
    hand.press(page.locator("#batch [data-do=begin]"))
    expect(page.locator("#batch tr[data-kind=refused]")).to_contain_text("E13")
    expect(page.locator("#batch tr[data-kind=done]")).to_have_count(2, timeout=ANALYSIS)
    with page.expect_download() as coming:
        hand.press(page.locator("#batch [data-slot=csv]"))
    with coming.value.path().open(encoding="utf-8") as file:
        assert [line["session"] for line in csv.DictReader(file)] == ["1", "2"]
    assert not any("Jane" in url or b"Jane" in (body or b"") for url, body in asked)
    assert_refused_alone(watch)
    hand.press(page.locator("#batch tr[data-kind=done] button").last)
    page.locator("#tab-review", has_text="Session 2").wait_for()
