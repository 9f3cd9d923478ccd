"""An analysis survives the way to JSON and back, and the JSON is what the schema says."""

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.factories import make_analysis
from verhm.report import document as report_document
from verhm.report.document import SCHEMA, from_document, to_document, to_json
from verhm.types import SpeechActivity, WindowStatus

SCHEMA_FILE = Path(report_document.__file__).with_name("analysis.schema.json")
TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "integer": int,
    "null": type(None),
}


def is_of(value, wanted) -> bool:
    names = [wanted] if isinstance(wanted, str) else wanted
    return any(isinstance(value, TYPES[name]) for name in names)


# Each rule of JSON Schema that ours uses; one about another type than the value's says nothing.
RULES = {
    "type": is_of,
    "const": lambda value, wanted: value == wanted,
    "enum": lambda value, wanted: value in wanted,
    "required": lambda value, wanted: not is_of(value, "object") or set(wanted) <= value.keys(),
    "minimum": lambda value, wanted: not is_of(value, "number") or value >= wanted,
    "maximum": lambda value, wanted: not is_of(value, "number") or value <= wanted,
    "exclusiveMinimum": lambda value, wanted: not is_of(value, "number") or value > wanted,
    "minLength": lambda value, wanted: len(value) >= wanted,
    "pattern": lambda value, wanted: bool(re.search(wanted, value)),
    "minItems": lambda value, wanted: len(value) >= wanted,
    "maxItems": lambda value, wanted: len(value) <= wanted,
    "uniqueItems": lambda value, wanted: len(set(value)) == len(value),
}
SILENT = {"$schema", "$id", "$defs", "title", "description"}
NESTED = {"$ref", "properties", "additionalProperties", "items"}


def parts(value, schema, root):
    """Where a value and its schema lead on: place, value and schema of each part."""
    if "$ref" in schema:
        yield "", value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    if isinstance(value, list) and "items" in schema:
        yield from ((f"[{index}]", item, schema["items"]) for index, item in enumerate(value))
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties", {})
        yield from ((f".{name}", value[name], known.get(name, others)) for name in value)


def complaints(value, schema, root, where="$"):
    """Check a value against a schema; a rule we do not know is a KeyError."""
    if schema is False:
        yield f"{where} is not in the schema"
        return
    for rule in schema.keys() - SILENT - NESTED:
        if not RULES[rule](value, schema[rule]):
            yield f"{where}: {rule} {schema[rule]}, not {value!r:.80}"
    for step, part, partial in parts(value, schema, root):
        yield from complaints(part, partial, root, where + step)


def withheld():
    """An analysis with everything missing that can be."""
    analysis = make_analysis(5.0)
    nothing = (math.nan, math.nan, math.nan)
    return replace(
        analysis,
        summary=replace(
            analysis.summary,
            shares=(),
            valence=nothing,
            arousal=nothing,
            transitions=math.nan,
            withheld="E21 Only 4 s.",
        ),
        quality=replace(analysis.quality, snr=math.nan, level=-math.inf),
        activity=SpeechActivity(np.empty((0, 2))),
        acoustics=replace(analysis.acoustics, pitch=np.full_like(analysis.acoustics.pitch, np.nan)),
        timeline=replace(
            analysis.timeline, status=(WindowStatus.OUT_OF_DOMAIN,) * len(analysis.timeline)
        ),
    )


@pytest.mark.parametrize("analysis", [make_analysis(60.0), make_analysis(2.0), withheld()])
def test_the_way_there_and_back_changes_nothing_more(analysis):
    written = json.loads(to_json(analysis))
    read = from_document(written, analysis.morphs)
    assert json.loads(to_json(read)) == written == to_document(analysis)


def test_an_analysis_comes_back_as_it_was():
    analysis = make_analysis(60.0)
    read = from_document(json.loads(to_json(analysis)), analysis.morphs)
    for name in ("source", "model", "settings", "quality", "window_quality", "seconds"):
        assert getattr(read, name) == getattr(analysis, name), name
    assert read.summary == replace(analysis.summary, analysed=read.summary.analysed)
    assert read.summary.analysed == pytest.approx(analysis.summary.analysed, abs=1e-6)
    assert (read.duration, read.timeline.status) == (60.0, analysis.timeline.status)
    assert read.timeline.labels == analysis.timeline.labels
    assert (read.baseline_windows, read.voice) == (analysis.baseline_windows, None)
    assert read.timeline.plausible_from == analysis.timeline.plausible_from == 0.125
    np.testing.assert_allclose(
        read.timeline.probabilities, analysis.timeline.probabilities, atol=1e-6
    )
    np.testing.assert_allclose(read.timeline.starts, analysis.timeline.starts)
    np.testing.assert_allclose(read.timeline.ends, analysis.timeline.ends)
    np.testing.assert_allclose(read.activity.spans, analysis.activity.spans)
    np.testing.assert_allclose(read.acoustics.pitch, analysis.acoustics.pitch, atol=0.01)
    np.testing.assert_allclose(read.acoustics.loudness, analysis.acoustics.loudness, atol=0.01)


def test_what_is_missing_comes_back_missing():
    read = from_document(json.loads(to_json(withheld())), withheld().morphs)
    assert math.isnan(read.summary.transitions)
    assert all(map(math.isnan, read.summary.valence))
    assert math.isnan(read.quality.snr)
    assert np.isnan(read.acoustics.pitch).all()
    assert read.activity.seconds == 0


def test_a_document_from_before_there_were_sets_baselines_and_channels_can_be_read():
    analysis = make_analysis(10.0)
    document = to_document(analysis)
    del document["plausible_from"], document["baseline_windows"], document["settings"]["channel"]
    for window in document["windows"]:
        del window["plausible"]
    read = from_document(document, analysis.morphs)
    assert read.timeline.plausible.all()
    assert read.baseline_windows == 0
    assert read.settings == analysis.settings


def test_the_channel_survives_the_way_back():
    analysis = make_analysis(10.0)
    chosen = replace(analysis, settings=replace(analysis.settings, channel="left"))
    assert from_document(to_document(chosen), chosen.morphs).settings.channel == "left"


def test_the_voice_leaves_with_no_document():
    analysis = make_analysis(20.0)
    assert "voice" not in to_document(analysis)
    silent = replace(analysis, voice=None)
    assert to_json(silent) == to_json(analysis)


@pytest.mark.parametrize("analysis", [make_analysis(20.0), withheld()])
def test_the_document_keeps_to_its_schema(analysis):
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert schema["$id"] == schema["properties"]["schema"]["const"] == SCHEMA
    assert list(complaints(json.loads(to_json(analysis)), schema, schema)) == []


def test_the_schema_would_notice():
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    document = to_document(make_analysis(20.0))
    document["windows"][0]["status"] = "fine"
    document["windows"][1]["probabilities"]["sad"] = 1.5
    document["audio"]["name"] = "Jane Doe.wav"
    del document["model"]["sha256"]
    found = "\n".join(complaints(document, schema, schema))
    for where in ("windows[0].status", "probabilities.sad", "audio.name", "$.model: required"):
        assert where in found


def test_windows_without_a_result_keep_probabilities_but_claim_nothing():
    analysis = make_analysis(60.0)
    windows = to_document(analysis)["windows"]
    for window, has_result in zip(windows, analysis.timeline.has_result, strict=True):
        assert sum(window["probabilities"].values()) == pytest.approx(1, abs=1e-4)
        claims = [window["label"], window["valence"], window["arousal"]]
        assert (window["label"] in window["plausible"]) is bool(has_result)
        assert all(claim is not None for claim in claims) is bool(has_result)
        assert all(claim is None for claim in claims) is not bool(has_result)


def test_it_says_what_it_is_not():
    document = to_document(make_analysis(5.0))
    assert "not a diagnosis" in document["limits_of_use"]
    assert "derived from the class probabilities" in document["affect_note"]


def test_other_documents_and_other_morphs_are_refused():
    analysis = make_analysis(5.0)
    document = to_document(analysis)
    with pytest.raises(ValueError, match="schema"):
        from_document(document | {"schema": "verhm.analysis/2"}, analysis.morphs)
    with pytest.raises(ValueError, match="morphs"):
        from_document(document, make_analysis(6.0).morphs)


def test_only_the_command_line_tells_where_the_recording_came_from():
    analysis = make_analysis(5.0)
    assert "source" not in to_document(analysis)
    named = json.loads(to_json(analysis, "a/v.wav"))
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    assert named["source"] == "a/v.wav"
    assert list(complaints(named, schema, schema)) == []
    assert from_document(named, analysis.morphs).source == analysis.source
