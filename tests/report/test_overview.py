"""Many recordings in one table."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from tests.factories import make_analysis
from verhm.errors import AudioError, RequestError
from verhm.report.overview import NAME, overview
from verhm.report.summary import summarize
from verhm.types import SpeechActivity


def rows(folder):
    with (folder / NAME).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_line_holds_a_recording_s_figures(tmp_path):
    analysis = make_analysis(60.0)
    with overview(tmp_path) as note:
        note("day/a.wav", "a", analysis)
    [row] = rows(tmp_path)
    assert (row["source"], row["results"], row["problem"]) == ("day/a.wav", "a", "")
    assert float(row["duration"]) == 60
    assert (float(row["sad"]), float(row["sad_low"]), float(row["sad_high"])) == (0.125, 0.05, 0.2)
    assert float(row["valence_high"]) == pytest.approx(analysis.summary.valence[2])
    assert (row["model"], row["version"], row["channel"]) == ("made up", "0", "all")


def test_a_line_names_the_channel_that_was_taken_for_the_voice(tmp_path):
    whole = make_analysis(5.0)
    with overview(tmp_path) as note:
        note("a.wav", "a", replace(whole, settings=replace(whole.settings, channel="right")))
    assert rows(tmp_path)[0]["channel"] == "right"


def test_what_has_no_figure_has_an_empty_cell_and_a_reason(tmp_path):
    short = SpeechActivity(np.array([[0.0, 9.0]]))
    whole = make_analysis(60.0)
    withheld = replace(whole, summary=summarize(whole.timeline, short, 0))
    with overview(tmp_path) as note:
        note("a.wav", "a", withheld)
        note("=b.wav", "b", AudioError("E11", "This file is empty.", "Choose another."))
    first, second = rows(tmp_path)
    assert first["withheld"].startswith("E21 ") and first["sad"] == first["valence"] == ""
    assert second["problem"].startswith("E11 ") and second["duration"] == ""
    assert second["source"] == "'=b.wav"


def test_a_line_is_kept_as_soon_as_its_recording_is_done(tmp_path):
    with overview(tmp_path) as note:
        note("a.wav", "a", make_analysis(5.0))
        assert len(rows(tmp_path)) == 1


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(RequestError, match="E72"), overview(tmp_path / "file"):
        pass
