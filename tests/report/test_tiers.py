"""ELAN's and Praat's files are read again by readers that others wrote."""

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import parselmouth
import pytest
from parselmouth.praat import call
from pympi import Eaf

from tests.factories import make_analysis
from verhm.annotations import Annotation
from verhm.report.look import stretches
from verhm.report.tiers import tiers, write_eaf, write_textgrid
from verhm.types import SpeechActivity

SAID = (
    Annotation(4.0, 7.0, "sad", text='<her> "sister" & Ünal'),
    Annotation(5.0, 8.0, "happy"),
    Annotation(7.0, 10.0, "unsure", text="laughs"),
    Annotation(12.0, 15.0, is_excluded=True),
    Annotation(18.0, 24.0, text="to the end"),
    Annotation(3.25, 3.25, text="Q: sleep"),
    Annotation(3.3, 3.3),
)


@pytest.fixture
def analysis():
    return replace(
        make_analysis(20.0), activity=SpeechActivity(np.array([[0.5, 4.0], [4.2, 19.0]]))
    )


def test_tiers_hold_what_was_found_and_said(analysis):
    found = {tier.name: tier.spans for tier in tiers(analysis, SAID)}
    both = sorted(found["Expression"] + found["No result"])
    assert both == [
        (each.start, each.end, each.text) for each in stretches(analysis.timeline, 20.0)
    ]
    assert found["Speech"] == ((0.5, 4.0, "speech"), (4.2, 19.0, "speech"))
    assert found["Clinician label"] == ((4.0, 7.0, "sad"), (7.0, 10.0, "unsure"))
    assert found["Clinician label 2"] == ((5.0, 8.0, "happy"),)
    assert found["Left out"] == ((12.0, 15.0, "left out"),)
    assert found["Notes"][-1] == (18.0, 20.0, "to the end")
    for spans in found.values():
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert {tier.name for tier in tiers(analysis)} == {"Expression", "No result", "Speech"}


def test_elan_reads_every_tier_with_its_times(analysis, tmp_path):
    path = tmp_path / "emotions.eaf"
    write_eaf(analysis, path, SAID, "voice.wav")
    read = Eaf(str(path))
    for tier in tiers(analysis, SAID):
        assert sorted(read.get_annotation_data_for_tier(tier.name)) == [
            (round(1000 * start), round(1000 * end), words) for start, end, words in tier.spans
        ]
    assert read.get_annotation_data_for_tier("Events") == [(3250, 3350, "Q: sleep")]
    assert read.get_annotation_data_for_tier("Events 2") == [(3300, 3400, "event")]
    assert "default" not in read.get_tier_names()
    assert [each["RELATIVE_MEDIA_URL"] for each in read.get_linked_files()] == ["./voice.wav"]


def test_elans_document_refers_to_nothing_that_is_not_in_it(analysis, tmp_path):
    path = tmp_path / "emotions.eaf"
    write_eaf(analysis, path, SAID)
    root = ElementTree.parse(path).getroot()
    slots = {
        each.get("TIME_SLOT_ID"): int(each.get("TIME_VALUE")) for each in root.iter("TIME_SLOT")
    }
    types = {each.get("LINGUISTIC_TYPE_ID") for each in root.iter("LINGUISTIC_TYPE")}
    marks = list(root.iter("ALIGNABLE_ANNOTATION"))
    assert all(
        slots[each.get("TIME_SLOT_REF1")] < slots[each.get("TIME_SLOT_REF2")] for each in marks
    )
    assert len({each.get("ANNOTATION_ID") for each in marks}) == len(marks)
    assert {each.get("LINGUISTIC_TYPE_REF") for each in root.iter("TIER")} <= types
    assert root.tag == "ANNOTATION_DOCUMENT" and not list(root.iter("MEDIA_DESCRIPTOR"))


def test_praat_reads_every_tier_with_its_times(analysis, tmp_path):
    path = tmp_path / "emotions.TextGrid"
    write_textgrid(analysis, path, SAID)
    grid = parselmouth.read(str(path))
    written = tiers(analysis, SAID)
    assert call(grid, "Get number of tiers") == len(written) + 1
    assert call(grid, "Get total duration") == pytest.approx(20.0)
    for number, tier in enumerate(written, 1):
        assert call(grid, "Get tier name", number) == tier.name
        count = int(call(grid, "Get number of intervals", number))
        read = [
            (
                call(grid, "Get start time of interval", number, each),
                call(grid, "Get end time of interval", number, each),
                call(grid, "Get label of interval", number, each),
            )
            for each in range(1, count + 1)
        ]
        said = [span for span in read if span[2]]
        assert [span[2] for span in said] == [span[2] for span in tier.spans]
        times = [span[:2] for span in said]
        assert np.allclose(times, [span[:2] for span in tier.spans], atol=1e-6)
    points = len(written) + 1
    assert [call(grid, "Get label of point", points, each) for each in (1, 2)] == [
        "Q: sleep",
        "event",
    ]


def test_of_a_recording_of_which_nothing_was_said_there_are_no_empty_tiers(analysis, tmp_path):
    write_textgrid(analysis, tmp_path / "a.TextGrid")
    write_eaf(analysis, tmp_path / "a.eaf")
    assert call(parselmouth.read(str(tmp_path / "a.TextGrid")), "Get number of tiers") == 3
    assert set(Eaf(str(tmp_path / "a.eaf")).get_tier_names()) == {
        "Expression",
        "No result",
        "Speech",
    }
