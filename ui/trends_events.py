"""Medication and life events below the trends: bars, and flags with a line through all lanes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from storage.event_models import EventKind, PatientEvent
from ui.marks import escaped
from ui.trends_axes import RIGHT, WIDTH, TimeAxis, ground
from verhm.dates import long_date
from verhm.language import N_, _

_ROW, _BAR, _GAP = 26.0, 21.0, 4.0
_FLAG = 12.0  # that a flag takes without words
_LETTER = 6.6  # that one of them takes, about; what is wider is clipped


@dataclass(frozen=True)
class EventLanes:
    """What is drawn.

    Attributes:
        drawing: bars, flags and their words
        ground: what lies below them
        lines: through the lanes above, where a life event begins
        height: of all rows
    """

    drawing: str
    ground: str
    lines: str
    height: float


KINDS = {EventKind.MEDICATION: N_("Medication"), EventKind.LIFE_EVENT: N_("Life event")}


@dataclass(frozen=True)
class _Place:
    """Where an event lies across, as far as the axis reaches."""

    event: PatientEvent
    left: float
    right: float
    begins: bool  # on the axis, not before it
    ends: bool


def event_words(event: PatientEvent) -> str:
    """Kind and days: "Medication, since 3 Jun 2026"."""
    first = long_date(event.first_day)
    if event.last_day is not None:
        days = f"{first} – {long_date(event.last_day)}"
    else:
        days = _("since {day}").format(day=first) if event.kind is EventKind.MEDICATION else first
    return f"{_(KINDS[event.kind])}, {days}"


def event_lanes(
    events: Sequence[PatientEvent], axis: TimeAxis, first_lane: float, top: float
) -> EventLanes:
    """Draw what lies on the axis: medication in rows of its own, then the life events.

    Args:
        events: in the order of time
        axis: of the sessions' days
        first_lane: where the lanes above begin, through which the lines go
        top: of the first row
    """
    parts, grounds, lines, y = [], [], [], top
    for kind, title in (
        (EventKind.MEDICATION, _("Medication")),
        (EventKind.LIFE_EVENT, _("Events")),
    ):
        rows = _rows(
            [place for each in events if each.kind is kind for place in _place(each, axis)]
        )
        if rows:
            parts.append(f'<text class="s" x="0" y="{y + 15:.1f}">{title}</text>')
        for row in rows:
            if kind is EventKind.MEDICATION:
                parts += [_bar(place, y) for place in row]
            else:
                # Down to the flag it lies below the bars, so that it crosses none of their words.
                grounds += [ground(y, _BAR), *(_line(each, top, y) for each in row)]
                lines += [_line(each, first_lane, top) for each in row]
                limits = [place.left - 4 for place in row[1:]] + [float(WIDTH)]
                parts += [_flag(*each, y) for each in zip(row, limits, strict=True)]
            y += _ROW
    height = y - top + (_GAP if parts else 0.0)
    return EventLanes("".join(parts), "".join(grounds), "".join(lines), height)


def _place(event: PatientEvent, axis: TimeAxis) -> list[_Place]:
    """Its place, or none where it lies beside the axis."""
    goes_on = event.last_day is None and event.kind is EventKind.MEDICATION
    last = axis.last if goes_on else event.last_day or event.first_day
    if event.first_day > axis.last or last < axis.first:
        return []
    begins, ends = event.first_day >= axis.first, not goes_on and last <= axis.last
    left = axis.x(max(event.first_day, axis.first))
    # The last day is part of it.
    right = min(RIGHT, axis.x(min(last, axis.last) + timedelta(days=1)) - 1)
    return [_Place(event, left, max(right, left + 3), begins, ends)]


def _rows(places: Sequence[_Place]) -> list[list[_Place]]:
    """Rows in which no place covers another, in the order of time."""
    rows: list[list[_Place]] = []
    for place in places:
        free = (row for row in rows if max(row[-1].right, row[-1].left + _FLAG) < place.left)
        row = next(free, None)
        if row is None:
            rows.append([place])
        else:
            row.append(place)
    return rows


def _bar(place: _Place, y: float) -> str:
    """A medication; an end of it that lies beyond the axis, or is not there yet, is open."""
    left, right, bottom = place.left, place.right, y + _BAR
    edges = f"M{left:.1f} {y}H{right:.1f}M{left:.1f} {bottom}H{right:.1f}"
    edges += f"M{left:.1f} {y}V{bottom}" if place.begins else ""
    edges += f"M{right:.1f} {y}V{bottom}" if place.ends else ""
    return (
        f'<g class="md">{_title(place.event)}<rect x="{left:.1f}" y="{y}" '
        f'width="{right - left:.1f}" height="{_BAR}"/><path d="{edges}"/>'
        f"{_words(place.event, left + 8, y, right - 4)}</g>"
    )


def _flag(place: _Place, limit: float, y: float) -> str:
    """A life event; one of several days has a line to its last."""
    x = place.left
    stem = f"M{x:.1f} {y + 1}v20" if place.begins else ""
    stretch = f"M{x:.1f} {y + 21}H{place.right:.1f}" if place.event.last_day else ""
    head = f'<path class="head" d="M{x:.1f} {y + 2}l8 4-8 4Z"/>' if place.begins else ""
    return (
        f'<g class="le">{_title(place.event)}<path d="{stem}{stretch}"/>{head}'
        f"{_words(place.event, x + _FLAG, y, limit)}</g>"
    )


def _line(place: _Place, top: float, bottom: float) -> str:
    x = place.left
    return f'<path class="when" d="M{x:.1f} {top}V{bottom}"/>' if place.begins else ""


def _title(event: PatientEvent) -> str:
    words = f"{event_words(event)}: {event.text}" if event.text else event_words(event)
    return f"<title>{escaped(words)}</title>"


def _words(event: PatientEvent, x: float, y: float, limit: float) -> str:
    """As much of the text as there is room for; nothing of it leaves its room."""
    fits = int((limit - x) / _LETTER)
    text = event.text
    if len(text) > fits:
        text = f"{text[: fits - 1].rstrip()}…" if fits > 2 else ""
    return (
        f'<svg x="{x:.1f}" y="{y}" width="{limit - x:.1f}" height="{_BAR}">'
        f'<text class="mt" x="0" y="15">{escaped(text)}</text></svg>'
        if text
        else ""
    )
