"""Whether Review stays quick with an hour's session.

`python -m benchmarks.review [--minutes 60]` keeps two made-up sessions, one of that length and one
of about a minute, opens each in a headless Chromium, and measures: seconds from the click on the
session until its timeline stands, milliseconds from a click in the timeline until the playhead is
drawn there (at once, and again once the face stands), and pictures a second while the whole session
is dragged through and while the table of windows is scrolled. The last line is one JSON object; the
exit status is 1 where a bar is missed.
"""

import argparse
import json
import shutil
import subprocess
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import imageio_ffmpeg
import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.running import running
from benchmarks.viewer import FLAGS
from storage.details import Agreement, PatientDetails, RunResult, SessionDetails
from storage.repository import Repository, open_repository
from ui.demonstration import synthetic_analysis
from ui.demonstration_timeline import Story, made_up_timeline, made_up_windows
from ui.demonstration_voice import RECORDING
from verhm.report.document import to_json
from verhm.report.summary import summarize
from verhm.types import Acoustics, Analysis, MorphSequence, SpeechActivity

OPENING: Final = 3.0  # s, at most
CLICK: Final = 100.0  # ms, at most
SMOOTH: Final = 30.0  # pictures a second, at least
SECONDS: Final = 5.0  # that is scrolled each way
SHARES: Final = np.linspace(0.2, 0.8, 15)  # of the timeline's width, at which it is clicked

DRAWN: Final = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(done));
})"""
# Milliseconds from pressing the mouse to the picture after the one that it changed.
PRESS: Final = """(share) => new Promise((done) => {
  const lanes = document.querySelector(".rv-lanes");
  const { left, top, width } = lanes.getBoundingClientRect();
  const options = { clientX: left + share * width, clientY: top + 200, pointerId: 1 };
  const start = performance.now();
  lanes.setPointerCapture = () => {};
  lanes.dispatchEvent(new PointerEvent("pointerdown", options));
  lanes.dispatchEvent(new PointerEvent("pointerup", options));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})"""
# Pictures a second while the frame on the whole session is dragged from its start to its end.
DRAG: Final = """(seconds) => new Promise((done) => {
  const lanes = document.querySelector(".rv-lanes");
  const { left, top, width } = lanes.getBoundingClientRect();
  const x = (share) => left + (0.12 + 0.8 * share) * width;
  const at = (share) => ({ clientX: x(share), clientY: top + 10, pointerId: 1 });
  lanes.setPointerCapture = () => {};
  lanes.dispatchEvent(new PointerEvent("pointerdown", at(0)));
  const start = performance.now();
  let pictures = 0;
  const step = () => {
    const share = (performance.now() - start) / 1000 / seconds;
    pictures += 1;
    lanes.dispatchEvent(new PointerEvent(share < 1 ? "pointermove" : "pointerup", at(share)));
    if (share < 1) requestAnimationFrame(step); else done(pictures / seconds);
  };
  requestAnimationFrame(step);
})"""
# Likewise while the table is scrolled from its first window to its last.
SCROLL: Final = """(seconds) => new Promise((done) => {
  const table = document.querySelector(".rv-scroll");
  const start = performance.now();
  let pictures = 0;
  const step = () => {
    const share = (performance.now() - start) / 1000 / seconds;
    table.scrollTop = share * (table.scrollHeight - table.clientHeight);
    pictures += 1;
    if (share < 1) requestAnimationFrame(step); else done(pictures / seconds);
  };
  requestAnimationFrame(step);
})"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.review")
    parser.add_argument("--minutes", type=float, default=60.0, help="of the long session (60)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        count = furnish(folder, 60 * options.minutes)
        with running(folder, is_unencrypted=True) as app:
            found = measure(app.url)
    for session, figures in found.items():
        print(session, *(f"{name} {value}" for name, value in figures.items()), sep="\n  ")
    print(json.dumps({"minutes": options.minutes, "windows": count, **found}))
    raise SystemExit(1 if _is_missed(found["long"]) else 0)


def furnish(folder: Path, seconds: float) -> int:
    """Keep the two sessions; returns how many windows the long one has."""
    short = synthetic_analysis(Story(0, None, None), seed=1)
    times = max(1, round(seconds / short.duration))
    long, voice = repeated(short, times), folder / "voice.ogg"
    subprocess.run(  # noqa: S603 (a fixed program)
        [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-stream_loop", str(times - 1)),
            *("-i", str(RECORDING), "-c", "copy", str(voice)),
        ],
        check=True,
    )
    repository = open_repository(folder / "data")
    for code, analysis, recording in (("long", long, voice), ("short", short, RECORDING)):
        _keep(repository, code, analysis, recording)
    repository.close()
    return len(long.timeline)


def repeated(short: Analysis, times: int) -> Analysis:
    """An analysis of a recording that is heard several times in a row."""
    story, rng = Story(0, None, None), np.random.default_rng(1)
    duration, starts = short.duration * times, short.duration * np.arange(times)
    activity = SpeechActivity(np.concatenate([short.activity.spans + start for start in starts]))
    timeline, qualities = made_up_windows(
        made_up_timeline(duration, short.settings, story, rng), activity, story, rng
    )
    voice = short.acoustics
    return replace(
        short,
        duration=duration,
        timeline=timeline,
        window_quality=qualities,
        activity=activity,
        acoustics=Acoustics(
            np.concatenate([voice.times + start for start in starts]),
            np.tile(voice.pitch, times),
            np.tile(voice.loudness, times),
        ),
        morphs=MorphSequence(np.tile(short.morphs.weights, (times, 1)), short.morphs.frame_rate),
        summary=summarize(timeline, activity, seed=1),
    )


def _keep(repository: Repository, code: str, analysis: Analysis, recording: Path) -> None:
    patient = repository.add_patient(PatientDetails(code), Agreement(date(2026, 1, 5)))
    session = repository.add_session(patient.id, SessionDetails(date.today()), recording)
    run = repository.begin_run(session.id, analysis.settings)
    repository.mark_running(run.id)
    result = RunResult(
        to_json(analysis).encode(),
        analysis.morphs,
        analysis.summary,
        analysis.quality,
        analysis.model,
        analysis.duration,
    )
    repository.finish_run(run.id, result)


def measure(url: str) -> dict[str, dict[str, Any]]:
    """Figures of both sessions."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        raise SystemExit("chromium was not found: install it and try again")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        page.get_by_label("Your name").fill("Benchmark")
        for label in ("Passphrase", "The same again"):
            page.get_by_label(label, exact=True).fill("quiet heron counts eleven lanterns")
        page.locator("main button").click()
        found = {code: _figures(page, code) for code in ("short", "long")}
        browser.close()
    return found


def _figures(page: Page, code: str) -> dict[str, Any]:
    page.locator("#tabs").get_by_role("tab", name="Patients", exact=True).click()
    page.locator("tr[data-patient]", has_text=code).click()
    session = page.locator("#patients [data-session]").first
    page.locator("#banner b", has_text=code).wait_for()
    start = time.monotonic()
    session.click()
    page.locator(".rv-readout .tt, .rv-readout .rv-none").first.wait_for()
    page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    opened = time.monotonic() - start
    at_once = [page.evaluate(PRESS, share) for share in SHARES]
    page.locator(".rv-canvas[data-drawn=best]").wait_for()
    beside_face = [page.evaluate(PRESS, share) for share in SHARES]
    return {
        "seconds_to_open": round(opened, 2),
        "ms_of_a_click_at_once": round(float(np.median(at_once)), 1),
        "ms_of_a_click_beside_the_face": round(float(np.median(beside_face)), 1),
        "ms_of_the_slowest_click": round(max(at_once + beside_face), 1),
        "pictures_per_second_dragging": round(page.evaluate(DRAG, SECONDS), 1),
        "pictures_per_second_scrolling": round(page.evaluate(SCROLL, SECONDS), 1),
    }


def _is_missed(figures: dict[str, Any]) -> bool:
    return (
        figures["seconds_to_open"] > OPENING
        or figures["ms_of_the_slowest_click"] > CLICK
        or figures["pictures_per_second_dragging"] < SMOOTH
        or figures["pictures_per_second_scrolling"] < SMOOTH
    )


if __name__ == "__main__":
    main()
