"""What can go wrong between the app and its workers: all of it E78."""

from ui.workers.address import QUEUE
from verhm.errors import RequestError

_AGAIN = "Analyse the recording again when "


def queue_unreachable() -> RequestError:
    """Redis does not answer, or lost what it was given."""
    return _failure(
        "The queue of the analyses cannot be reached, or was started anew.",
        f"{_AGAIN}whoever looks after this app has seen to its Redis server.",
    )


def queue_refuses() -> RequestError:
    """Redis knows no such user, or another password."""
    return _failure(
        "The Redis server of the queue refuses the user or the password.",
        f"Have them put right in {QUEUE}.",
    )


def no_worker() -> RequestError:
    """Nobody takes recordings out of the queue."""
    return _failure(
        "No worker for analyses answers.",
        f"{_AGAIN}whoever looks after this app has started one: `python -m ui.workers`.",
    )


def lost_worker() -> RequestError:
    """Who was at it is gone."""
    return _failure(
        "The worker that analysed this recording does not answer any more.",
        f"{_AGAIN}you like; if it happens often, have its computer looked at.",
    )


def other_model() -> RequestError:
    """Two versions are in use."""
    return _failure(
        "The worker has another model than this app.",
        f"{_AGAIN}both have the same version of VERHM.",
    )


def not_installed() -> RequestError:
    """The packages are optional."""
    return _failure(
        "A queue is named, and the packages that reach it are not installed.",
        'Install them with: .venv/bin/python -m pip install "celery[redis]==5.6.3"',
    )


def _failure(cause: str, remedy: str) -> RequestError:
    return RequestError("E78", cause, remedy)
