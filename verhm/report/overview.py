"""Many recordings in one table, a line each, written as they are done."""

import csv
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from verhm.errors import VerhmError
from verhm.labels import EMOTIONS
from verhm.report.folder import results_folder
from verhm.report.tables import neutralised
from verhm.types import Analysis

NAME: Final = "recordings.csv"
Note = Callable[[str, str, Analysis | VerhmError], None]


@contextmanager
def overview(folder: Path) -> Iterator[Note]:
    """Begin the table in a folder; what is yielded adds a line and keeps it at once.

    Columns: source (path as it was given), results (its folder), problem (code and sentence where
    there is no result), duration, speech (s), analysed (share of windows with a result), withheld
    (why there is no summary), per emotion its share of them with the 95 % interval, valence and
    arousal likewise, transitions (per minute), snr (dB), clipped (share), model, version.

    Raises:
        RequestError: E72 when it cannot be written
    """
    with results_folder(folder):
        file = (folder / NAME).open("w", encoding="utf-8", newline="")
    with file:
        writer = csv.DictWriter(file, _columns(), restval="")

        def note(source: str, results: str, found: Analysis | VerhmError) -> None:
            cells = {"problem": str(found)} if isinstance(found, VerhmError) else _cells(found)
            row = {"source": source, "results": results, **cells}
            with results_folder(folder):
                writer.writerow({name: neutralised(cell) for name, cell in row.items()})
                file.flush()

        writer.writeheader()
        yield note


def _columns() -> list[str]:
    figures = [
        f"{name}{end}"
        for name in (*EMOTIONS, "valence", "arousal")
        for end in ("", "_low", "_high")
    ]
    before = ["source", "results", "problem", "duration", "speech", "analysed", "withheld"]
    return [*before, *figures, "transitions", "snr", "clipped", "model", "version"]


def _cells(analysis: Analysis) -> dict[str, str]:
    summary, quality = analysis.summary, analysis.quality
    figures: dict[str, Any] = {
        "duration": analysis.duration,
        "speech": summary.speech,
        "analysed": summary.analysed,
        "transitions": summary.transitions,
        "snr": quality.snr,
        "clipped": quality.clipped,
    }
    spans = {share.label: (share.share, share.low, share.high) for share in summary.shares}
    for name, span in (spans | {"valence": summary.valence, "arousal": summary.arousal}).items():
        figures |= dict(zip((name, f"{name}_low", f"{name}_high"), span, strict=True))
    words = {
        "withheld": summary.withheld,
        "model": analysis.model.name,
        "version": analysis.model.version,
    }
    known = {name: f"{value:.4f}" for name, value in figures.items() if math.isfinite(value)}
    return known | words
