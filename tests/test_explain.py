"""The command that explains a window."""

import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.factories import make_analysis
from verhm.__main__ import main
from verhm.explain_command import (
    ExplainedWindow,
    draw_explanation,
    tell,
    tell_influence,
    to_document,
    write_explanation,
)
from verhm.model.explanation import Explanation, band_edges
from verhm.types import WindowStatus

EXPLANATION = Explanation(
    emotion="happy",
    log_probability=float(np.log(0.62)),
    times=np.linspace(10.0, 13.0, 7),
    bands=band_edges(np.array([0, 16, 32, 48, 64, 80])),
    influence=np.zeros((6, 5)),
    mel=np.zeros((80, 300), dtype=np.float32),
)


def influenced(**patches: float) -> Explanation:
    """`EXPLANATION` with some patches set, named like t2b1."""
    influence = np.zeros((6, 5))
    for name, nats in patches.items():
        influence[int(name[1]), int(name[3])] = nats
    return replace(EXPLANATION, influence=influence)


def test_the_three_strongest_are_told_with_their_direction_and_size():
    lines = tell_influence(influenced(t2b1=np.log(2), t0b0=-np.log(3), t5b4=0.1, t4b4=0.2))
    assert len(lines) == 3
    assert lines[0].startswith("10.00\u201310.50 s, 0.0\u20130.6 kHz speaks against happy")
    assert lines[0].endswith("3.0 times higher.")
    assert lines[1].startswith("11.00\u201311.50 s, 0.6\u20131.2 kHz speaks for happy")
    assert lines[1].endswith("2.0 times lower.")
    assert lines[2].startswith("12.00\u201312.50 s, 4.2\u20138.0 kHz")


def test_where_nothing_stands_out_nothing_is_named():
    assert tell_influence(influenced(t2b1=0.04)) == [
        "No single part of the window moves the result by more than 5 % of its odds."
    ]


def withheld() -> ExplainedWindow:
    analysis = make_analysis(20.0)
    assert analysis.timeline.status[4] is WindowStatus.SILENCE
    return ExplainedWindow(analysis, 4, None, ("Too little voiced speech.",))


def test_a_window_without_a_result_says_why_and_names_no_emotion():
    text = tell(withheld())
    assert "No result: no speech. Nobody speaks here." in text
    assert not any(label in text for label in make_analysis().timeline.labels)


def test_a_window_without_a_result_has_a_document_and_no_picture(tmp_path):
    assert write_explanation(withheld(), tmp_path / "new") == ["explanation.json"]
    document = json.loads((tmp_path / "new" / "explanation.json").read_text())
    assert document["status"] == "silence"
    assert [document[key] for key in ("emotion", "probability", "influence")] == [None] * 3


def test_the_document_holds_every_patch():
    found = ExplainedWindow(make_analysis(20.0), 20, influenced(t2b1=0.7), ())
    document = to_document(found)
    assert (document["start"], document["end"]) == (10.0, 13.0)
    assert document["probability"] == 0.62
    assert np.shape(document["influence"]) == (6, 5)
    assert document["influence"][2][1] == 0.7


def test_the_picture_colours_the_patch_that_matters(tmp_path):
    def orange(explanation: Explanation, name: str) -> int:
        """Pixels of the colour of "speaks for", the bar's included."""
        draw_explanation(explanation, tmp_path / name)
        with Image.open(tmp_path / name) as image:
            red, _, blue = np.moveaxis(np.asarray(image.convert("RGB")).astype(int), -1, 0)
        return int((red - blue > 100).sum())

    strong = orange(influenced(t2b1=2.0, t3b1=2.0), "strong.png")
    assert strong > orange(influenced(t2b1=0.05), "faint.png") + 10_000


def test_a_folder_that_cannot_be_written_is_refused(tmp_path, capsys):
    (tmp_path / "explanation.json").write_text("{}")
    assert main(["explain", "a.wav", "--at", "1", "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.startswith("E72 ")


@pytest.mark.model
def test_explain_tells_and_writes(speech_path, tmp_path, capsys):
    call = ["explain", str(speech_path), "--at", "4.1"]
    assert main([*call, "--out", str(tmp_path / "out")]) == 0
    told = capsys.readouterr().out
    document = json.loads((tmp_path / "out" / "explanation.json").read_text())
    assert (document["start"], document["end"]) == (2.5, 5.5)
    has_result = document["status"] == "ok"
    assert ("speaks for" in told or "speaks against" in told) is has_result
    assert (tmp_path / "out" / "explanation.png").exists() is has_result
    assert "Not compared with this voice's usual" in told
    assert main([*call[:-1], "99"]) == 2
    assert capsys.readouterr().err.startswith(f"E71 {speech_path}: ")
