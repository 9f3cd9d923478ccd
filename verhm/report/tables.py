"""Results as tables for other programs: windows and morphs as CSV, everything as JSON."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from verhm.annotations import Annotation, by_window, excluding
from verhm.face.head import rotation
from verhm.report.document import to_json
from verhm.types import Analysis, MorphSequence, WindowStatus

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MORPHS_AT_ONCE = 1_000  # frames
# Live Link Face writes these after the morphs, in radians; the eyes turn by their morphs here.
_ROTATIONS = tuple(
    f"{part}{axis}" for part in ("Head", "LeftEye", "RightEye") for axis in ("Yaw", "Pitch", "Roll")
)


def write_json(analysis: Analysis, path: Path, source: str | None = None) -> None:
    """Write the document of an analysis, see `verhm.report.document`."""
    path.write_text(to_json(analysis, source), encoding="utf-8")


def write_windows_csv(
    analysis: Analysis, path: Path, annotations: Sequence[Annotation] = ()
) -> None:
    """Write a line per window; where there is no result, its cells are empty.

    The model's columns say what it found, also where a clinician says otherwise in the last three.

    Columns: start, end (s), status (as in the document), label (the likeliest
    emotion), one probability per emotion, valence, arousal (derived from the probabilities), speech
    (s), snr (dB), level (dBFS), clipped (share), plausible (emotions that together hold the true
    one in nine of ten windows like those of the training), clinician_label, clinician_excluded
    (1 where the window is left out of the figures), clinician_note.
    """
    labels = analysis.timeline.labels
    header = ["start", "end", "status", "label", *labels, "valence", "arousal"]
    header += ["speech", "snr", "level", "clipped", "plausible"]
    header += ["clinician_label", "clinician_excluded", "clinician_note"]
    rows = zip(_window_rows(analysis), _said_cells(analysis, annotations), strict=True)
    _write_csv(path, header, ([*found, *said] for found, said in rows))


def write_annotations_csv(annotations: Iterable[Annotation], path: Path) -> None:
    """Write a line per annotation: start, end (s; equal for a moment), label, excluded, text."""
    rows = (
        [f"{each.start:.2f}", f"{each.end:.2f}", each.label, _flag(each.is_excluded), each.text]
        for each in annotations
    )
    _write_csv(path, ["start", "end", "label", "excluded", "text"], rows)


def write_morphs_csv(morphs: MorphSequence, path: Path) -> None:
    """Write a line per frame in the columns of Live Link Face.

    Timecode (HH:MM:SS:FF.mmm, frame within the second and thousandths of a frame), BlendShapeCount
    (how many columns follow), the morphs with a capital first letter, then the rotations of the
    head, see `live_link_angles`, and of the eyes, which are 0.
    """
    header = ["Timecode", "BlendShapeCount"]
    header += [name[0].upper() + name[1:] for name in morphs.names]
    _write_csv(path, [*header, *_ROTATIONS], _morph_rows(morphs))


def timecode(frame: int, frame_rate: float) -> str:
    """Write when a frame is shown.

    >>> timecode(3_600 * 30 + 31, 30.0)
    '01:00:01:01.000'
    """
    # A nudge forgives rounding: 2.9 s at 10 frames per second is frame 29, not 28.999….
    second = int(frame / frame_rate + 1e-9)
    thousandths = max(0, round((frame - second * frame_rate) * 1000))
    minutes, hours = second // 60, second // 3600
    within, rest = divmod(thousandths, 1000)
    return f"{hours:02d}:{minutes % 60:02d}:{second % 60:02d}:{within:02d}.{rest:03d}"


def _window_rows(analysis: Analysis) -> Iterator[list[Any]]:
    timeline = analysis.timeline
    likeliest, affect = np.argmax(timeline.probabilities, axis=1), timeline.affect
    plausible = timeline.plausible
    for index, (status, has_result) in enumerate(
        zip(timeline.status, timeline.has_result, strict=True)
    ):
        quality = analysis.window_quality[index]
        result: list[Any] = [""] * (len(timeline.labels) + 3)
        if has_result:
            figures = [*timeline.probabilities[index], *affect[index]]
            result = [timeline.labels[likeliest[index]], *(f"{value:.4f}" for value in figures)]
        times = (f"{timeline.starts[index]:.3f}", f"{timeline.ends[index]:.3f}")
        yield [
            *times,
            str(status),
            *result,
            *map(_figure, (quality.speech, quality.snr, quality.level, quality.clipped)),
            " ".join(compress(timeline.labels, plausible[index])) if has_result else "",
        ]


def _said_cells(analysis: Analysis, annotations: Sequence[Annotation]) -> Iterator[list[str]]:
    timeline = analysis.timeline
    out = [status is WindowStatus.EXCLUDED for status in excluding(timeline, annotations).status]
    for said, is_out in zip(by_window(timeline, annotations), out, strict=True):
        words = [said.label, said.text] if said else ["", ""]
        yield [words[0], _flag(is_out), words[1]]


def _flag(is_true: bool) -> str:
    return "1" if is_true else ""


def _figure(value: float) -> str:
    return f"{value:.3f}" if np.isfinite(value) else ""


def _morph_rows(morphs: MorphSequence) -> Iterator[list[Any]]:
    count = str(len(morphs.names) + len(_ROTATIONS))
    for first in range(0, len(morphs.weights), _MORPHS_AT_ONCE):
        at_once = slice(first, first + _MORPHS_AT_ONCE)
        turns = live_link_angles(morphs.head[at_once])
        still = np.zeros((len(turns), len(_ROTATIONS) - turns.shape[1]))
        rows = np.column_stack([morphs.weights[at_once], turns, still]).tolist()
        for frame, values in enumerate(rows, first):
            cells = [f"{value:.6f}" for value in values]
            yield [timecode(frame, morphs.frame_rate), count, *cells]


def live_link_angles(head: np.ndarray) -> np.ndarray:
    """(F, 3) HeadYaw, HeadPitch and HeadRoll in radians for (F, 3) of `MorphSequence.head`.

    Yaw is positive to the person's right, pitch down, roll where the head is tilted to the
    person's right; the head is tilted first, then turned, then bent. Nobody has published this:
    it is read off what the app itself records of eyes, with the person's left being that of
    the columns. Both yaws fall below 0 as EyeLookOutLeft and EyeLookInRight rise, and pitches rise
    with EyeLookDown, by 0.6 at a full look, as radians do. Eyes do not roll: the rolls there are
    exactly those of an upright gaze taken apart in this order, with this sign.
    """
    if not head.any():
        return np.zeros((len(head), 3))
    turns = Rotation.from_matrix(np.array([rotation(angles) for angles in head]))
    pitch, yaw, roll = turns.as_euler("XYZ").T
    # Neither -0.0 nor what rounds to it.
    return np.column_stack([-yaw, pitch, roll]).round(6) + 0.0


def _write_csv(path: Path, header: list[str], rows: Iterable[list[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([neutralised(cell) for cell in header])
        writer.writerows([neutralised(cell) for cell in row] for row in rows)


def neutralised(cell: str) -> str:
    """Keep a spreadsheet from taking text for a formula; numbers stay numbers."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) and not _is_number(cell) else cell


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
