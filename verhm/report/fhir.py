"""A session as a bundle of HL7 FHIR R4, for an electronic health record.

FHIR has no code for vocal expression, so the bundle brings a code system of its own. Everything is
preliminary: it is final when a clinician says so, in their own system.
"""

import json
import math
import uuid
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np

from verhm.report.document import AFFECT_NOTE, LIMITS_OF_USE
from verhm.report.record import Record
from verhm.report.summary import as_reviewed
from verhm.settings import CHANNEL_WORDS
from verhm.types import Analysis, EmotionTimeline, Summary

# Public: what reads the bundle knows the codes and the extension by these.
CODES: Final = "urn:uuid:7d0a7ef2-9b0c-5a52-9b62-5e2a0c1a6d10"
INTERVAL: Final = "urn:uuid:2c2f1f64-3a5d-5b7e-9c55-1f0f9a7d4e12"
_LOINC: Final = "http://loinc.org"
_UNITS: Final = "http://unitsofmeasure.org"
_URIS: Final = "urn:ietf:rfc:3986"
_MADE_UP: Final = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
_TOTALS: Final = {
    "phq9": ("44261-6", "Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]"),
    "gad7": ("70274-6", "Generalized anxiety disorder 7 item (GAD-7) total score [Reported.PHQ]"),
}
_OWN: Final = {
    "session": "Vocal expression in a recording",
    "windows": "Probability of vocal expressions over time",
    "share": "Share of windows in which the expression is the likeliest",
    "valence": "Valence of vocal expression, derived, -1 to 1",
    "arousal": "Arousal of vocal expression, derived, -1 to 1",
    "speech": "Speech in the recording",
    "analysed": "Share of windows with a result",
}

Resource = dict[str, Any]


def write_fhir(analysis: Analysis, path: Path, record: Record) -> None:
    """Write a bundle as JSON; see `to_bundle`."""
    path.write_text(json.dumps(to_bundle(analysis, record), ensure_ascii=False, indent=1), "utf-8")


def to_bundle(analysis: Analysis, record: Record) -> Resource:
    """Put a session into resources of FHIR R4 (4.0.1), as it was reviewed.

    A DiagnosticReport with two Observations (the figures; each emotion's probability as sampled
    data, "E" where a window has no result), those of the questionnaires, the Device that made
    them, the CodeSystem, and the Patient, by code alone, where one is known.
    """
    shown = as_reviewed(analysis, record.annotations)
    names = _addresses(analysis, record)
    about = _about(record, names)
    observed = {
        "session": _session(shown, about),
        "windows": _windows(shown, about),
        **_questionnaires(record, about),
    }
    resources: dict[str, Resource] = {
        "report": _report(record, about, [names[each] for each in observed]),
        **observed,
        "device": _device(analysis),
        "codes": _code_system(analysis.timeline.labels),
    }
    if record.code:
        resources["patient"] = _patient(record, names)
    if record.notice:
        _mark_made_up(resources.values(), record.notice)
    entries = [{"fullUrl": names[key], "resource": each} for key, each in resources.items()]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def _addresses(analysis: Analysis, record: Record) -> dict[str, str]:
    """By what each resource is named: always the same for the same thing, and else never.

    The code is part of all that is a person's, so that nobody who knows them by a pseudonym can
    tell that it is the one whom others know by a code.
    """
    out = sorted(each.stretch for each in record.annotations if each.is_excluded)
    session = f"{record.code} {record.session_id or analysis.source.sha256}"
    result = f"{session} {record.run_id or (analysis.model, analysis.settings)} {out}"
    keys = {
        **dict.fromkeys(("report", "session", "windows"), result),
        **dict.fromkeys(_TOTALS, session),
        "patient": f"{record.code} {record.patient_id}",
        "device": analysis.model.sha256,
        "codes": "",
    }
    space = uuid.UUID(CODES.removeprefix("urn:uuid:"))
    return {kind: f"urn:uuid:{uuid.uuid5(space, f'{kind} {key}')}" for kind, key in keys.items()}


def _patient(record: Record, names: Mapping[str, str]) -> Resource:
    """Somebody known by a code; a code is a clinician's own, so it identifies nobody elsewhere."""
    return {
        "resourceType": "Patient",
        "identifier": [
            {"system": _URIS, "value": names["patient"]},
            {"type": {"text": "Code in VERHM"}, "value": record.code},
        ],
    }


def _mark_made_up(resources: Iterable[Resource], notice: str) -> None:
    """Say so in each resource, as what takes them in may take each by itself."""
    for each in resources:
        each["meta"] = {"security": [_MADE_UP]}
        if each["resourceType"] == "Observation":
            each["note"] = [{"text": notice}, *each.get("note", [])]


def _about(record: Record, names: Mapping[str, str]) -> Resource:
    """Of whom, when and by what: the same in each observation."""
    about: Resource = {"status": "preliminary"}
    if record.code:
        about["subject"] = {"reference": names["patient"]}
    if record.day is not None:
        about["effectiveDateTime"] = record.day.isoformat()
    return about | {"device": {"reference": names["device"]}}


def _session(analysis: Analysis, about: Resource) -> Resource:
    summary = analysis.summary
    observation = {
        "resourceType": "Observation",
        **about,
        "code": _own("session"),
        "note": [{"text": text} for text in (LIMITS_OF_USE, AFFECT_NOTE)],
        "component": [
            {"code": _own("speech"), "valueQuantity": _quantity(summary.speech, "s", "s")},
            {"code": _own("analysed"), "valueQuantity": _percent(summary.analysed)},
            *_figures(summary),
        ],
    }
    if summary.withheld:
        absent = {"system": _ABSENT, "code": "unknown", "display": "Unknown"}
        observation["dataAbsentReason"] = {"coding": [absent], "text": summary.withheld}
    return observation


def _figures(summary: Summary) -> list[Resource]:
    if summary.withheld:
        return []
    shares = [
        {
            "code": _own("share", share.label),
            "valueQuantity": _percent(share.share),
            "extension": [_interval(_percent(share.low), _percent(share.high))],
        }
        for share in summary.shares
    ]
    return shares + [
        {
            "code": _own(name),
            "valueQuantity": _quantity(mean, "1", "1"),
            "extension": [_interval(_quantity(low, "1", "1"), _quantity(high, "1", "1"))],
        }
        for name, (mean, low, high) in (("valence", summary.valence), ("arousal", summary.arousal))
    ]


def _windows(analysis: Analysis, about: Resource) -> Resource:
    timeline, settings = analysis.timeline, analysis.settings
    return {
        "resourceType": "Observation",
        **about,
        "code": _own("windows"),
        "note": [
            {
                "text": f"Windows of {settings.window:g} s{_channel(settings.channel)}, the first "
                f"from 0 s on; E: no result. {LIMITS_OF_USE}"
            }
        ],
        "component": [
            {"code": _emotion(label), "valueSampledData": _samples(timeline, column, settings.hop)}
            for column, label in enumerate(timeline.labels)
        ],
    }


def _channel(channel: str) -> str:
    return f" of the recording's {CHANNEL_WORDS[channel]}" if channel in CHANNEL_WORDS else ""


def _samples(timeline: EmotionTimeline, column: int, hop: float) -> Resource:
    values = np.where(timeline.has_result, timeline.probabilities[:, column], np.nan)
    return {
        "origin": _quantity(0.0, "1", "1"),
        "period": 1000 * hop,  # ms
        "lowerLimit": 0,
        "upperLimit": 1,
        "dimensions": 1,
        "data": " ".join("E" if math.isnan(value) else f"{value:.4f}" for value in values),
    }


def _questionnaires(record: Record, about: Resource) -> dict[str, Resource]:
    totals = {"phq9": record.phq9, "gad7": record.gad7}
    entered = {key: value for key, value in about.items() if key != "device"}
    return {
        name: {
            "resourceType": "Observation",
            **entered,
            "code": _code(_LOINC, *_TOTALS[name]),
            "valueQuantity": _quantity(total, "{score}", "score"),
        }
        for name, total in totals.items()
        if total is not None
    }


def _report(record: Record, about: Resource, observed: list[str]) -> Resource:
    told = " ".join(each for each in (record.notice, LIMITS_OF_USE) if each)
    narrative = f"<div xmlns='http://www.w3.org/1999/xhtml'><p>{escape(told)}</p></div>"
    return {
        "resourceType": "DiagnosticReport",
        "text": {"status": "generated", "div": narrative},
        **{key: value for key, value in about.items() if key != "device"},
        "code": _own("session"),
        "result": [{"reference": each} for each in observed],
    }


def _device(analysis: Analysis) -> Resource:
    model = analysis.model
    return {
        "resourceType": "Device",
        "deviceName": [{"name": "VERHM", "type": "user-friendly-name"}],
        "modelNumber": model.name,
        "version": [{"value": model.version}],
        "note": [{"text": f"SHA-256 of the weights: {model.sha256}"}],
    }


def _code_system(labels: tuple[str, ...]) -> Resource:
    own = [{"code": code, "display": display} for code, display in _OWN.items()]
    shares = [_concept(_own("share", label)) for label in labels]
    return {
        "resourceType": "CodeSystem",
        "url": CODES,
        "name": "VocalExpression",
        "status": "draft",
        "content": "complete",
        "description": LIMITS_OF_USE,
        "concept": [*own, *(_concept(_emotion(label)) for label in labels), *shares],
    }


def _concept(code: Resource) -> Resource:
    [coding] = code["coding"]
    return {"code": coding["code"], "display": coding["display"]}


def _own(code: str, label: str = "") -> Resource:
    """A code of our own system; with a label, of that emotion."""
    if not label:
        return _code(CODES, code, _OWN[code])
    return _code(CODES, f"{code}-{label}", f"{_OWN[code]}: {label}")


def _emotion(label: str) -> Resource:
    return _code(CODES, label, f"Vocal expression: {label}")


def _code(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def _percent(share: float) -> Resource:
    return _quantity(100 * share, "%", "%")


def _quantity(value: float, code: str, unit: str) -> Resource:
    return {"value": round(float(value), 4), "unit": unit, "system": _UNITS, "code": code}


def _interval(low: Resource, high: Resource) -> Resource:
    """The 95 % interval, for which FHIR has no place of its own."""
    return {"url": INTERVAL, "valueRange": {"low": low, "high": high}}
