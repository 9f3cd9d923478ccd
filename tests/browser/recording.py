"""What a person does at the recorder, and what a test puts under it."""

from tests.browser.running import go_to

AWAY = ("**/takes/*/pieces*", "**/takes/*/picture*")
# Has pieces of a kind look as if each took a GiB, until `restoreSize()`.
LARGE = """(kind) => {
  const size = Object.getOwnPropertyDescriptor(Blob.prototype, "size");
  window.restoreSize = () => Object.defineProperty(Blob.prototype, "size", size);
  Object.defineProperty(Blob.prototype, "size", {
    configurable: true,
    get() { return this.type.split("/")[0] === kind ? 2 ** 30 : size.get.call(this); },
  });
}"""


def press(page, name):
    page.locator(f"#recorder [data-do={name}]").click()


def discard(page):
    with page.expect_response(lambda answer: answer.request.method == "DELETE"):
        press(page, "discard")
    wait_for(page, "idle")


def wait_for(page, phase):
    page.locator(f'#recorder [data-phase="{phase}"]').wait_for()


def leave_behind(page, app, seconds):
    """A take that another visit has finished and not analysed; returns its id."""
    take = ask(page, app, "/takes?sample_rate=8000", b"")["id"]
    ask(page, app, f"/takes/{take}/pieces?offset=0", bytes(16_000 * seconds))
    return ask(page, app, f"/takes/{take}/finish", b"")["id"]


def ask(page, app, address, body):
    """A request with the page's cookie, and as it would say where it comes from."""
    answer = page.request.post(app.url + address, data=body, headers={"origin": app.url})
    return answer.json()


def takes_left(page):
    return {take["id"] for take in page.evaluate("verhm.send('/takes')")["takes"]}


def record(page, milliseconds):
    press(page, "record")
    wait_for(page, "recording")
    page.wait_for_timeout(milliseconds)


def analysis_of(session):
    job = {"id": session, "session_id": session, "state": "analysing", "has_ended": False}
    stage = {"stage_label": "Emotion", "stage_number": 3, "percent": 50}
    return job | stage | {"seconds_left": None, "waits_for": None}


def follow(page, *jobs):
    """Let the page find these analyses, the first one of the session that is open."""
    page.route("**/jobs", lambda route: route.fulfill(json={"jobs": jobs}))
    page.evaluate(
        "id => document.querySelectorAll('.analysis, .banner').forEach("
        "each => { each.dataset.session = id; })",
        jobs[0]["session_id"],
    )


def begin(page):
    """Let the page take the open session for one that was made on this screen."""
    page.evaluate(
        "() => dispatchEvent(new CustomEvent('verhm-taken', {detail: {id: null, words: 'Kept'}}))"
    )


def reload_with_clock(page):
    page.clock.install()
    page.reload()
    go_to(page, "New session")
    wait_for(page, "idle")


def choose_file(page, name="voice.ogg", content=b"OggS"):
    page.locator('[data-way="upload"]').click()
    file = {"name": name, "mimeType": "audio/ogg", "buffer": content}
    page.locator("#upload-file").set_input_files(file)
