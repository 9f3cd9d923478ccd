"""Command line: `python -m verhm analyze INPUT --out DIR`, or `… explain INPUT --at SECONDS`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from verhm import __version__
from verhm.analyze_command import add_analyze_arguments, analyze_all
from verhm.console import complain, named, progress_bar, read_baseline
from verhm.errors import RequestError, VerhmError
from verhm.settings import CHANNELS, AnalysisSettings

if TYPE_CHECKING:
    from verhm.report.description import Prosody


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0, or 2 when any recording could not be analysed."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except VerhmError as error:
        complain(error)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m verhm",
        description="Find the vocal expression in recordings. Decision support, not a diagnosis.",
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    analyze = commands.add_parser(
        "analyze",
        help="write probabilities, face morphs, figures and the face video of recordings",
    )
    add_analyze_arguments(analyze)
    analyze.set_defaults(run=analyze_all)
    explain = commands.add_parser("explain", help="say what a window's result rests on")
    _add_explain_arguments(explain)
    explain.set_defaults(run=_explain)
    for command in (analyze, explain):
        command.add_argument(
            "--baseline",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="earlier recording of the same person, to read this against; may be repeated",
        )
        command.add_argument(
            "--channel",
            choices=CHANNELS,
            default=AnalysisSettings.channel,
            help="on which channel of the recordings, also of earlier ones, the voice is: left or "
            "right of two, or all of them (all)",
        )
        command.add_argument("--device", choices=("cpu", "cuda"), help="GPU where there is one")
    return parser


def _add_explain_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("input", type=Path, metavar="INPUT", help="file")
    parser.add_argument("--at", type=float, required=True, metavar="SECONDS", help="in the window")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for document and picture")


def _explain(options: argparse.Namespace) -> int:
    if options.out and (options.out / "explanation.json").exists():
        raise RequestError(
            "E72", f"{options.out} already holds an explanation.", "Choose another folder."
        )
    from verhm.analysis import Analyzer
    from verhm.explain_command import explain_file, tell, write_explanation
    from verhm.report.description import prosody_apart

    analyzer = Analyzer(AnalysisSettings(channel=options.channel), device=options.device)
    analyzer.refuse_unexplainable()
    before: list[Prosody] = []
    baseline = read_baseline(
        analyzer, options.baseline, lambda analysis: before.extend(prosody_apart(analysis))
    )
    with named(options.input):
        with progress_bar(options.input.name) as progress:
            found = explain_file(analyzer, options.input, options.at, progress, baseline, before)
        print(tell(found))
        if options.out:
            print(f"Wrote {' and '.join(write_explanation(found, options.out))} to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
