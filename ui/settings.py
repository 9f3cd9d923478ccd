"""Where the app serves and keeps its data: read once at start, never again."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.files import data_folder
from storage.whereabouts import SERVER, Server, read_server
from ui.window import Showing
from ui.workers.address import QUEUE, QUEUE_KEY, QueueAddress, read_queue
from verhm.errors import RequestError

PASSPHRASE = "VERHM_PASSPHRASE"  # noqa: S105 (the variable's name)
SECRETS = (PASSPHRASE, SERVER, QUEUE, QUEUE_KEY)  # variables
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}  # for the model's libraries
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - only looked for


@dataclass(frozen=True)
class AppSettings:
    """What is decided when the app starts.

    Attributes:
        data: folder of the database, the recordings and everything made from them
        host: address to listen on
        port: TCP port to listen on
        shows: where the page is opened once it answers
        longest_queue: how many analyses may wait at once
        largest_file: bytes a recording may have
        is_unencrypted: whether patients' data are kept as they are, on whoever's word
        uses_keyring: whether the system's keyring is to open what is encrypted
        passphrase: that opens what is encrypted; none to be asked for it
        tls_cert: file with the certificate, and those that vouch for it
        tls_key: file with its key
        allows_plain: whether a network is served without TLS, readable for all on it
        names: by which browsers on a network know the app
        server: that has the database; none for a file in the data folder
        queue: through which workers on other computers analyse; none to analyse here
        workers: how many of them there are
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 7860
    shows: Showing = Showing.NOWHERE
    longest_queue: int = 16
    largest_file: int = 1 << 30  # bytes
    is_unencrypted: bool = False
    uses_keyring: bool = False
    passphrase: str | None = field(default=None, repr=False)
    tls_cert: Path | None = None
    tls_key: Path | None = None
    allows_plain: bool = False
    names: tuple[str, ...] = ()
    server: Server | None = field(default=None, repr=False)
    queue: QueueAddress | None = None
    workers: int = 4

    def __post_init__(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise RequestError(
                "E71", "Of certificate and key one is missing.", "Give --tls-cert and --tls-key."
            )
        if not self.is_private and not self.allows_plain:
            raise RequestError(
                "E71",
                "The app was told to serve a network without encryption.",
                "Give --tls-cert and --tls-key, or one of the hosts "
                f"{', '.join(LOOPBACK)}; with --allow-plain-http everybody there can read along.",
            )
        if not 1 <= self.port <= 65_535:
            raise RequestError("E71", f"The port is {self.port}.", "Choose one from 1 to 65535.")
        if not 1 <= self.workers <= self.longest_queue:
            raise RequestError(
                "E71",
                f"The number of workers is {self.workers}.",
                f"Choose one from 1 to {self.longest_queue}.",
            )

    @property
    def is_for_network(self) -> bool:
        """Whether other computers can reach it."""
        return self.host not in LOOPBACK

    @property
    def has_tls(self) -> bool:
        """Whether what it sends is encrypted on the way."""
        return self.tls_cert is not None

    @property
    def is_private(self) -> bool:
        """Whether nobody can read along what a browser sends to it."""
        return self.has_tls or not self.is_for_network

    @property
    def url(self) -> str:
        """Address of the page: by the first name where it has one on a network."""
        host = self.names[0] if self.names and self.is_for_network else self.host
        if host in _EVERYWHERE:  # where it listens, which no browser can open
            host = LOOPBACK[0]
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self.has_tls else 'http'}://{host}:{self.port}"

    @property
    def window_profile(self) -> Path:
        """Folder of the browser that shows the page in a window of its own."""
        return self.data / "window"

    @property
    def work(self) -> Path:
        """Folder for files that are being made; emptied at every start."""
        return self.data / "work"

    @property
    def transit(self) -> Path:
        """Folder that Gradio passes files through; emptied at every start."""
        return self.data / "transit"


def read_settings(flags: Mapping[str, Any], environment: Mapping[str, str]) -> AppSettings:
    """Settings from the command line, else from VERHM_* variables, else the defaults.

    Args:
        flags: of the command line by name; None where not given
        environment: of the process

    Raises:
        RequestError: E71 when a value is unfit
    """
    port = _first(flags.get("port"), environment.get("VERHM_PORT"), 7860)
    try:
        port = int(port)
    except ValueError as error:
        raise RequestError("E71", "VERHM_PORT is not a number.", "Set it to a port.") from error
    given = _first(flags.get("data"), environment.get("VERHM_DATA"))
    settings = AppSettings(
        data=data_folder(Path(given) if given else None).expanduser().absolute(),
        host=_first(flags.get("host"), environment.get("VERHM_HOST"), "127.0.0.1"),
        port=port,
        shows=_shows(flags),
        is_unencrypted=bool(flags.get("unencrypted") or environment.get("VERHM_UNENCRYPTED")),
        uses_keyring=bool(flags.get("keyring")),
        passphrase=environment.get(PASSPHRASE) or None,
        tls_cert=_file(flags.get("tls_cert")),
        tls_key=_file(flags.get("tls_key")),
        allows_plain=bool(flags.get("allow_plain_http")),
        names=tuple(name.lower() for name in flags.get("name") or ()),
        server=read_server(environment.get(SERVER)),
        queue=read_queue(environment),
        workers=_first(flags.get("workers"), AppSettings.workers),
    )
    _refuse_unfit_certificate(settings)
    return settings


def process_environment(settings: AppSettings) -> dict[str, str]:
    """Variables that Gradio and the model libraries read when they are imported."""
    return {
        "GRADIO_ANALYTICS_ENABLED": "False",
        # Else it sums up the times of all its events anew after each of them, for nobody.
        "GRADIO_ANALYTICS_CACHE_FREQUENCY": str(1 << 62),
        "GRADIO_ANALYTICS_MAX_EVENTS": "1",
        "GRADIO_TEMP_DIR": str(settings.transit),
        **OFFLINE,
    }


def _file(path: Path | None) -> Path | None:
    """A file that was named, found from wherever the app goes.

    Raises:
        RequestError: E71 it is not there
    """
    if path is not None and not path.is_file():
        raise RequestError("E71", "The certificate or its key is not there.", "Check the path.")
    return path.absolute() if path else None


def _refuse_unfit_certificate(settings: AppSettings) -> None:
    """Refuse now what the server could not use later; raises `RequestError` (E71)."""
    if settings.tls_cert is None:
        return
    try:
        # The empty password keeps a key that needs one from asking for it in the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            settings.tls_cert, settings.tls_key, password=""
        )
    except (OSError, ssl.SSLError) as error:
        raise RequestError(
            "E71",
            "The certificate and its key cannot be used.",
            "Give both as PEM files that belong together, the key without a password.",
        ) from error


def _shows(flags: Mapping[str, Any]) -> Showing:
    if flags.get("window"):
        return Showing.WINDOW
    return Showing.BROWSER if flags.get("open") else Showing.NOWHERE


def _first(*choices: Any) -> Any:
    """The first choice that was made."""
    return next((choice for choice in choices if choice not in (None, "")), None)
