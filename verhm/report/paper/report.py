"""Writes a session's report as PDF."""

import json
from functools import partial
from pathlib import Path
from typing import Any, Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate

from verhm.model.checkpoint import SHIPPED
from verhm.report import look
from verhm.report.paper import style
from verhm.report.paper.detail import detail_pages
from verhm.report.paper.front import front_page
from verhm.report.record import Record
from verhm.report.summary import as_reviewed
from verhm.types import Analysis, ModelId

_FOOTER: Final = "Decision support, not a diagnosis"


def write_report(analysis: Analysis, path: Path, record: Record) -> None:
    """Write a page for the record, with a summary and room for a signature, then the detail.

    Every figure is without what the clinician left out.

    Args:
        analysis: what was found
        path: to write to
        record: whose recording it is, and what is known besides
    """
    style.load_fonts()
    shown = as_reviewed(analysis, record.annotations)
    frame = Frame(style.MARGIN, style.FOOT, style.WIDTH, style.HEIGHT, 0, 0, 0, 0)
    document = BaseDocTemplate(
        str(path),
        pagesize=style.PAGE,
        pageTemplates=[PageTemplate(frames=[frame])],
        title=f"Vocal expression: {record.title}",
        author="VERHM",
        subject=_FOOTER,
        lang="en",
        invariant=True,  # the same report is the same file
    )
    line = _model_line(analysis.model)
    parts = [front_page(shown, record, line), PageBreak(), *detail_pages(shown, record, line)]
    document.build(parts, canvasmaker=partial(_Numbered, record=record))


def _model_line(model: ModelId) -> str:
    """Which model it was, and what it was found to be worth where that is known."""
    name = f"Model {model.name} {model.version}."
    config = json.loads((SHIPPED / "config.json").read_text(encoding="utf-8"))
    if config["sha256"] != model.sha256:
        return name
    found = json.loads((SHIPPED / "results.json").read_text(encoding="utf-8"))["ravdess_folds"]
    low, high = found["ci95"]["uar"]
    return (
        f"{name} It learned from actors. Of clips of other actors than it learned from it named "
        f"{look.percent(found['uar'])} % right (95 % interval {look.percent(low)}–"
        f"{look.percent(high)} %; mean over 8 emotions, chance 12.5 %); for other languages and "
        "for speech that is not acted, expect less. Its model card tells more."
    )


class _Numbered(Canvas):
    """Writes at the foot of each page whose it is, and how many pages there are."""

    def __init__(self, *args: Any, record: Record, **more: Any) -> None:
        super().__init__(*args, **more)
        self._record = record
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        """Keep a page until their number is known."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        """Write all pages."""
        for number, page in enumerate(self._pages, 1):
            self.__dict__.update(page)
            self._write_foot(number, len(self._pages))
            super().showPage()
        super().save()

    def _write_foot(self, number: int, count: int) -> None:
        self.setFont(style.PLAIN, 7)
        self.setFillColor(style.colour(look.INK_SOFT))
        right = style.PAGE[0] - style.MARGIN
        self.drawString(style.MARGIN, 9 * mm, style.readable(f"{self._record.title} · {_FOOTER}"))
        self.drawRightString(right, 9 * mm, f"Page {number} of {count}")
        if self._record.notice:
            self.drawCentredString(style.PAGE[0] / 2, style.PAGE[1] - 10 * mm, self._record.notice)
