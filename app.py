"""Start the web app: read the settings, open the data folder, serve. No logic."""

import argparse
import os
import sys
from pathlib import Path

from ui.settings import AppSettings, process_environment, read_settings
from verhm.errors import VerhmError


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C; return 0, or 2 when the app cannot start."""
    flags = vars(_parser().parse_args(arguments))
    try:
        settings = read_settings(flags, os.environ)
        # Before the libraries that read them are imported.
        os.environ.update(process_environment(settings))
        _serve(settings)
    except VerhmError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


def _serve(settings: AppSettings) -> None:
    from ui.start import start

    start(settings)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python app.py",
        description="VERHM: the emotion in a voice. Decision support, not a diagnosis.",
    )
    parser.add_argument("--host", help="address of this computer to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (7860)")
    parser.add_argument("--data", type=Path, help="folder for the patients' data (VERHM_DATA)")
    parser.add_argument("--open", action="store_true", help="open the page in the browser")
    return parser


if __name__ == "__main__":
    sys.exit(main())
