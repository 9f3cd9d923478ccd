"""How times and the analysis' own values are kept in columns."""

import math
from collections.abc import Callable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.types import TypeDecorator

from verhm.settings import AnalysisSettings, VideoSettings
from verhm.types import Quality, Share, Summary

Value = TypeVar("Value")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware in Python, UTC in the database. SQLite itself knows no time zones."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into naive UTC; a naive one is our own mistake."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the UTC zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


class Frozen(TypeDecorator[Value], Generic[Value]):
    """A frozen dataclass, kept whole as JSON.

    Args:
        read: builds the value from its fields
    """

    impl = JSON(none_as_null=True)
    cache_ok = True

    def __init__(self, read: Callable[[dict[str, Any]], Value]) -> None:
        super().__init__()
        self.read = read

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """See `spelled`."""
        return self.spelled(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Value | None:
        """See `built`."""
        return self.built(value)

    def spelled(self, value: Any) -> Any:
        """Spell out the fields, for JSON."""
        return None if value is None else _without_nan(asdict(value))

    def built(self, value: Any) -> Value | None:
        """Build the value again."""
        return None if value is None else self.read(value)


def _without_nan(value: Any) -> Any:
    """Write NaN as null: JSON has no word for it."""
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _interval(values: list[float | None]) -> tuple[float, float, float]:
    mean, low, high = map(_number, values)
    return mean, low, high


def read_summary(stored: dict[str, Any]) -> Summary:
    """Build a summary from its stored fields."""
    return Summary(
        speech=_number(stored["speech"]),
        analysed=_number(stored["analysed"]),
        shares=tuple(Share(**share) for share in stored["shares"]),
        valence=_interval(stored["valence"]),
        arousal=_interval(stored["arousal"]),
        transitions=_number(stored["transitions"]),
        withheld=stored["withheld"],
    )


def read_quality(stored: dict[str, Any]) -> Quality:
    """Build a quality from its stored fields."""
    return Quality(**{field.name: _number(stored[field.name]) for field in fields(Quality)})


def read_analysis_settings(stored: dict[str, Any]) -> AnalysisSettings:
    """Build settings from their stored fields; one invented since has its default."""
    known = {field.name for field in fields(AnalysisSettings)}
    return AnalysisSettings(**{name: stored[name] for name in known & stored.keys()})


def read_video_settings(stored: dict[str, Any]) -> VideoSettings:
    """Build settings from their stored fields; one invented since has its default."""
    known = {field.name for field in fields(VideoSettings)}
    return VideoSettings(**{name: stored[name] for name in known & stored.keys()})
