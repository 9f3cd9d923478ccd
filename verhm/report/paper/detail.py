"""What follows the first page of a report: the recording, its timeline, the person's other ones."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from verhm.annotations import Annotation
from verhm.dates import long_date
from verhm.report import look
from verhm.report.paper import style
from verhm.report.paper.front import picture
from verhm.report.quality import notes
from verhm.report.record import Record
from verhm.report.trend_still import HEIGHT, WIDTH, write_trend_png
from verhm.report.trends import TrendPoint
from verhm.settings import CHANNEL_WORDS
from verhm.types import Analysis, EmotionTimeline, WindowStatus

_MOST_STRETCHES: Final = 150  # about four pages; every window is in windows.csv
_FACTS: Final = (0.3, 0.7)


def detail_pages(analysis: Analysis, record: Record, model_line: str) -> list[Flowable]:
    """Everything after the first page; see `front_page`."""
    return [
        *_sessions(record),
        *_events(record),
        *_note(record),
        *_said(record.annotations),
        *_without_result(analysis.timeline),
        *_timeline(analysis),
        *_making(analysis, model_line),
    ]


def _sessions(record: Record) -> list[Flowable]:
    known = [point for point in record.sessions if point.figures]
    if not record.sessions:
        return []
    parts: list[Flowable] = [style.words("Over time", style.HEADING)]
    if known:
        words = style.words(_trend_words(record), style.SMALL)
        parts += [_trend(record), words, Spacer(0, 2 * mm)]
    names = ("Session", "Date", "Task", "Quality", "Likeliest emotions", "PHQ-9", "GAD-7", "Model")
    widths = (0.09, 0.12, 0.14, 0.08, 0.24, 0.065, 0.065, 0.2)
    rows = [_session_row(point, point is record.listed) for point in reversed(record.sessions)]
    return [KeepTogether(parts), style.table(names, rows, widths)]


def _events(record: Record) -> list[Flowable]:
    if not record.events:
        return []
    heading = style.section("Medication and events")
    if not any(text for _, text in record.events):  # their words are left out with the name
        days = [[days] for days, _ in record.events]
        why = "What they were is only in the report with the name."
        return [
            *heading,
            style.table(("Kind and days",), days, (1.0,)),
            style.words(why, style.SMALL),
        ]
    return [*heading, style.table(("Kind and days", "What"), record.events, (0.4, 0.6))]


def _note(record: Record) -> list[Flowable]:
    if not record.note:
        return []
    return [*style.section("Note of the session"), style.words(record.note)]


def _trend(record: Record) -> Flowable:
    write = partial(write_trend_png, record.sessions, ringed=record.listed, band=record.band)
    return picture(write, WIDTH, HEIGHT)


def _trend_words(record: Record) -> str:
    ringed = " Ringed: this session." if record.listed else " A later run stands for this session."
    band = (
        " Grey, of this task and model: within error. A dot outside it is a reliable change, but "
        "for poor recordings and the usual sessions, which are compared with nothing."
        if record.band
        else ""
    )
    return (
        f"Share of analysed time per session, with 95 % interval.{ringed} Open: a poor recording."
        f"{band} Sessions of different models are never joined."
    )


def _session_row(point: TrendPoint, is_this: bool) -> list[str]:
    return [
        f"{point.number}{' (this)' if is_this else ''}",
        long_date(point.day),
        point.task,
        point.grade,
        _likeliest(point) or _why_none(point.reason),
        _total(point.phq9),
        _total(point.gad7),
        point.model,
    ]


def _likeliest(point: TrendPoint) -> str:
    shares = {label: point.figures[label][0] for label in look.COLOURS if label in point.figures}
    most = sorted(shares, key=lambda label: -shares[label])[:2]
    return ", ".join(f"{label} {look.percent(shares[label] / 100)} %" for label in most)


def _why_none(reason: str) -> str:
    """Why a session has no figures: the code of its sentence is enough here."""
    code = reason.partition(" ")[0]
    return f"no summary ({code})" if code.startswith("E") else reason


def _total(total: int | None) -> str:
    return "" if total is None else str(total)


def _said(annotations: Sequence[Annotation]) -> list[Flowable]:
    if not annotations:
        return []
    rows = [
        [_span(each.start, each.end), each.label, _remark(each)] for each in sorted(annotations)
    ]
    made = style.table(("Time", "Label", "Note or event"), rows, (0.18, 0.16, 0.66))
    return [*style.section("What the clinician said"), made]


def _remark(said: Annotation) -> str:
    out = "left out of the figures" if said.is_excluded else ""
    return " · ".join(part for part in (out, said.text) if part)


def _span(start: float, end: float) -> str:
    return _moment(start) if start == end else f"{_moment(start)}–{_moment(end)}"


def _moment(seconds: float) -> str:
    """A time to the tenth, so that short stretches have a length: 1:04:24.5."""
    tenths = round(10 * seconds)
    return f"{look.clock(tenths // 10)}.{tenths % 10}"


def _without_result(timeline: EmotionTimeline) -> list[Flowable]:
    counts = Counter(status for status in timeline.status if status is not WindowStatus.OK)
    if not counts:
        return []
    rows = [
        [look.REASONS[status], str(count), look.MEANINGS[status]]
        for status, count in counts.most_common()
    ]
    made = style.table(("Reason", "Windows", "What it means"), rows, (0.2, 0.1, 0.7))
    return [KeepTogether([style.words("Windows without a result", style.HEADING), made])]


def _timeline(analysis: Analysis) -> list[Flowable]:
    stretches = look.stretches(analysis.timeline, analysis.duration)
    listed = _longest(stretches, _MOST_STRETCHES)
    heading = style.section("Timeline")
    if len(listed) < len(stretches):
        cut = f"The {len(listed)} longest of {len(stretches)} stretches, in the order of time."
        heading.append(style.words(cut, style.SMALL))
    rows = [
        [
            _span(each.start, each.end),
            each.text if each.has_result else f"no result: {each.text}",
            _mean_probability(analysis.timeline, each),
        ]
        for each in listed
    ]
    names = ("Time", "Likeliest emotion", "Its mean probability")
    return [*heading, style.table(names, rows, (0.2, 0.5, 0.3))]


def _longest(stretches: Sequence[look.Stretch], most: int) -> list[look.Stretch]:
    chosen = sorted(stretches, key=lambda each: each.start - each.end)[:most]
    return sorted(chosen, key=lambda each: each.start)


def _mean_probability(timeline: EmotionTimeline, stretch: look.Stretch) -> str:
    if not stretch.has_result:
        return ""
    middles = (timeline.starts + timeline.ends) / 2
    inside = (stretch.start <= middles) & (middles < stretch.end) & timeline.has_result
    column = timeline.labels.index(stretch.text)
    return f"{float(np.mean(timeline.probabilities[inside, column])):.2f}"


def _making(analysis: Analysis, model_line: str) -> list[Flowable]:
    source, settings, quality = analysis.source, analysis.settings, analysis.quality
    usual = analysis.baseline_windows
    facts = {
        "Recording": f"{look.clock(int(analysis.duration))}, {source.codec} in {source.container}, "
        f"{source.sample_rate} Hz, {_channels(source.channels, settings.channel)}",
        **({"Fingerprint of the recording": f"SHA-256 {source.sha256}"} if source.sha256 else {}),
        "Sound": f"{' · '.join(notes(quality))} · speech at {_level(quality.level)}, peak "
        f"{_level(quality.peak)}",
        "Windows": f"{settings.window:g} s every {settings.hop:g} s, seed {settings.seed}",
        "Read against": f"the person's usual voice, of {usual:.0f} windows"
        if usual
        else "nothing: no usual voice of this person was given",
        "Model": model_line,
        "Fingerprint of the model": f"SHA-256 {analysis.model.sha256}",
    }
    return [
        KeepTogether(
            [
                style.words("How it was made", style.HEADING),
                style.table((), list(facts.items()), _FACTS),
            ]
        )
    ]


def _level(level: float) -> str:
    return f"{level:.0f} dBFS".replace("-", "−")


def _channels(count: int, channel: str) -> str:
    """How many the recording has, and which of them were analysed."""
    if count == 1:
        return "mono"
    found = "stereo" if count == 2 else f"{count} channels"
    return f"{found}, {CHANNEL_WORDS.get(channel, 'mixed')}"
