"""The page without a browser: what is pressed runs what the page would run."""

from types import SimpleNamespace
from typing import Any

from gradio.blocks import Block, BlockFunction

from ui.context import AppContext
from ui.layout import build_page

_NOTHING = object()


class OpenedPage:
    """The app's page as one reader sees it, with the value of each of its components."""

    def __init__(self, context: AppContext) -> None:
        page = build_page(context)
        self._events = list(page.fns.values())
        self._components = page.blocks
        self._values: dict[int, Any] = {}
        named = (each for each in self._events if each.name == "open_")
        self._opening = next(each for each in named if each.fn.__module__ == "ui.layout")
        self._selected = [each._id for each in self._opening.outputs[1:3]]
        self._request = self._opening.inputs[0]._id

    @property
    def opened(self) -> tuple[str | None, str | None]:
        """Ids of the open patient and session."""
        patient, session = (self._values.get(each) for each in self._selected)
        return patient, session

    def set(self, name: str, value: Any) -> None:
        """Type something into the component of that `elem_id`."""
        self._values[self._component(name)._id] = value

    def value(self, name: str) -> Any:
        """What the component of that `elem_id` shows."""
        return self._values.get(self._component(name)._id)

    def do(self, name: str, what: str = "click", /, **data: Any) -> list[Any]:
        """Let the component of that `elem_id` report an event; returns what was renewed."""
        target = (self._component(name)._id, what)
        event = next(each for each in self._events if target in each.targets)
        given = [SimpleNamespace(**data)] if data else []
        before = self._values.get(self._request)
        results = self._run(event, given)
        if self._values.get(self._request) != before:
            self._run(self._opening, [])
        return results

    def _component(self, name: str) -> Block:
        found = self._components.values()
        return next(each for each in found if getattr(each, "elem_id", None) == name)

    def _run(self, event: BlockFunction, given: list[Any]) -> list[Any]:
        initial = [getattr(each, "value", None) for each in event.inputs]
        entered = [
            self._values.get(each._id, value)
            for each, value in zip(event.inputs, initial, strict=True)
        ]
        assert event.fn is not None
        results = event.fn(*entered, *given)
        if len(event.outputs) == 1 and not isinstance(results, list):
            results = [results]
        for each, value in zip(event.outputs, results, strict=True):
            if (new := _value(value)) is not _NOTHING:
                self._values[each._id] = new
        return results


def _value(renewed: Any) -> Any:
    """What an update makes of a component's value."""
    if isinstance(renewed, Block):
        return getattr(renewed, "value", _NOTHING)
    if isinstance(renewed, dict) and renewed.get("__type__") == "update":
        return renewed.get("value", _NOTHING)
    return renewed
