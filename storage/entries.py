"""Texts that no database here could keep, or give back as they were, are refused on every one.

SQLite would take a text of any length, and one with a NUL, which ends it for other programs;
PostgreSQL takes neither; and what cannot be written as UTF-8 neither takes.
"""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from storage.failures import unfit_text


def refuse_unkeepable(unit: Session, *_: Any) -> None:
    """Look at all that is about to be written; raises `RequestError` (E63)."""
    for row in (*unit.new, *unit.dirty):
        state = inspect(row)
        for attribute in state.mapper.column_attrs:
            length = getattr(attribute.columns[0].type, "length", None)
            # What was kept before there was this rule stays, and is in nobody's way.
            for value in state.attrs[attribute.key].history.added or ():
                if isinstance(value, str) and not _can_be_kept(value, length):
                    raise unfit_text()


def _can_be_kept(text: str, length: int | None) -> bool:
    is_short = length is None or len(text) <= length
    return is_short and not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)
