"""The bundle is taken by readers that others wrote: of R4, and of R4B with its stricter types."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from fhir.resources.R4B.bundle import Bundle as BundleOfR4B
from fhirclient.models.bundle import Bundle as BundleOfR4

from tests.factories import make_analysis
from verhm.annotations import Annotation
from verhm.report.fhir import CODES, INTERVAL, to_bundle, write_fhir
from verhm.report.record import Record
from verhm.report.summary import summarize
from verhm.settings import AnalysisSettings
from verhm.types import SpeechActivity

DAY = date(2026, 11, 21)
RECORD = Record(
    "P-0417 · Session 3",
    code="P-0417",
    patient_id="p1",
    session_id="s3",
    run_id="r1",
    day=DAY,
    phq9=11,
    gad7=0,
)


@pytest.fixture
def analysis():
    return make_analysis(60.0)


def resources(bundle, kind):
    found = (entry["resource"] for entry in bundle["entry"])
    return [each for each in found if each["resourceType"] == kind]


def components(observation):
    return {each["code"]["coding"][0]["code"]: each for each in observation["component"]}


@pytest.mark.parametrize(
    "record",
    [RECORD, Record("voice.wav"), replace(RECORD, code='P <"&> ñ 🦔', notice="Made up <b>&</b>")],
)
def test_readers_of_others_take_the_bundle(analysis, record, tmp_path):
    write_fhir(analysis, tmp_path / "fhir.json", record)
    text = (tmp_path / "fhir.json").read_text(encoding="utf-8")
    BundleOfR4B.model_validate_json(text)
    read = BundleOfR4(json.loads(text), strict=True)
    assert read.as_json() == json.loads(text)


def test_whose_it_is_stands_there_by_code_alone(analysis):
    bundle = to_bundle(analysis, replace(RECORD, facts=(("Name", "Ada Lovelace"),)))
    [patient] = resources(bundle, "Patient")
    assert patient["identifier"][1]["value"] == "P-0417"
    others = to_bundle(analysis, replace(RECORD, patient_id="p2"))  # a code is a clinician's own
    [other] = resources(others, "Patient")
    assert patient["identifier"][0] != other["identifier"][0]
    assert "Lovelace" not in json.dumps(bundle)
    assert not resources(to_bundle(analysis, Record("voice.wav")), "Patient")


def test_every_reference_leads_to_an_entry_and_every_code_to_the_system(analysis):
    bundle = to_bundle(analysis, RECORD)
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(addresses) == len(bundle["entry"]) == 8
    references, codings = [], []

    def walk(node):
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif isinstance(node, dict):
            references.extend(value for key, value in node.items() if key == "reference")
            codings.extend(node.get("coding", []))
            walk(list(node.values()))

    walk(bundle["entry"])
    assert set(references) <= addresses
    [system] = resources(bundle, "CodeSystem")
    known = {concept["code"]: concept["display"] for concept in system["concept"]}
    assert len(known) == len(system["concept"])
    own = [coding for coding in codings if coding["system"] == CODES]
    assert own
    assert all(known[coding["code"]] == coding["display"] for coding in own)


def test_everything_is_preliminary_and_says_what_it_is_not_for(analysis):
    bundle = to_bundle(analysis, RECORD)
    [report] = resources(bundle, "DiagnosticReport")
    observations = resources(bundle, "Observation")
    assert {each["status"] for each in (report, *observations)} == {"preliminary"}
    assert "not for diagnosis" in report["text"]["div"]
    assert len(report["result"]) == len(observations) == 4


def test_the_figures_are_those_of_the_summary(analysis):
    session, windows, phq9, gad7 = resources(to_bundle(analysis, RECORD), "Observation")
    found = components(session)
    share = next(each for each in analysis.summary.shares if each.label == "sad")
    sad = found["share-sad"]
    assert sad["valueQuantity"]["value"] == pytest.approx(100 * share.share)
    [interval] = sad["extension"]
    assert interval["url"] == INTERVAL
    assert interval["valueRange"]["low"]["value"] == pytest.approx(100 * share.low)
    assert found["valence"]["valueQuantity"]["value"] == pytest.approx(analysis.summary.valence[0])
    assert (phq9["valueQuantity"]["value"], gad7["valueQuantity"]["value"]) == (11, 0)
    assert "device" not in phq9
    assert len(components(windows)) == 8


def test_the_windows_say_of_which_channel_they_are(analysis):
    told = {}
    for channel in ("all", "right"):
        settings = AnalysisSettings(channel=channel)
        found = resources(to_bundle(replace(analysis, settings=settings), RECORD), "Observation")
        told[channel] = found[1]["note"][0]["text"]
    assert told["all"].startswith("Windows of 3 s, the first")
    assert told["right"].startswith("Windows of 3 s of the recording's right channel, the first")


def test_windows_without_a_result_have_no_number(analysis):
    out = Annotation(20.0, 30.0, is_excluded=True)
    [_, windows, *_] = resources(
        to_bundle(analysis, replace(RECORD, annotations=(out,))), "Observation"
    )
    data = components(windows)["sad"]["valueSampledData"]
    values = data["data"].split(" ")
    timeline = analysis.timeline
    middles = (timeline.starts + timeline.ends) / 2
    has_result = timeline.has_result & ~((middles >= 20) & (middles <= 30))
    assert [value != "E" for value in values] == has_result.tolist()
    column = timeline.labels.index("sad")
    numbers = [float(value) for value in values if value != "E"]
    np.testing.assert_allclose(numbers, timeline.probabilities[has_result, column], atol=5e-5)
    assert data["period"] == 500


def test_a_withheld_summary_says_why(analysis):
    short = SpeechActivity(np.array([[0.0, 9.0]]))
    withheld = replace(analysis, summary=summarize(analysis.timeline, short, 0))
    bundle = to_bundle(withheld, RECORD)
    BundleOfR4B.model_validate_json(json.dumps(bundle))
    session = resources(bundle, "Observation")[0]
    assert session["dataAbsentReason"]["text"].startswith("E21 ")
    assert set(components(session)) == {"speech", "analysed"}


def addresses(analysis, record):
    entries = to_bundle(analysis, record)["entry"]
    return {
        (each["resource"]["resourceType"], number): each["fullUrl"]
        for number, each in enumerate(entries)
    }


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, {"DiagnosticReport", "Observation", "Patient"}),
        ({"run_id": "r2"}, {"Patient"}),
        ({"annotations": (Annotation(3.0, 9.0, is_excluded=True),)}, {"Patient"}),
        ({"session_id": "s4", "run_id": "r3"}, {"Patient"}),
        ({"code": "R-7"}, set()),  # a pseudonym must not lead to the code
    ],
)
def test_the_same_thing_has_the_same_address_and_nothing_else_has_it(analysis, change, same):
    before, after = addresses(analysis, RECORD), addresses(analysis, replace(RECORD, **change))
    report, session, windows, phq9, gad7, *_, patient = zip(
        before.values(), after.values(), strict=True
    )
    assert (report[0] == report[1]) is ("DiagnosticReport" in same)
    assert (session[0] == session[1]) is (windows[0] == windows[1]) is ("Observation" in same)
    assert (patient[0] == patient[1]) is ("Patient" in same)
    keeps_session = "session_id" not in change and "code" not in change
    assert (phq9[0] == phq9[1]) is (gad7[0] == gad7[1]) is keeps_session


def test_a_file_analysed_in_another_way_is_another_result(analysis):
    other = replace(analysis, settings=AnalysisSettings(window=5.0))
    first, second = (addresses(each, Record("voice.wav")) for each in (analysis, other))
    assert first["DiagnosticReport", 0] != second["DiagnosticReport", 0]


def test_what_is_made_up_says_so_in_every_resource(analysis):
    bundle = to_bundle(analysis, replace(RECORD, notice="Made up"))
    for entry in bundle["entry"]:
        assert entry["resource"]["meta"]["security"][0]["code"] == "HTEST"
    for observation in resources(bundle, "Observation"):
        assert observation["note"][0]["text"] == "Made up"
