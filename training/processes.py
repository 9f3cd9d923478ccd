"""Several processes on one run: those that `torchrun` starts together, and separate commands."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from torch import distributed


def join_processes() -> None:
    """Meet the other processes that `torchrun` started, if it did."""
    if distributed.is_torchelastic_launched():
        distributed.init_process_group()
        if torch.cuda.is_available():
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Keep other commands from a run's folder, which is made where it is missing.

    Of the processes of `torchrun`, which must not part, the first holds it for all.

    Raises:
        Timeout: filelock's, when another command is at it
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "run.lock", blocking=False)
    is_ours = [True]
    try:
        if is_first():
            lock.acquire()
    except Timeout:
        is_ours = [False]
    if distributed.is_initialized():
        distributed.broadcast_object_list(is_ours)
    if not is_ours[0]:
        raise Timeout(str(folder))
    try:
        yield
    finally:
        lock.release()


def own_share(clips: int) -> slice:
    """Which clips of a batch are this process'; all of a batch too small to be shared out."""
    if clips < _processes():
        return slice(None)
    return slice(_rank(), None, _processes())


def is_first() -> bool:
    """Whether this is the only process, or the one that writes."""
    return _rank() == 0


def _rank() -> int:
    return distributed.get_rank() if distributed.is_initialized() else 0


def _processes() -> int:
    return distributed.get_world_size() if distributed.is_initialized() else 1
