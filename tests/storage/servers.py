"""A PostgreSQL server of the tests' own, in a temporary folder."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, create_engine, text

PASSWORD = "words of the server"
START = 60.0  # s


class Server:
    """A running server; every database that it makes is empty."""

    def __init__(self, folder: Path, port: int, process: subprocess.Popen[bytes]) -> None:
        self.folder, self._port, self.process = folder, port, process
        self._made = 0

    def url(self, database: str = "postgres", password: str = PASSWORD) -> URL:
        """Address of one of its databases."""
        return URL.create("postgresql", "verhm", password, "127.0.0.1", self._port, database)

    def new_database(self) -> URL:
        """Address of a database that is made now."""
        self._made += 1
        name = f"clinic{self._made}"
        self.run(f"CREATE DATABASE {name}")
        return self.url(name)

    def run(self, statement: str, database: str = "postgres") -> None:
        """Say something to it, as its owner."""
        url = self.url(database).set(drivername="postgresql+psycopg")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()


@contextmanager
def serving() -> Iterator[Server]:
    """Start a server; it and all that it kept are gone afterwards."""
    owner = _owner()
    with tempfile.TemporaryDirectory() as place:
        folder, words = Path(place, "data"), Path(place, "words")
        words.write_text(PASSWORD)
        for path in (Path(place), words):
            shutil.chown(path, owner)
        as_owner = {"user": owner} if os.geteuid() == 0 else {}
        made = ["initdb", "-D", folder, "-U", "verhm", "-A", "scram-sha-256", "--pwfile", words]
        made += ["-E", "UTF8", "--locale", "C", "--no-sync"]
        subprocess.run(_program(made), check=True, stdout=subprocess.DEVNULL, cwd="/", **as_owner)
        port = _free_port()
        asked = ["postgres", "-D", folder, "-p", str(port), "-k", place, "-h", "127.0.0.1", "-F"]
        with Path(place, "log").open("wb") as log:
            process = subprocess.Popen(_program(asked), stderr=log, cwd="/", **as_owner)
        try:
            _await(port, process)
            yield Server(folder, port, process)
        finally:
            process.terminate()
            process.wait()


def _owner() -> str:
    """Who runs it: PostgreSQL refuses to be root's."""
    return "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def _program(command: list) -> list[str]:
    """With the path of Debian's, which is not in PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = shutil.which(command[0], path=os.pathsep.join(map(str, [*folders, os.environ["PATH"]])))
    assert found, "these tests need PostgreSQL; ./test installs it"
    return [found, *map(str, command[1:])]


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("PostgreSQL does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
