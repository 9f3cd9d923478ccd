"""`python -m ui.workers`: analyse what an app on another computer puts into its queue."""

import argparse
import contextlib
import os
import sys
import tempfile
from pathlib import Path

from storage.scratch import Scratch
from ui.engine_processes import EngineProcesses
from ui.settings import OFFLINE
from ui.workers.address import QUEUE, QUEUE_KEY, QueueAddress, new_queue_key, read_queue
from ui.workers.failures import not_installed
from verhm.errors import RequestError, VerhmError


def main(arguments: list[str] | None = None) -> int:
    """Work until it is asked to stop; return 0, or 2 when it cannot start."""
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
        _work(address)
    except VerhmError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _work(address: QueueAddress) -> None:
    try:
        from celery.signals import worker_ready

        from ui.workers.queue import Queue
        from ui.workers.worker import add_analysis
    except ModuleNotFoundError as error:
        raise not_installed() from error

    queue = Queue(address)
    with contextlib.closing(EngineProcesses()) as engine, tempfile.TemporaryDirectory() as folder:
        add_analysis(queue, engine, Scratch(Path(folder)))
        worker_ready.connect(_say_so, weak=False)
        name = f"verhm-{os.getpid()}@%h"
        quiet = ["--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
        queue.celery.worker_main(["--quiet", "worker", "--hostname", name, *quiet])


def _say_so(**_: object) -> None:
    print("Ready for analyses. Ctrl-C stops when the present one is done.", flush=True)


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
