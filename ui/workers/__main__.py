"""`python -m ui.workers`: analyse what an app on another computer puts into its queue."""

import argparse
import contextlib
import itertools
import os
import socket
import sys
import uuid
from collections.abc import Iterator

from filelock import FileLock, Timeout

from storage.files import data_folder, prepare_folder
from storage.scratch import Scratch
from ui.engine_processes import EngineProcesses
from ui.settings import OFFLINE
from ui.workers.address import QUEUE, QUEUE_KEY, QueueAddress, new_queue_key, read_queue
from ui.workers.failures import not_installed
from verhm.errors import RequestError, VerhmError


def main(arguments: list[str] | None = None) -> int:
    """Work until it is asked to stop; return 0, 2 when it cannot start, or what Celery returns."""
    if _parser().parse_args(arguments).new_key:
        print(new_queue_key())
        return 0
    try:
        address = read_queue(os.environ)
        if address is None:
            raise RequestError(
                "E71",
                f"{QUEUE} names no queue.",
                "Set it to the address of the Redis server that the app uses.",
            )
        for secret in (QUEUE, QUEUE_KEY):  # nothing that is started from here needs them
            del os.environ[secret]
        os.environ.update(OFFLINE)
        return _work(address)
    except VerhmError as error:
        print(error, file=sys.stderr)
        return 2


def _work(address: QueueAddress) -> int:
    try:
        from celery.signals import worker_ready

        from ui.workers.queue import Queue
        from ui.workers.worker import add_tasks
    except ModuleNotFoundError as error:
        raise not_installed() from error

    queue = Queue(address)
    queue.reach()
    with contextlib.closing(EngineProcesses()) as engine, _own_scratch() as scratch:
        engine.load()  # before it takes a recording, whose person would wait for it
        add_tasks(queue, engine, scratch)
        worker_ready.connect(_say_so, weak=False)
        worker = queue.celery.Worker(
            hostname=f"verhm-{uuid.uuid4().hex[:12]}@{socket.gethostname()}",
            loglevel="WARNING",
            quiet=True,
            without_gossip=True,
            without_mingle=True,
        )
        worker.start()
        return worker.exitcode or 0


@contextlib.contextmanager
def _own_scratch() -> Iterator[Scratch]:
    """A place that no other worker here uses, emptied also of what one that was killed left."""
    for number in itertools.count(1):
        place = data_folder(None) / "workers" / str(number)
        prepare_folder(place)
        lock = FileLock(place / "lock", timeout=0)
        with contextlib.suppress(Timeout), lock:
            scratch = Scratch(place / "work")
            scratch.clear()
            try:
                yield scratch
            finally:
                scratch.clear()
            return


def _say_so(**_: object) -> None:
    print("Ready for analyses of an app with the same key. Ctrl-C: stop after the present one.")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ui.workers",
        description="Analyse recordings for a VERHM app on another computer, one at a time. "
        f"The queue is a Redis server, which {QUEUE} names (redis://… or rediss://…); "
        f"{QUEUE_KEY} holds the key that the app has, too.",
    )
    parser.add_argument(
        "--new-key", action="store_true", help=f"print a key for {QUEUE_KEY}, and stop"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
