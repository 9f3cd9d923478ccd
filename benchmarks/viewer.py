"""How smoothly the turning face plays, and how well it keeps to the voice.

`python -m benchmarks.viewer [--seconds 20 --size 512]` starts the app over an empty folder, opens
the demonstration patient in a headless Chromium that draws without a GPU (SwiftShader), and plays:
at 1 × as it is listened to, at 2 × for how much is left, and at 1 × while the face is being turned.
The last line is one JSON object.
"""

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.running import running

# As on a computer without graphics hardware: the page is put together by the processor, and only
# WebGL goes through SwiftShader. With all of it in SwiftShader a picture takes twice as long.
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    "--autoplay-policy=no-user-gesture-required",
    "--no-first-run",
    "--disable-background-networking",
)
# Once per picture of the screen: wall clock and voice in seconds, and the frame that is shown.
FOLLOW: Final = """([seconds, turns]) => new Promise((done) => {
  const canvas = document.querySelector(".rv-canvas");
  const audio = document.querySelector(".rv-face audio");
  const seen = [];
  const start = performance.now();
  const look = () => {
    const now = (performance.now() - start) / 1000;
    seen.push([now, audio.currentTime, Number(canvas.dataset.frame)]);
    const key = Math.floor(now) % 4 < 2 ? "ArrowRight" : "ArrowLeft";
    if (turns) canvas.dispatchEvent(new KeyboardEvent("keydown", { key }));
    if (now < seconds) requestAnimationFrame(look); else done(seen);
  };
  requestAnimationFrame(look);
})"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.viewer")
    parser.add_argument("--seconds", type=float, default=20.0, help="played each way")
    parser.add_argument("--size", type=int, default=512, help="of the picture, px")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), True) as app:
        measured = measure(app.url, options.seconds, options.size)
    for way, figures in measured.items():
        print(way, *(f"{name} {value}" for name, value in figures.items()), sep="\n  ")
    print(json.dumps({"size": options.size, **measured}))


def measure(url: str, seconds: float, size: int) -> dict[str, dict[str, Any]]:
    """Figures of each way of playing."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SystemExit("chromium was not found: install it and try again")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, headless=True, args=list(FLAGS)
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1100})
        first = open_face(page, url, size)
        measured: dict[str, dict[str, Any]] = {"opening": {"seconds_to_the_face": round(first, 2)}}
        for way, rate, turns in (
            ("played", "1", False),
            ("played_twice_as_fast", "2", False),
            ("played_while_turning", "1", True),
        ):
            measured[way] = play(page, rate, seconds, turns)
        browser.close()
    return measured


def open_face(page: Page, url: str, size: int) -> float:
    """Open the demonstration's last session; seconds from its click to the face."""
    page.goto(url)
    _make_account(page)
    page.locator("#patients :is(table, .empty)").wait_for()
    page.locator("#tabs").get_by_role("tab", name="Settings", exact=True).click()
    page.locator("[data-do=demonstrate]:visible").click()
    page.locator("#banner b", has_text="DEMO").wait_for()
    page.locator("#tabs").get_by_role("tab", name="Patients", exact=True).click()
    outer = ".gradio-container.gradio-container"
    face = f"{outer} .rv-face {{ width: {size}px; height: {size}px }}"
    page.add_style_tag(content=f"{face} {outer} .rv-grid {{ grid-template-columns: {size}px 1fr }}")
    start = time.monotonic()
    page.locator("#patients [data-session]").first.click()
    page.locator('.rv-canvas[data-frame="0"]').wait_for()
    taken = time.monotonic() - start
    drawn = page.evaluate("document.querySelector('.rv-canvas').width")
    if drawn != size:
        raise SystemExit(f"the face is {drawn} px wide, not {size}")
    return taken


def _make_account(page: Page) -> None:
    """The first account of an empty folder, which opens the app."""
    page.get_by_label("Your name").fill("Benchmark")
    for label in ("Passphrase", "The same again"):
        page.get_by_label(label, exact=True).fill("quiet heron counts eleven lanterns")
    page.locator("main button").click()


def play(page: Page, rate: str, seconds: float, turns: bool) -> dict[str, Any]:
    """Play from the start at a pace; pictures a second, and how far the voice is ahead."""
    page.keyboard.press("Home")
    page.select_option(".rv-speed", rate)
    page.keyboard.press("Space")
    page.wait_for_function("document.querySelector('.rv-face audio').currentTime > 1")
    before = _processor_time(page)
    seen = np.array(page.evaluate(FOLLOW, [seconds, turns]))
    worked = _processor_time(page) - before
    page.keyboard.press("Space")
    page.locator(".rv-front").click()
    now, voice, frame = seen.T
    is_new = np.diff(frame, prepend=-1) != 0
    each_second = np.bincount(now[is_new].astype(int))[1 : int(seconds)]
    ahead = 1000 * (voice - frame / 30) / float(rate)  # ms of wall clock
    percentiles = (0, 5, 50, 95, 99, 100)
    found = np.percentile(ahead, percentiles).round(1).tolist()
    return {
        "pictures_per_second_median": float(np.median(each_second)),
        "pictures_per_second_5th_percentile": float(np.percentile(each_second, 5)),
        "screen_pictures_per_second": round((len(now) - 1) / (now[-1] - now[0]), 1),
        "processor_ms_per_picture": round(1000 * worked / max(1, is_new.sum()), 1),
        "voice_ahead_ms": dict(zip(map(str, percentiles), found, strict=True)),
        "share_within_80_ms": round(float((np.abs(ahead) <= 80).mean()), 4),
    }


def _processor_time(page: Page) -> float:
    """Seconds that all of the browser's processes have worked: page, drawing, sound and screen."""
    browser = page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(process["cpuTime"] for process in processes)


if __name__ == "__main__":
    main()
