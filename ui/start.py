"""Putting the app's parts together, once, at start."""

import contextlib
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from filelock import FileLock, Timeout

from storage.details import SweepReport
from storage.files import prepare_folder
from storage.repository import Repository
from storage.scratch import Scratch, shred
from ui.context import AppContext
from ui.door import Door
from ui.engine import Engine
from ui.engine_processes import EngineProcesses
from ui.intake import Intake
from ui.jobs import Jobs
from ui.listening import open_port
from ui.preferences import Preferences
from ui.server import serve
from ui.settings import AppSettings
from ui.sign_in_routes import new_setup_code
from ui.unlocking import Terminal, open_patients, relock
from ui.window import Showing
from ui.workers.failures import not_installed
from verhm.errors import StorageError

log = logging.getLogger(__name__)


def start(settings: AppSettings, engine: Callable[[], Engine] | None = None) -> None:
    """Open the data folder, tidy up after the last use, and serve until Ctrl-C.

    Args:
        settings: where the app serves and keeps its data
        engine: makes what analyses and draws; as the settings say where none is given

    Raises:
        StorageError: E50, E52, E54 or E56 when the data folder cannot be used
        VaultError: E80–E87 when it cannot be opened or encrypted
        RequestError: E73 when the port is taken, E78 when a queue needs what is not installed
    """
    # Tidying up would take away the work of a copy of the app that runs already, so both the port
    # and the folder are claimed first.
    with contextlib.closing(open_port(settings)) as bound, _claimed(settings):
        _serve(settings, bound, engine() if engine else engine_for(settings))


def engine_for(settings: AppSettings) -> Engine:
    """What analyses and draws for an app with these settings.

    Raises:
        RequestError: E78 when a queue needs what is not installed
    """
    local = EngineProcesses()
    if settings.queue is None:
        return local
    try:
        from ui.workers.engine import QueuedEngine
        from ui.workers.queue import Queue
    except ModuleNotFoundError as error:
        raise not_installed() from error
    return QueuedEngine(Queue(settings.queue), local, settings.workers)


def change_passphrase(settings: AppSettings) -> None:
    """Ask for another passphrase, and lock the data folder with it.

    Raises:
        StorageError: E56 when the app is running
        VaultError: E80, E81, E82, E84 or E85 when it cannot be changed
    """
    with _claimed(settings):
        relock(settings, Terminal())


def _serve(settings: AppSettings, bound: socket.socket, engine: Engine) -> None:
    _empty(settings)
    # Whoever came first could else take over a server that a clinic has just started.
    setup_code = new_setup_code() if settings.is_for_network else None
    door = Door(settings, bound, setup_code)
    asker = door if settings.is_private else Terminal()
    with contextlib.closing(open_patients(settings, asker)) as repository:
        _report(repository.sweep())
        key = None if repository.vault is None else repository.vault.intake_key
        intake = Intake(settings.data / "intake", settings.largest_file, key=key)
        _sweep(intake, repository)
        chosen = Preferences(settings.data).avatar
        jobs = Jobs(repository, engine, settings.work, settings.longest_queue, chosen)
        if door.was_shown:  # the page is open already
            settings = replace(settings, shows=Showing.NOWHERE)
        context = AppContext(repository, jobs, intake, settings)
        try:
            serve(context, bound, setup_code)
        finally:
            _empty(settings)
            repository.erase_tried()


def _sweep(intake: Intake, repository: Repository) -> None:
    """Erase what nobody will come back for, and what is of patients who were erased just then."""
    with _warned():
        intake.sweep()
    for patient_id in intake.patients():
        if not repository.is_known(patient_id):
            with _warned():
                intake.remove_of(patient_id)


@contextmanager
def _warned() -> Iterator[None]:
    """No failure to erase is a reason to keep a clinic from its records."""
    try:
        yield
    except StorageError as error:
        log.warning("Old recordings that nobody analysed could not all be erased: %s", error)


def _report(swept: SweepReport) -> None:
    """Say what the last use left behind, in numbers: the log names nobody."""
    log.info("Erased: tries %d, files of no session %d", swept.sessions_erased, swept.files_removed)
    if swept.files_left:
        log.warning(
            "Files that the database knows nothing of: %d. It is older than they are, or another "
            "one; none was erased. `python -m storage verify` says more.",
            swept.files_left,
        )
    if swept.missing:
        log.warning("Files missing from the data folder: %d", len(swept.missing))


def _empty(settings: AppSettings) -> None:
    """Erase what was being made or passed through: no patient's data may outlive its use there."""
    Scratch(settings.work).clear()
    shred(settings.transit)


@contextmanager
def _claimed(settings: AppSettings) -> Iterator[None]:
    """Keep other copies of the app off the data folder."""
    prepare_folder(settings.data)
    try:
        with FileLock(settings.data / "verhm.lock", timeout=0):
            yield
    except Timeout as error:
        raise StorageError(
            "E56",
            "The data folder is in use by another VERHM.",
            "Use the one that runs, or close it first.",
        ) from error
