"""Who asks, wherever in the app that question comes up.

Our own routes are told by the guard, in a variable of their request's context. Gradio runs its
events in tasks that may stem from another person's request, so for those only the account counts
that Gradio keeps with the event, and the guard's variable is never set on the way to Gradio.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from gradio.context import LocalContext

from storage.access import Actor
from verhm.errors import RequestError

_ASKING: ContextVar[str | None] = ContextVar("asking", default=None)


def sign_in_first() -> RequestError:
    """E68."""
    return RequestError("E68", "Nobody is signed in here, or not any more.", "Sign in again.")


@contextmanager
def asked_by(account_id: str) -> Iterator[None]:
    """Let a person ask, within one request."""
    before = _ASKING.set(account_id)
    try:
        yield
    finally:
        _ASKING.reset(before)


def asking() -> Actor:
    """Whoever asks.

    Raises:
        RequestError: E68 when that is nobody
    """
    event = LocalContext.request.get(None)
    account_id = event.username if event is not None else _ASKING.get()
    if not account_id:
        raise sign_in_first()
    return Actor(account_id)
