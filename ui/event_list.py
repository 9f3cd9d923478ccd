"""The list of a patient's medication and life events, beside the trends."""

from collections.abc import Sequence

from storage.event_models import EventKind, PatientEvent
from ui.marks import escaped
from ui.trends_events import event_words
from verhm.language import _

_SHAPES = {
    EventKind.MEDICATION: "<rect class='md' x='1' y='4' width='12' height='7'/>",
    EventKind.LIFE_EVENT: "<path class='le' d='M3 1v12M3 2l8 3-8 3'/>",
}


def event_list(events: Sequence[PatientEvent], may_change: bool) -> str:
    """The list as HTML, the latest first.

    Args:
        events: in the order of time
        may_change: whether whoever looks may add, change and remove them
    """
    add = (
        (
            "<button type='button' class='btn small' data-write='edit_event' data-event=''>"
            f"{_('Add…')}</button>"
        )
        if may_change
        else ""
    )
    rows = "".join(_row(each, may_change) for each in reversed(events))
    listed = (
        f"<ul tabindex='0' aria-label='{_('Medication and events')}'>{rows}</ul>"
        if events
        else f"<p class='small muted'>{_('Nothing is written down yet.')}</p>"
    )
    return (
        f"<section class='panel tr-box tr-events'><header><h2>{_('Medication and events')}"
        f"</h2>{add}</header>{listed}</section>"
    )


def _row(event: PatientEvent, may_change: bool) -> str:
    text = escaped(event.text)
    buttons = (
        f"<span class='acts'>{_button(event, 'edit_event', _('Edit'))}"
        f"{_button(event, 'remove_event', _('Remove'))}</span>"
        if may_change
        else ""
    )
    return (
        f"<li><svg width='14' height='14' aria-hidden='true'>{_SHAPES[event.kind]}</svg>"
        f"<div><span>{text}</span><span class='small muted'>{event_words(event)}</span>"
        f"{buttons}</div></li>"
    )


def _button(event: PatientEvent, write: str, word: str) -> str:
    return (
        f"<button type='button' class='link' data-write='{write}' data-event='{escaped(event.id)}' "
        f"aria-label='{word} {escaped(event.text)}'>{word}</button>"
    )
