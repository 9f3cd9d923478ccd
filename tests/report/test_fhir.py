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
from verhm.report.fhir import CODES, INTERVAL, PATIENT_CODES, to_bundle, write_fhir
from verhm.report.record import Record
from verhm.report.summary import summarize
from verhm.report.trends import TrendPoint
from verhm.types import SpeechActivity

DAY = date(2026, 11, 21)
SESSION = TrendPoint("s3", 3, DAY, phq9=11, gad7=0)
RECORD = Record("P-0417 · Session 3", "P-0417", DAY, sessions=(SESSION,), session_id="s3")


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
    assert patient["identifier"] == [{"system": PATIENT_CODES, "value": "P-0417"}]
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


def test_one_result_has_the_same_addresses_every_time_and_another_has_others(analysis):
    def addresses(record):
        return {entry["fullUrl"] for entry in to_bundle(analysis, record)["entry"]}

    assert addresses(RECORD) == addresses(RECORD)
    assert not addresses(RECORD) & addresses(replace(RECORD, session_id="s4"))
