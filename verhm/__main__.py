"""Command line: `python -m verhm analyze INPUT --out DIR`, or `… explain INPUT --at SECONDS`."""

import argparse
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from verhm import __version__
from verhm.errors import RequestError, VerhmError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress, Stage, no_progress
from verhm.types import Analysis, Voice
from verhm.video_command import add_video_arguments, refuse_unfit_video, write_video

if TYPE_CHECKING:
    from verhm.analysis import Analyzer
    from verhm.confounds import Confounds
    from verhm.report.description import Prosody

# Which files of a folder are taken for recordings; a file named outright may have any name.
SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".opus", ".webm", ".m4a", ".aac", ".mp4", ".mov")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return 0, or 2 when any recording could not be analysed."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except VerhmError as error:
        _complain(error)
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
    analyze.add_argument("inputs", nargs="*", type=Path, metavar="INPUT", help="file or folder")
    for name in ("--input-voice", "--wav-path"):
        analyze.add_argument(
            name,
            dest="named_inputs",
            action="append",
            default=[],
            type=Path,
            metavar="INPUT",
            help="another way to give an input",
        )
    analyze.add_argument("--out", type=Path, required=True, metavar="DIR", help="results folder")
    analyze.add_argument("--overwrite", action="store_true", help="replace results in DIR")
    analyze.add_argument(
        "--confounds", action="store_true", help="count windows that hang on pitch or level alone"
    )
    analyze.add_argument(
        "--export",
        nargs="+",
        default=[],
        choices=("glb", "obj", "npy", "blender"),
        metavar="KIND",
        help="write the face too: glb, obj (16 MB a frame), npy, blender (a script; brings glb)",
    )
    add_video_arguments(analyze)
    analyze.add_argument("--fps", type=float, default=30.0, help="morphs and frames a second (30)")
    analyze.add_argument("--window", type=float, default=3.0, help="window in seconds (3)")
    analyze.add_argument("--hop", type=float, default=0.5, help="hop in seconds (0.5)")
    analyze.add_argument("--seed", type=int, default=0, help="of blinks and intervals (0)")
    analyze.set_defaults(run=_analyze_all)
    explain = commands.add_parser("explain", help="say what a window's result rests on")
    explain.add_argument("input", type=Path, metavar="INPUT", help="file")
    explain.add_argument("--at", type=float, required=True, metavar="SECONDS", help="in the window")
    explain.add_argument("--out", type=Path, metavar="DIR", help="folder for document and picture")
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
        command.add_argument("--device", choices=("cpu", "cuda"), help="GPU where there is one")
    return parser


def _analyze_all(options: argparse.Namespace) -> int:
    settings = AnalysisSettings(
        window=options.window, hop=options.hop, frame_rate=options.fps, seed=options.seed
    )
    video = None if options.no_video else VideoSettings(options.size, options.avatar)
    if options.avatar != VideoSettings.avatar:
        from verhm.face.rig import refuse_unknown_avatar  # half a second of imports

        refuse_unknown_avatar(options.avatar)
    jobs = _jobs(options.inputs + options.named_inputs, options.out)
    if not options.overwrite:
        _refuse_to_overwrite(folder for _, folder in jobs)

    from verhm.analysis import Analyzer  # seconds of imports, not needed to refuse a bad call

    analyzer = Analyzer(settings, device=options.device)
    baseline = _baseline(analyzer, options.baseline)
    failures = 0
    for path, folder in jobs:
        try:
            with _named(path), _progress_bar(path.name) as progress:
                if video:
                    refuse_unfit_video(path, video, options.video)
                analysis = analyzer.analyze(path, progress, baseline=baseline)
                confounds = None
                if options.confounds:
                    confounds = analyzer.check_confounds(path, analysis, progress, baseline)
                count = _write_results(
                    analysis,
                    path,
                    folder,
                    video,
                    progress,
                    confounds,
                    options.export,
                    options.video,
                    options.avatar,
                )
            found = f"{analysis.timeline.has_result.sum()} of {len(analysis.timeline)}"
            print(f"{path}: {found} windows with a result; wrote {count} files to {folder}")
            if analysis.summary.withheld:
                print(f"{path}: no summary. {analysis.summary.withheld}")
            if confounds:
                print(f"{path}: {confounds.sentence}")
        except VerhmError as error:
            _complain(error)
            failures += 1
    return 2 if failures else 0


def _baseline(
    analyzer: "Analyzer", paths: list[Path], note: Callable[[Analysis], object] = lambda _: None
) -> Voice | None:
    """How the person in earlier recordings usually sounds; None without recordings.

    `note` takes what else is wanted of each analysis, of which only the voice is kept.
    """
    if not paths:
        return None
    from verhm.model.baseline import join_voices, usual_embedding

    voices: dict[str, Voice] = {}
    for path in paths:
        with _named(path), _progress_bar(path.name) as progress:
            analysis = analyzer.analyze(path, progress)
            sound = analysis.source.sha256
            if sound in voices:  # twice the same moods would not say more about the voice
                raise RequestError(
                    "E74", "The baseline names this recording twice.", "Name each only once."
                )
        assert analysis.voice is not None, "every analysis that was just made has one"
        voices[sound] = analysis.voice
        note(analysis)
    joined = join_voices(list(voices.values()))
    usual_embedding(joined, analyzer.model.sha256)  # an unfit one is refused once, not per input
    return joined


def _explain(options: argparse.Namespace) -> int:
    if options.out and (options.out / "explanation.json").exists():
        raise RequestError(
            "E72", f"{options.out} already holds an explanation.", "Choose another folder."
        )
    from verhm.analysis import Analyzer
    from verhm.explain_command import explain_file, prosody_apart, tell, write_explanation

    analyzer = Analyzer(device=options.device)
    analyzer.refuse_unexplainable()
    before: list[Prosody] = []
    baseline = _baseline(
        analyzer, options.baseline, lambda analysis: before.extend(prosody_apart(analysis))
    )
    with _named(options.input):
        with _progress_bar(options.input.name) as progress:
            found = explain_file(analyzer, options.input, options.at, progress, baseline, before)
        print(tell(found))
        if options.out:
            print(f"Wrote {' and '.join(write_explanation(found, options.out))} to {options.out}")
    return 0


def _jobs(inputs: list[Path], out: Path) -> list[tuple[Path, Path]]:
    """Pair each recording with its results folder: DIR itself for a single file, else one each."""
    paths: list[Path] = []
    for given in inputs:
        paths.extend(_recordings_in(given, out) if given.is_dir() else [given])
    if not paths:
        raise RequestError(
            "E70", "No recording was given.", "Name a file, or a folder that holds recordings."
        )
    if len(inputs) == 1 and not inputs[0].is_dir():
        return [(paths[0], out)]
    names: set[str] = set()
    jobs = []
    for path in dict.fromkeys(paths):
        name, count = path.stem, 1
        while name.casefold() in names:
            count += 1
            name = f"{path.stem}-{count}"
        names.add(name.casefold())
        jobs.append((path, out / name))
    return jobs


def _recordings_in(folder: Path, out: Path) -> list[Path]:
    """The recordings below a folder, but not the videos of earlier results in it."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not path.name.startswith(".")
        and not path.resolve().is_relative_to(out.resolve())
    )


def _refuse_to_overwrite(folders: Iterator[Path]) -> None:
    if any((folder / "analysis.json").exists() for folder in folders):
        raise RequestError(
            "E72",
            "The results folder already holds an analysis.",
            "Choose another folder, or add --overwrite.",
        )


def _write_results(
    analysis: Analysis,
    path: Path,
    folder: Path,
    video: VideoSettings | None,
    progress: Progress,
    confounds: "Confounds | None" = None,
    exports: Collection[str] = (),
    shown: Collection[str] = (),
    avatar: str = VideoSettings.avatar,
) -> int:
    """Write everything about a recording; returns the number of files, of folders as one each."""
    from verhm.confounds import write_confounds
    from verhm.face.exchange.export import export_writers, remove_exports
    from verhm.report.folder import results_folder
    from verhm.report.plots import write_emotions_html
    from verhm.report.still import write_emotions_png
    from verhm.report.tables import write_json, write_morphs_csv, write_windows_csv

    # Of files with like names in several folders, only the path says which was which.
    source = str(path).encode("utf-8", "backslashreplace").decode()
    writers: dict[str, Callable[[Path], object]] = {
        "windows.csv": partial(write_windows_csv, analysis),
        "morphs.csv": partial(write_morphs_csv, analysis.morphs),
        "emotions.html": partial(write_emotions_html, analysis),
        "emotions.png": partial(write_emotions_png, analysis),
        "analysis.json": partial(write_json, analysis, source=source),
    }
    if analysis.neutral:
        neutral = partial(write_morphs_csv, analysis.neutral)
        writers = {"morphs-neutral.csv": neutral, **writers}
    if confounds:
        writers = {"confounds.json": partial(write_confounds, confounds), **writers}
    if exports:
        writers = {**export_writers(analysis.morphs, exports, progress, avatar), **writers}
    with results_folder(folder):
        # What not every call makes must not stay from earlier results beside the new ones.
        for name in ("face.mp4", "confounds.json", "morphs-neutral.csv"):
            (folder / name).unlink(missing_ok=True)
        remove_exports(folder)
        for done, (name, write) in enumerate(writers.items()):
            progress(Stage.SAVE, done / len(writers))
            write(folder / name)
        if video:
            output = folder / "face.mp4"
            seconds = write_video(analysis, path, output, video, shown, progress)
            timed = replace(analysis, seconds=analysis.seconds | {Stage.RENDER: seconds})
            write_json(timed, folder / "analysis.json", source)
    return len(writers) + (video is not None)


@contextmanager
def _progress_bar(name: str) -> Iterator[Progress]:
    """Show a bar per stage on a terminal, and nothing in a log."""
    if not sys.stderr.isatty():
        yield no_progress
        return
    with tqdm(total=100, desc=name, leave=False, bar_format="{desc} {bar} {n:.0f} %") as bar:

        def show(stage: Stage, share: float) -> None:
            bar.set_description_str(f"{name} · {stage}", refresh=False)
            bar.n = 100 * share
            bar.refresh()

        yield show


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Note on an error, which holds no path itself, which recording it is about."""
    try:
        yield
    except VerhmError as error:
        error.add_note(f"{path}: ")
        raise


def _complain(error: VerhmError) -> None:
    """Say what is wrong, with the code first, so that scripts can tell refusals apart."""
    about = "".join(getattr(error, "__notes__", ()))
    print(f"{error.code} {about}{error.cause} {error.remedy}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
