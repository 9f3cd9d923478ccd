"""Many recordings in one table, a line each: as they are done, or a patient's sessions."""

import csv
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from verhm.errors import VerhmError
from verhm.labels import EMOTIONS
from verhm.report.folder import results_folder
from verhm.report.tables import neutralised
from verhm.types import Analysis, ModelId, Quality, Summary

NAME: Final = "recordings.csv"
Note = Callable[[str, str, Analysis | VerhmError], None]
_OF_SESSION: Final = ("patient", "session", "recorded_on", "task", "language", "run")


@dataclass(frozen=True, eq=False)
class SessionLine:
    """One session with a result, without name and notes.

    Attributes:
        patient: code, or pseudonym
        session: its number
        recorded_on: its day, as whoever asks may see it
        task: in words
        language: in words
        run: number of the run that the figures are from
        duration: s
        summary: of the run
        quality: of the whole recording
        model: that made the run
        channel: of the recording that was taken for the person's voice: all (the mean), left, right
    """

    patient: str
    session: int | None
    recorded_on: date
    task: str
    language: str
    run: int
    duration: float
    summary: Summary
    quality: Quality
    model: ModelId
    channel: str


@contextmanager
def overview(folder: Path) -> Iterator[Note]:
    """Begin the table in a folder; what is yielded adds a line and keeps it at once.

    Columns: source (path as it was given), results (its folder), problem (code and sentence where
    there is no result), duration, speech (s), analysed (share of windows with a result), withheld
    (why there is no summary), per emotion its share of them with the 95 % interval, valence and
    arousal likewise, transitions (per minute), snr (dB), clipped (share), model, version, channel
    (which was taken for the person's voice: left, right, or all, the mean of them).

    Raises:
        RequestError: E72 when it cannot be written
    """
    with results_folder(folder):
        file = (folder / NAME).open("w", encoding="utf-8", newline="")
    with file:
        names = ["source", "results", "problem", *_figure_columns()]
        writer = csv.DictWriter(file, names, restval="")

        def note(source: str, results: str, found: Analysis | VerhmError) -> None:
            row = {"source": source, "results": results, **_found_cells(found)}
            with results_folder(folder):
                writer.writerow(_neutralised_all(row))
                file.flush()

        writer.writeheader()
        yield note


def write_sessions_csv(lines: Iterable[SessionLine], path: Path) -> None:
    """Write a line per session.

    Columns: patient (code), session (number), recorded_on, task, language, run (number), then as
    `overview` from duration on.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*_OF_SESSION, *_figure_columns()], restval="")
        writer.writeheader()
        for line in lines:
            known = {name: getattr(line, name) for name in _OF_SESSION}
            row = {name: "" if value is None else str(value) for name, value in known.items()}
            row |= _cells(line.duration, line.summary, line.quality, line.model, line.channel)
            writer.writerow(_neutralised_all(row))


def _neutralised_all(row: dict[str, str]) -> dict[str, str]:
    return {name: neutralised(cell) for name, cell in row.items()}


def _figure_columns() -> list[str]:
    figures = [
        f"{name}{end}"
        for name in (*EMOTIONS, "valence", "arousal")
        for end in ("", "_low", "_high")
    ]
    before = ["duration", "speech", "analysed", "withheld"]
    return [*before, *figures, "transitions", "snr", "clipped", "model", "version", "channel"]


def _found_cells(found: Analysis | VerhmError) -> dict[str, str]:
    if isinstance(found, VerhmError):
        return {"problem": str(found)}
    channel = found.settings.channel
    return _cells(found.duration, found.summary, found.quality, found.model, channel)


def _cells(
    duration: float, summary: Summary, quality: Quality, model: ModelId, channel: str
) -> dict[str, str]:
    figures: dict[str, Any] = {
        "duration": duration,
        "speech": summary.speech,
        "analysed": summary.analysed,
        "transitions": summary.transitions,
        "snr": quality.snr,
        "clipped": quality.clipped,
    }
    spans = {share.label: (share.share, share.low, share.high) for share in summary.shares}
    for name, span in (spans | {"valence": summary.valence, "arousal": summary.arousal}).items():
        figures |= dict(zip((name, f"{name}_low", f"{name}_high"), span, strict=True))
    words = {"withheld": summary.withheld, "model": model.name, "version": model.version}
    words["channel"] = channel
    known = {name: f"{value:.4f}" for name, value in figures.items() if math.isfinite(value)}
    return known | words
