"""An analysis as one JSON document, and back. `analysis.schema.json` says what is in it."""

import json
import math
from dataclasses import asdict, fields, replace
from itertools import compress
from typing import Any

import numpy as np

from verhm.language import N_
from verhm.settings import AnalysisSettings
from verhm.stages import Stage
from verhm.types import (
    Acoustics,
    Analysis,
    EmotionTimeline,
    ModelId,
    MorphSequence,
    Quality,
    Share,
    Source,
    SpeechActivity,
    Summary,
    WindowStatus,
)

SCHEMA = "verhm.analysis/1"
LIMITS_OF_USE = N_(
    "Describes vocal expression, not felt emotion, for review by trained clinicians and "
    "researchers. Decision support, not a diagnosis: not for diagnosis, risk assessment, triage, "
    "employment, education, insurance or police work."
)
AFFECT_NOTE = (
    "Valence and arousal are derived from the class probabilities as the mean of the emotions' "
    "positions in Russell's circumplex; they are not measured."
)
_TIME, _PROBABILITY, _FIGURE, _ACOUSTIC = 3, 6, 4, 2  # decimals


def to_document(analysis: Analysis, source: str | None = None) -> dict[str, Any]:
    """Spell an analysis out, without its morph weights.

    Probabilities are kept for windows without a result too, for research; their label, valence
    and arousal are null. What is unknown (NaN) is null.

    Args:
        analysis: to spell out
        source: the recording's file as it was named, where that may be told
    """
    return {
        "schema": SCHEMA,
        **({} if source is None else {"source": source}),
        "limits_of_use": LIMITS_OF_USE,
        "affect_note": AFFECT_NOTE,
        "duration": round(analysis.duration, 6),
        "audio": _write_source(analysis.source),
        "model": asdict(analysis.model),
        "settings": asdict(analysis.settings),
        "baseline_windows": _number(analysis.baseline_windows, _FIGURE),
        "labels": list(analysis.timeline.labels),
        "plausible_from": round(analysis.timeline.plausible_from, _PROBABILITY),
        "summary": _write_summary(analysis.summary),
        "quality": _write_quality(analysis.quality),
        "windows": _write_windows(analysis),
        "speech": np.round(analysis.activity.spans, _TIME).tolist(),
        "acoustics": {
            "times": _numbers(analysis.acoustics.times, _TIME),
            "pitch": _numbers(analysis.acoustics.pitch, _ACOUSTIC),
            "loudness": _numbers(analysis.acoustics.loudness, _ACOUSTIC),
        },
        "morphs": {
            "frame_rate": analysis.morphs.frame_rate,
            "frames": len(analysis.morphs.weights),
            "names": list(analysis.morphs.names),
        },
        "seconds": {
            str(stage): round(seconds, _FIGURE) for stage, seconds in analysis.seconds.items()
        },
    }


def to_json(analysis: Analysis, source: str | None = None) -> str:
    """Write the document down, with a line per entry and per window."""
    entries = to_document(analysis, source).items()
    lines = ",\n".join(f"{_json(key)}: {_json_lines(value)}" for key, value in entries)
    return f"{{\n{lines}\n}}\n"


def from_document(document: dict[str, Any], morphs: MorphSequence | None) -> Analysis:
    """Build an analysis again.

    Args:
        document: made by `to_document`, or read from what `to_json` wrote
        morphs: kept apart from it; None for a face that keeps still, where its own is not told

    Raises:
        ValueError: when the document is of another schema, or the morphs are not its own
    """
    if document.get("schema") != SCHEMA:
        raise ValueError(f"the document's schema is {document.get('schema')}, not {SCHEMA}")
    morphs = morphs or _still(**document["morphs"])
    if len(morphs.weights) != document["morphs"]["frames"]:
        raise ValueError("the morphs belong to another analysis")
    windows = document["windows"]
    return Analysis(
        source=Source(**{"sha256": "", **document["audio"]}),
        duration=document["duration"],
        model=ModelId(**document["model"]),
        settings=AnalysisSettings(**document["settings"]),
        timeline=_read_timeline(document),
        window_quality=tuple(_read_quality(window["quality"]) for window in windows),
        quality=_read_quality(document["quality"]),
        activity=SpeechActivity(np.array(document["speech"], dtype=float).reshape(-1, 2)),
        acoustics=Acoustics(
            **{name: np.array(row, dtype=float) for name, row in document["acoustics"].items()}
        ),
        morphs=morphs,
        summary=_read_summary(document["summary"]),
        baseline_windows=document.get("baseline_windows", 0.0),
        seconds={Stage(stage): seconds for stage, seconds in document["seconds"].items()},
    )


def _json_lines(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_json, value)) + "\n]"
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _write_windows(analysis: Analysis) -> list[dict[str, Any]]:
    # Everything is read off the rounded probabilities, so that it can be checked from the document.
    rounded = np.round(analysis.timeline.probabilities, _PROBABILITY)
    threshold = round(analysis.timeline.plausible_from, _PROBABILITY)
    timeline = replace(analysis.timeline, probabilities=rounded, plausible_from=threshold)
    rows = zip(
        np.round(timeline.starts, _TIME).tolist(),
        np.round(timeline.ends, _TIME).tolist(),
        timeline.status,
        rounded.tolist(),
        timeline.plausible.tolist(),
        np.round(timeline.affect, _FIGURE).tolist(),
        analysis.window_quality,
        strict=True,
    )
    windows = []
    for start, end, status, probabilities, plausible, (valence, arousal), quality in rows:
        is_shown = status is WindowStatus.OK
        likeliest = timeline.labels[int(np.argmax(probabilities))]
        windows.append(
            {
                "start": start,
                "end": end,
                "status": str(status),
                "label": likeliest if is_shown else None,
                "plausible": list(compress(timeline.labels, plausible)) if is_shown else [],
                "probabilities": dict(zip(timeline.labels, probabilities, strict=True)),
                "valence": valence if is_shown else None,
                "arousal": arousal if is_shown else None,
                "quality": _write_quality(quality),
            }
        )
    return windows


def _read_timeline(document: dict[str, Any]) -> EmotionTimeline:
    windows, labels = document["windows"], tuple(document["labels"])
    probabilities = [[window["probabilities"][label] for label in labels] for window in windows]
    return EmotionTimeline(
        starts=np.array([window["start"] for window in windows], dtype=float),
        ends=np.array([window["end"] for window in windows], dtype=float),
        probabilities=np.array(probabilities, dtype=float).reshape(-1, len(labels)),
        status=tuple(WindowStatus(window["status"]) for window in windows),
        labels=labels,
        # Unknown in documents from before there were sets.
        plausible_from=document.get("plausible_from", 0.0),
    )


def _write_source(source: Source) -> dict[str, Any]:
    written = asdict(source)
    if not source.sha256:
        del written["sha256"]
    return written


def _still(frame_rate: float, frames: int, names: list[str]) -> MorphSequence:
    return MorphSequence(np.zeros((frames, len(names)), np.float32), frame_rate, tuple(names))


def _write_quality(quality: Quality) -> dict[str, float | None]:
    return {name: _number(value, _FIGURE) for name, value in asdict(quality).items()}


def _read_quality(written: dict[str, float | None]) -> Quality:
    return Quality(**{field.name: _or_nan(written[field.name]) for field in fields(Quality)})


def _write_summary(summary: Summary) -> dict[str, Any]:
    return {
        "speech": _number(summary.speech, _FIGURE),
        "analysed": _number(summary.analysed, _PROBABILITY),
        "shares": [
            {"label": share.label}
            | {name: _number(getattr(share, name), _PROBABILITY) for name in _INTERVAL}
            for share in summary.shares
        ],
        "valence": [_number(value, _FIGURE) for value in summary.valence],
        "arousal": [_number(value, _FIGURE) for value in summary.arousal],
        "transitions": _number(summary.transitions, _FIGURE),
        "withheld": summary.withheld,
    }


_INTERVAL = ("share", "low", "high")


def _read_summary(written: dict[str, Any]) -> Summary:
    valence, low_valence, high_valence = map(_or_nan, written["valence"])
    arousal, low_arousal, high_arousal = map(_or_nan, written["arousal"])
    return Summary(
        speech=written["speech"],
        analysed=written["analysed"],
        shares=tuple(Share(**share) for share in written["shares"]),
        valence=(valence, low_valence, high_valence),
        arousal=(arousal, low_arousal, high_arousal),
        transitions=_or_nan(written["transitions"]),
        withheld=written["withheld"],
    )


def _number(value: float, decimals: int) -> float | None:
    """Round; JSON has no word for what is not a number."""
    return round(float(value), decimals) if math.isfinite(value) else None


def _numbers(values: np.ndarray, decimals: int) -> list[float | None]:
    rounded = np.round(np.asarray(values, dtype=float), decimals)
    return [value if math.isfinite(value) else None for value in rounded.tolist()]


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
