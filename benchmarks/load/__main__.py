"""Whether the app stays quick, and within its memory, while a whole clinic works with it.

    python -m benchmarks.load [--clinicians 20 --analyses 4 --minutes 60]

The real app, encrypted, over an empty folder. Clinicians sign in, search, open patients and
sessions, look at faces and trends, listen and take tables out, each with 1 to 5 s of thought in
between, as fast as their pages would ask; others have recordings analysed without a pause. In the
beginning more analyses are asked for than may wait. The last line is one JSON object; the exit
status is 1 where a bar is missed.
"""

import argparse
import asyncio
import json
import tempfile
from collections.abc import Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.load.analyst import VOICE, Analyst, Crowd
from benchmarks.load.browser import Browser
from benchmarks.load.clinician import Clinician
from benchmarks.load.measuring import Notes
from benchmarks.load.report import figures, is_missed, table
from benchmarks.running import RunningApp, running

_APART: Final = 0.5  # s between two clinicians who come in


@dataclass(frozen=True, eq=False)
class Load:
    """What was measured.

    Attributes:
        notes: of the actions and the app's processes
        crowd: what became of more analyses than may wait
        analyses: that ended well
    """

    notes: Notes
    crowd: Crowd
    analyses: int


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m benchmarks.load")
    parser.add_argument("--clinicians", type=int, default=20, help="at once (20)")
    parser.add_argument("--analyses", type=int, default=4, help="that wait or run (4)")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (60)")
    options = parser.parse_args()
    load = measure(options.clinicians, options.analyses, 60 * options.minutes)
    print(table(load.notes))
    found = figures(load.notes) | asdict(load.crowd) | {"analysed": load.analyses}
    print(json.dumps({**vars(options), **found}))
    raise SystemExit(1 if is_missed(load.notes, load.crowd) else 0)


def measure(clinicians: int, analyses: int, seconds: float) -> Load:
    """Use an app of its own for a while."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as app:
        return asyncio.run(_use(app, clinicians, analyses, seconds))


async def _use(app: RunningApp, clinicians: int, analyses: int, seconds: float) -> Load:
    names = [f"Clinician {number:02}" for number in range(max(clinicians, analyses))]
    await _furnish(app.url, names)
    notes, voice = Notes(), VOICE.read_bytes()
    browsers = [Browser(app.url, name, notes) for name in names]
    analysts = [Analyst(Browser(app.url, name, notes), voice) for name in names[:analyses]]
    async with asyncio.TaskGroup() as group:
        works = [notes.watch(app.pid)]
        for seed, browser in enumerate(browsers[:clinicians]):
            works.append(_later(seed * _APART, Clinician(browser, seed).work()))
        tasks = [group.create_task(work) for work in works]
        crowd = await Analyst(Browser(app.url, names[-1], notes), voice).crowd()
        tasks += [group.create_task(analyst.work()) for analyst in analysts]
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
    return Load(notes, crowd, sum(analyst.done for analyst in analysts))


async def _furnish(url: str, names: list[str]) -> None:
    """Accounts, each with the synthetic patient's sessions and a patient without any."""
    administrator = Browser(url, "Administrator", Notes())
    await administrator.make_first_account()
    for name in names:
        await administrator.make_account_of(name)
        await Browser(url, name, Notes()).settle_in()


async def _later(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    await asyncio.sleep(seconds)
    await work


if __name__ == "__main__":
    main()
