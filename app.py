"""Start the web app: read the settings, open the data folder, serve. No logic."""

import argparse
import os
import sys
from pathlib import Path

from ui.settings import SECRETS, AppSettings, process_environment, read_settings
from verhm.errors import VerhmError


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C; return 0, or 2 when the app cannot start."""
    flags = vars(_parser().parse_args(arguments))
    try:
        settings = read_settings(flags, os.environ)
        for secret in SECRETS:  # nothing that is started from here needs them
            os.environ.pop(secret, None)
        # Before the libraries that read them are imported.
        os.environ.update(process_environment(settings))
        _run(settings, flags["change_passphrase"])
    except VerhmError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def _run(settings: AppSettings, changes_passphrase: bool) -> None:
    from ui.start import change_passphrase, start

    if changes_passphrase:
        change_passphrase(settings)
    else:
        start(settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="VERHM: the emotion in a voice. Decision support, not a diagnosis.",
    )
    parser.add_argument("--host", help="address of this computer to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (7860)")
    parser.add_argument("--data", type=Path, help="folder for the patients' data (VERHM_DATA)")
    parser.add_argument("--tls-cert", type=Path, help="certificate (PEM), for a clinic's network")
    parser.add_argument("--tls-key", type=Path, help="its key (PEM)")
    parser.add_argument(
        "--name", action="append", help="by which browsers know this computer; may be repeated"
    )
    parser.add_argument(
        "--allow-plain-http",
        action="store_true",
        help="serve a network without encryption: everybody on it can read along",
    )
    parser.add_argument(
        "--workers",
        type=int,
        help="how many workers on other computers analyse (4), where VERHM_QUEUE names their queue",
    )
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    parser.add_argument(
        "--window",
        action="store_true",
        help="open the page in a window of its own; VERHM stops when it is closed",
    )
    parser.add_argument(
        "--keyring", action="store_true", help="let the system's keyring open the patients' data"
    )
    parser.add_argument(
        "--change-passphrase", action="store_true", help="ask for another passphrase, and stop"
    )
    parser.add_argument(
        "--unencrypted",
        action="store_true",
        help="keep patients' data unencrypted (VERHM_UNENCRYPTED), as on an encrypted disk",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
