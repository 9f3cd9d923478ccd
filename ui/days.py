"""Days as people write them, and the fields into which they are typed."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import gradio as gr

from verhm.dates import typed_date
from verhm.errors import RequestError
from verhm.language import _

_EXAMPLE = date(2026, 11, 30)
Reader = Callable[[Any], object]
"""Makes something of what a field holds; raises `RequestError` where that cannot be."""

# Only what can be read in one way: 03/04/2026 is two days, depending on who writes it.
_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d %b %Y", "%d %B %Y")


def as_day(text: str | None) -> date | None:
    """The day that was written, or None where nothing was.

    Raises:
        RequestError: E63 when it is no date, or could be more than one
    """
    text = " ".join((text or "").split())
    if not text:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise RequestError(
        "E63",
        f"“{text[:20]}” cannot be read as one day.",
        "Enter it as 30 Nov 2026 or 30.11.2026.",
    )


def todays_date() -> str:
    """Today, as a day field shows it."""
    return typed_date(date.today())


def day_field(label: str, **options: Any) -> Any:
    """A field for a day, kept as typed; what reads it checks it with `days_verdicts` first.

    Gradio's own date field forgets, without a word, what it cannot read.
    """
    example = _("such as {day}").format(day=typed_date(_EXAMPLE))
    return gr.Textbox(label=label, placeholder=example, max_lines=1, **options)


def days_verdicts(
    inputs: Sequence[Any], days: Sequence[Any], needed: Mapping[Any, str] | None = None
) -> Callable[..., list[Any]]:
    """What an event asks before it runs: whether its day fields can be read.

    Args:
        inputs: of the event
        days: those of them that are day fields
        needed: those that may not be empty, each with what to do, to be translated
    """
    return verdicts(inputs, [(day, as_day) for day in days], needed)


def verdicts(
    inputs: Sequence[Any],
    readers: Sequence[tuple[Any, Reader]],
    needed: Mapping[Any, str] | None = None,
) -> Callable[..., list[Any]]:
    """What an event asks before it runs: whether its fields can be read; said at the field.

    Args:
        inputs: of the event
        readers: those of them that can be refused, each with what reads it
        needed: those that may not be empty, each with what to do, to be translated
    """
    read_by, needs = dict(readers), needed or {}
    asked = [(read_by.get(each), needs.get(each, "")) for each in inputs]

    def found(*values: Any) -> list[Any]:
        return [_verdict(value, *how) for value, how in zip(values, asked, strict=True)]

    return found


def _verdict(value: Any, reader: Reader | None, need: str) -> Any:
    if need and not (value or "").strip():
        return gr.validate(False, _(need))
    try:
        if reader is not None:
            reader(value)
    except RequestError as error:
        return gr.validate(False, f"{error.cause} {error.remedy}")
    return gr.validate(True, "")
