"""Where the app serves and keeps its data: read once at start, never again."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.files import data_folder
from verhm.errors import RequestError

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class AppSettings:
    """What is decided when the app starts.

    Attributes:
        data: folder of the database, the recordings and everything made from them
        host: address to listen on
        port: TCP port to listen on
        opens_browser: whether the page is opened once it answers
        longest_queue: how many analyses may wait at once
        largest_file: bytes a recording may have
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 7860
    opens_browser: bool = False
    longest_queue: int = 16
    largest_file: int = 1 << 30  # bytes

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK:
            # Without sign-in, a page on the network would hand patients' data to anybody.
            raise RequestError(
                "E71",
                "The app was told to listen beyond this computer.",
                f"Use one of the hosts {', '.join(LOOPBACK)}.",
            )
        if not 1 <= self.port <= 65_535:
            raise RequestError("E71", f"The port is {self.port}.", "Choose one from 1 to 65535.")

    @property
    def url(self) -> str:
        """Address of the page."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

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
        flags: of the command line by name (host, port, data, open); None where not given
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
    return AppSettings(
        data=data_folder(Path(given) if given else None).expanduser().absolute(),
        host=_first(flags.get("host"), environment.get("VERHM_HOST"), "127.0.0.1"),
        port=port,
        opens_browser=bool(flags.get("open")),
    )


def process_environment(settings: AppSettings) -> dict[str, str]:
    """Variables that Gradio and the model libraries read when they are imported."""
    return {
        "GRADIO_ANALYTICS_ENABLED": "False",
        "GRADIO_TEMP_DIR": str(settings.transit),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }


def _first(*choices: Any) -> Any:
    """The first choice that was made."""
    return next((choice for choice in choices if choice not in (None, "")), None)
