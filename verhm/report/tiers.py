"""The timeline for the programs in which speech is annotated: ELAN and Praat.

Both know tiers of stretches that must not overlap. What may overlap, such as notes, is spread over
as many tiers as it takes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pympi import Eaf, TextGrid

from verhm.annotations import Annotation
from verhm.report.look import stretches
from verhm.types import Analysis

EVENTS: Final = "Events"
_EVENT: Final = 0.1  # s that an event takes in ELAN, which knows no moments
_MS: Final = 1000

Span = tuple[float, float, str]  # start, end (s), words


@dataclass(frozen=True)
class Tier:
    """Stretches that do not overlap, in the order of time."""

    name: str
    spans: tuple[Span, ...]


def tiers(analysis: Analysis, annotations: Sequence[Annotation] = ()) -> tuple[Tier, ...]:
    """What was found and said, tier by tier.

    Expression has the likeliest emotion, and No result why there is none: of stretches of like
    windows, each counting for the hop around its middle. Neither changes by what a clinician says,
    which is in tiers of its own.
    """
    parts = stretches(analysis.timeline, analysis.duration)
    found = {
        "Expression": [(each.start, each.end, each.text) for each in parts if each.has_result],
        "No result": [(each.start, each.end, each.text) for each in parts if not each.has_result],
        "Speech": [(float(start), float(end), "speech") for start, end in analysis.activity.spans],
        "Clinician label": [(each.start, each.end, each.label) for each in annotations],
        "Left out": [
            (each.start, each.end, "left out") for each in annotations if each.is_excluded
        ],
        "Notes": [(each.start, each.end, each.text) for each in annotations],
    }
    return tuple(
        tier
        for name, spans in found.items()
        for tier in _without_overlap(name, _within(spans, analysis.duration))
    )


def events(analysis: Analysis, annotations: Iterable[Annotation]) -> tuple[tuple[float, str], ...]:
    """The moments that a clinician marked within the recording: s, words."""
    return tuple(
        (each.start, each.text or "event")
        for each in sorted(annotations)
        if each.is_moment and each.start < analysis.duration
    )


def write_eaf(
    analysis: Analysis,
    path: Path,
    annotations: Sequence[Annotation] = (),
    recording: str | None = None,
) -> None:
    """Write a document of ELAN's.

    Args:
        analysis: what was found
        path: to write to
        annotations: what a clinician said of it
        recording: name of the sound beside it, which ELAN then opens too
    """
    document = Eaf(author="VERHM")
    document.remove_tier("default")
    moments = (
        (at, min(at + _EVENT, analysis.duration), words)
        for at, words in events(analysis, annotations)
    )
    for tier in (*tiers(analysis, annotations), *_without_overlap(EVENTS, list(moments))):
        document.add_tier(tier.name)
        for start, end, words in tier.spans:
            document.add_annotation(tier.name, round(_MS * start), round(_MS * end), words)
    if recording is not None:
        kind = "audio/x-wav" if recording.endswith(".wav") else "audio/*"
        document.add_linked_file(recording, relpath=f"./{recording}", mimetype=kind)
    path.unlink(missing_ok=True)  # or what was there would be kept beside it
    document.to_file(str(path))


def write_textgrid(analysis: Analysis, path: Path, annotations: Sequence[Annotation] = ()) -> None:
    """Write a TextGrid of Praat's."""
    grid = TextGrid(xmax=analysis.duration)
    for tier in tiers(analysis, annotations):
        intervals = grid.add_tier(tier.name)
        for span in tier.spans:
            intervals.add_interval(*span)
    moments = events(analysis, annotations)
    if moments:
        points = grid.add_tier(EVENTS, tier_type="TextTier")
        for moment in moments:
            points.add_point(*moment)
    grid.to_file(str(path), codec="utf-8")


def _within(spans: Iterable[Span], duration: float) -> list[Span]:
    """The stretches that say something, as far as they lie in the recording."""
    cut = ((start, min(end, duration), words) for start, end, words in spans)
    return sorted(span for span in cut if span[2] and round(_MS * span[0]) < round(_MS * span[1]))


def _without_overlap(name: str, spans: Iterable[Span]) -> list[Tier]:
    """As few tiers as hold all stretches; the second is called "NAME 2"."""
    rows: list[list[Span]] = []
    for span in spans:
        row = next((row for row in rows if row[-1][1] <= span[0]), None)
        if row is None:
            rows.append([span])
        else:
            row.append(span)
    numbers = ("", *(f" {number}" for number in range(2, len(rows) + 1)))
    return [Tier(f"{name}{number}", tuple(row)) for number, row in zip(numbers, rows, strict=False)]
