"""How jobs end early: what is told to the person who waits."""

from concurrent.futures import Future
from typing import Any

from verhm.errors import Cancelled, RequestError, VerhmError


def failure(done: "Future[Any]") -> BaseException | None:
    """What ended a step of a job, or None when it is done."""
    return Cancelled() if done.cancelled() else done.exception()


def closing() -> RequestError:
    """E61, of the whole app."""
    return RequestError(
        "E61",
        "VERHM is being closed.",
        "Start it again: what was recorded is kept, and what was being analysed goes on.",
    )


def told(error: BaseException) -> VerhmError:
    """What a person is told of an error; its traceback, and the sound in it, can be freed."""
    if isinstance(error, VerhmError):
        return VerhmError(error.code, *error.kept)
    return RequestError(
        "E64",
        "The analysis stopped for a reason that was not foreseen.",
        "Analyse the recording again. The terminal shows the details.",
    )


def undrawn() -> VerhmError:
    """E60, of a drawing."""
    return RequestError(
        "E60",
        "The drawing of the face was cancelled.",
        "The probabilities are saved; draw the face when you like.",
    )
