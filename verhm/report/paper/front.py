"""The first page of a report: what was found, how far it can be leant on, and who stands for it."""

from collections.abc import Callable, Sequence
from functools import partial
from io import BytesIO
from typing import BinaryIO, Final

import numpy as np
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Image, KeepInFrame, Spacer, Table, TableStyle

from verhm.annotations import Annotation
from verhm.change import Comparison
from verhm.report import look, still
from verhm.report.document import LIMITS_OF_USE
from verhm.report.paper import style
from verhm.report.paper.shares import shares_table
from verhm.report.quality import grade, notes
from verhm.report.record import Record
from verhm.types import Analysis, EmotionTimeline, Summary, WindowStatus

_ALL: Final = ((0, 0), (-1, -1))  # cells
_HOW_TO_READ: Final = (
    "Each window of a few seconds gets calibrated probabilities of how the voice sounds; hatched "
    "windows have no result and say why. Intervals say how far a figure could move had the person "
    "spoken on, not how right the model is."
)


def front_page(analysis: Analysis, record: Record, model_line: str) -> Flowable:
    """All of the first page, made smaller where it would not fit.

    Args:
        analysis: without what was left out
        record: whose it is
        model_line: which model found it, and how good that is
    """
    parts = [
        *_heading(record),
        _figures(analysis),
        *_summary(analysis.summary, record.comparison),
        Spacer(0, 2 * mm),
        picture(partial(still.write_emotions_png, analysis), still.WIDTH, still.HEIGHT),
        style.words(_said(analysis.timeline, record.annotations), style.SMALL),
        style.words("Limits of use", style.HEADING),
        style.words(f"{LIMITS_OF_USE} {_HOW_TO_READ}", style.SMALL),
        style.words(model_line, style.SMALL),
        Spacer(0, 5 * mm),
        _sign_off(),
    ]
    return KeepInFrame(style.WIDTH, style.HEIGHT, parts, mode="shrink")


def picture(write: Callable[[BinaryIO], None], width: int, height: int) -> Image:
    """A picture as wide as the page; it never lies on a disk.

    Args:
        write: draws it
        width, height: px
    """
    drawn = BytesIO()
    write(drawn)
    drawn.seek(0)
    return Image(drawn, style.WIDTH, style.WIDTH * height / width)


def _heading(record: Record) -> list[Flowable]:
    title = Table(
        [[style.words("Vocal expression", style.TITLE), style.words(record.title, style.WHOSE)]],
        [0.4 * style.WIDTH, 0.6 * style.WIDTH],
    )
    title.setStyle(TableStyle([("LEFTPADDING", *_ALL, 0), ("RIGHTPADDING", *_ALL, 0)]))
    entered = " · ".join(f"{name}: {words}" for name, words in record.facts)
    return [title, *([style.words(entered)] if entered else []), Spacer(0, 2 * mm)]


def _figures(analysis: Analysis) -> Flowable:
    summary, timeline = analysis.summary, analysis.timeline
    changes = "–" if np.isnan(summary.transitions) else f"{summary.transitions:.1f} / min"
    cells = {
        "Speech": (look.clock(int(summary.speech)), f"of {look.clock(int(analysis.duration))}"),
        "Windows with a result": (
            f"{look.percent(summary.analysed)} %",
            f"{int(timeline.has_result.sum())} of {len(timeline)}",
        ),
        "Quality": (grade(analysis.quality, summary), " · ".join(notes(analysis.quality))),
        "Transitions": (changes, "changes of the likeliest emotion"),
    }
    columns = [
        [
            style.words(name, style.HEAD),
            style.words(figure, style.FIGURE),
            style.words(note, style.SMALL),
        ]
        for name, (figure, note) in cells.items()
    ]
    made = Table([columns], [style.WIDTH * share for share in (0.17, 0.23, 0.34, 0.26)])
    frame = [("BOX", (0, 0), (-1, -1), 0.5, style.colour(look.LINE)), ("VALIGN", *_ALL, "TOP")]
    made.setStyle(TableStyle(frame))
    return made


def _summary(summary: Summary, comparison: Comparison | str) -> list[Flowable]:
    if summary.withheld:
        return [style.words("No summary", style.HEADING), style.words(summary.withheld)]
    affect = " · ".join(
        f"{name} {look.signed(mean)} ({look.signed(low)} to {look.signed(high)})"
        for name, (mean, low, high) in (("Valence", summary.valence), ("arousal", summary.arousal))
    )
    return [
        Spacer(0, 2 * mm),
        shares_table(summary.shares, comparison),
        Spacer(0, 1.5 * mm),
        style.words(f"{affect}, both derived from the probabilities. {_usual(comparison)}"),
    ]


def _usual(comparison: Comparison | str) -> str:
    if isinstance(comparison, str):
        return f"Not compared with usual sessions: {comparison}." if comparison else ""
    count, chosen = len(comparison.usual_ids), comparison.are_chosen
    which = f"{count} sessions chosen by the clinician" if chosen else f"the first {count} that fit"
    return (
        f"Usual: {which}, of the same task and model. A change is called reliable where it is too "
        "large for an unchanged person (Holm-corrected, 5 % of unchanged sessions); that says "
        "neither why nor whether it is good."
    )


def _said(timeline: EmotionTimeline, annotations: Sequence[Annotation]) -> str:
    """What the clinician did, in one line."""
    if not annotations:
        return "The clinician labelled nothing and left nothing out."
    labels = sum(bool(each.label) for each in annotations)
    remarks = sum(bool(each.text) or each.is_moment for each in annotations)
    out = sum(status is WindowStatus.EXCLUDED for status in timeline.status)
    return (
        f"By the clinician: labels {labels} · notes and events {remarks} · windows left "
        f"out of every figure {out}; see the pages that follow."
    )


def _sign_off() -> Flowable:
    names = ("Listened to and reviewed by", "", "Date", "", "Signature")  # with gaps between
    made = Table(
        [["" for _ in names], [style.words(name, style.HEAD) for name in names]],
        [style.WIDTH * share for share in (0.42, 0.03, 0.18, 0.03, 0.34)],
        [9 * mm, 4 * mm],
    )
    line = style.colour(look.INK)
    lines = [("LINEABOVE", (column, 1), (column, 1), 0.6, line) for column in (0, 2, 4)]
    made.setStyle(TableStyle([*lines, ("LEFTPADDING", *_ALL, 0), ("TOPPADDING", *_ALL, 1)]))
    return made
