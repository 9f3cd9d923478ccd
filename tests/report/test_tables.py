"""Tables other programs can read, and no spreadsheet takes for a program."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from tests.factories import make_analysis
from verhm.annotations import Annotation
from verhm.face.head import rotation
from verhm.labels import EMOTIONS, MORPHS
from verhm.report.document import to_document
from verhm.report.tables import (
    live_link_angles,
    neutralised,
    timecode,
    write_annotations_csv,
    write_json,
    write_morphs_csv,
    write_windows_csv,
)
from verhm.types import MorphSequence


@pytest.fixture
def analysis():
    return make_analysis(20.0)


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_windows_have_a_line_each(analysis, tmp_path):
    write_windows_csv(analysis, tmp_path / "windows.csv")
    rows = rows_of(tmp_path / "windows.csv")
    assert len(rows) == len(analysis.timeline)
    for index, row in enumerate(rows):
        assert float(row["start"]) == pytest.approx(analysis.timeline.starts[index])
        status = analysis.timeline.status[index]
        assert row["status"] == status  # as in the document
        if analysis.timeline.has_result[index]:
            probabilities = [float(row[label]) for label in EMOTIONS]
            np.testing.assert_allclose(
                probabilities, analysis.timeline.probabilities[index], atol=1e-4
            )
            assert row["label"] == EMOTIONS[int(np.argmax(probabilities))]
            reaching = np.flatnonzero(analysis.timeline.plausible[index])
            assert row["plausible"].split() == [EMOTIONS[column] for column in reaching]
            assert float(row["valence"]) == pytest.approx(
                analysis.timeline.affect[index, 0], abs=1e-4
            )
        else:
            assert {
                row[name] for name in ("label", *EMOTIONS, "valence", "arousal", "plausible")
            } == {""}


def test_an_unknown_figure_is_an_empty_cell(analysis, tmp_path):
    unknown = replace(analysis.window_quality[0], snr=np.nan)
    analysis = replace(analysis, window_quality=(unknown, *analysis.window_quality[1:]))
    write_windows_csv(analysis, tmp_path / "windows.csv")
    assert rows_of(tmp_path / "windows.csv")[0]["snr"] == ""


def test_morphs_have_the_columns_of_live_link_face(analysis, tmp_path):
    write_morphs_csv(analysis.morphs, tmp_path / "morphs.csv")
    header, *rows = (tmp_path / "morphs.csv").read_text().splitlines()
    columns = header.split(",")
    assert columns[:3] == ["Timecode", "BlendShapeCount", "EyeBlinkLeft"]
    assert columns[53:] == [
        "TongueOut",
        "HeadYaw",
        "HeadPitch",
        "HeadRoll",
        "LeftEyeYaw",
        "LeftEyePitch",
        "LeftEyeRoll",
        "RightEyeYaw",
        "RightEyePitch",
        "RightEyeRoll",
    ]
    assert len(rows) == len(analysis.morphs.weights)
    cells = rows[31].split(",")
    assert (cells[0], cells[1], len(cells)) == ("00:00:01:01.000", "61", len(columns))
    np.testing.assert_allclose(
        [float(cell) for cell in cells[2 : 2 + len(MORPHS)]],
        analysis.morphs.weights[31],
        atol=1e-6,
    )


def straight_but_for(axis: int, angle: float) -> MorphSequence:
    head = np.zeros((1, 3))
    head[0, axis] = angle
    return MorphSequence(np.zeros((1, len(MORPHS))), 30.0, head=head)


@pytest.mark.parametrize(
    ("axis", "angle", "column", "expected"),
    [
        (0, 0.1, "HeadPitch", "0.100000"),  # down
        (1, 0.1, "HeadYaw", "-0.100000"),  # to the person's left
        (2, 0.1, "HeadRoll", "0.100000"),  # tilted to the person's right
        (0, -1e-9, "HeadPitch", "0.000000"),
    ],
)
def test_the_head_turns_in_radians_with_the_signs_of_live_link_face(
    axis, angle, column, expected, tmp_path
):
    write_morphs_csv(straight_but_for(axis, angle), tmp_path / "morphs.csv")
    (row,) = rows_of(tmp_path / "morphs.csv")
    assert row[column] == expected
    others = {name for name in row if name.endswith(("Yaw", "Pitch", "Roll"))} - {column}
    assert len(others) == 8 and {row[name] for name in others} == {"0.000000"}


def test_the_heads_angles_are_taken_apart_as_live_link_face_does():
    head = np.random.default_rng(0).uniform(-0.3, 0.3, (20, 3))
    for angles, (yaw, pitch, roll) in zip(head, live_link_angles(head), strict=True):
        again = rotation([pitch, 0, 0]) @ rotation([0, -yaw, 0]) @ rotation([0, 0, roll])
        np.testing.assert_allclose(again, rotation(angles), atol=5e-6)


def test_an_upright_turn_up_and_left_rolls_as_eyes_do_in_its_recordings():
    """There, roll is the product of the tangent of yaw and the sine of pitch, nearly."""
    (yaw, pitch, roll) = live_link_angles(np.array([(-0.17, 0.13, 0)]))[0]
    assert yaw < 0 > pitch
    assert roll == pytest.approx(np.tan(yaw) * np.sin(pitch), rel=0.02)


def test_a_sequence_longer_than_one_piece_is_whole(tmp_path):
    weights = np.linspace(0, 1, 2_500)[:, None] * np.ones(len(MORPHS))
    write_morphs_csv(MorphSequence(weights, 30.0), tmp_path / "morphs.csv")
    rows = rows_of(tmp_path / "morphs.csv")
    np.testing.assert_allclose([float(row["JawOpen"]) for row in rows], weights[:, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("frame", "frame_rate", "expected"),
    [
        (0, 30.0, "00:00:00:00.000"),
        (29, 30.0, "00:00:00:29.000"),
        (30, 30.0, "00:00:01:00.000"),
        (29, 10.0, "00:00:02:09.000"),
        (3_600 * 25 + 60 * 25 + 1, 25.0, "01:01:00:01.000"),
        (13, 12.5, "00:00:01:00.500"),
    ],
)
def test_timecodes(frame, frame_rate, expected):
    assert timecode(frame, frame_rate) == expected


@pytest.mark.parametrize("frame_rate", [10.0, 23.976, 29.97, 30.0, 60.0])
def test_timecodes_ascend(frame_rate):
    codes = [timecode(frame, frame_rate) for frame in range(5_000)]
    assert codes == sorted(codes)
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-run()", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_is_no_formula(text):
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["-0.5", "+1", "sad", "", "-1e-3", "a=b"])
def test_numbers_and_plain_words_stay(cell):
    assert neutralised(cell) == cell


def test_labels_that_look_like_formulas_are_neutralised(analysis, tmp_path):
    names = ("=evil", *analysis.morphs.names[1:])
    write_morphs_csv(replace(analysis.morphs, names=names), tmp_path / "morphs.csv")
    assert "'=evil" in (tmp_path / "morphs.csv").read_text().splitlines()[0].split(",")


def test_json_is_the_document(analysis, tmp_path):
    write_json(analysis, tmp_path / "analysis.json")
    assert json.loads((tmp_path / "analysis.json").read_bytes()) == to_document(analysis)


def test_what_a_clinician_said_stands_beside_what_the_model_found(tmp_path):
    analysis = make_analysis(30.0)
    starts, ends = analysis.timeline.starts, analysis.timeline.ends
    said = (
        Annotation(float(starts[2]), float(ends[2]), "sad", text="=SUM(A1)"),
        Annotation(10.0, 12.0, is_excluded=True, text="door"),
        Annotation(5.0, 5.0, text="Q: sleep"),
    )
    write_windows_csv(analysis, tmp_path / "plain.csv")
    write_windows_csv(analysis, tmp_path / "said.csv", said)
    plain, beside = rows_of(tmp_path / "plain.csv"), rows_of(tmp_path / "said.csv")
    names = ("clinician_label", "clinician_excluded", "clinician_note")
    assert not any(row[name] for row in plain for name in names)
    assert [beside[2][name] for name in names] == ["sad", "", "'=SUM(A1)"]
    for row in beside:
        middle = (float(row["start"]) + float(row["end"])) / 2
        assert row["clinician_excluded"] == ("1" if 10.0 <= middle <= 12.0 else "")
    own = [{name: row[name] for name in row if name not in names} for row in beside]
    assert own == [{name: row[name] for name in row if name not in names} for row in plain]


def test_annotations_are_written_as_they_were_said(tmp_path):
    said = (Annotation(5.0, 5.0, text="@x"), Annotation(10.0, 12.5, "calm", True, "door"))
    write_annotations_csv(said, tmp_path / "annotations.csv")
    nothing = {"label": "", "excluded": ""}
    assert rows_of(tmp_path / "annotations.csv") == [
        {"start": "5.00", "end": "5.00", **nothing, "text": "'@x"},
        {"start": "10.00", "end": "12.50", "label": "calm", "excluded": "1", "text": "door"},
    ]
