"""What `python -m verhm analyze` does: recordings in, a results folder for each out."""

import argparse
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from verhm.console import complain, named, progress_bar, read_baseline
from verhm.errors import RequestError, VerhmError
from verhm.settings import AnalysisSettings, VideoSettings
from verhm.stages import Progress, Stage
from verhm.types import Analysis, Voice
from verhm.video_command import add_video_arguments, refuse_unfit_video, write_video

if TYPE_CHECKING:
    from verhm.analysis import Analyzer
    from verhm.confounds import Confounds
    from verhm.report.overview import Note

# Which files of a folder are taken for recordings; a file named outright may have any name.
SUFFIXES = (".wav", ".mp3", ".flac", ".ogg", ".opus", ".webm", ".m4a", ".aac", ".mp4", ".mov")


@dataclass(frozen=True)
class Outputs:
    """What is made of a recording beside tables, figures and document.

    Attributes:
        face: size and avatar, of the video and of the exports
        has_video: whether face.mp4 is written
        beside: what it shows beside the face, of `video_command.KINDS`
        exports: the face for other programs, of `export.KINDS`
        has_confounds: whether pitch and level are checked
    """

    face: VideoSettings = field(default_factory=VideoSettings)
    has_video: bool = True
    beside: tuple[str, ...] = ()
    exports: tuple[str, ...] = ()
    has_confounds: bool = False


def add_analyze_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what can be given and chosen."""
    parser.add_argument("inputs", nargs="*", type=Path, metavar="INPUT", help="file or folder")
    for name in ("--input-voice", "--wav-path"):
        parser.add_argument(
            name,
            dest="named_inputs",
            action="append",
            default=[],
            type=Path,
            metavar="INPUT",
            help="another way to give an input",
        )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="results folder")
    parser.add_argument("--overwrite", action="store_true", help="replace results in DIR")
    parser.add_argument(
        "--confounds", action="store_true", help="count windows that hang on pitch or level alone"
    )
    parser.add_argument(
        "--export",
        nargs="+",
        default=[],
        choices=("glb", "obj", "npy", "blender"),
        metavar="KIND",
        help="write the face too: glb, obj (20 MB a frame), npy, blender (a script; brings glb)",
    )
    add_video_arguments(parser)
    parser.add_argument("--fps", type=float, default=30.0, help="morphs and frames a second (30)")
    parser.add_argument("--window", type=float, default=3.0, help="window in seconds (3)")
    parser.add_argument("--hop", type=float, default=0.5, help="hop in seconds (0.5)")
    parser.add_argument("--seed", type=int, default=0, help="of blinks and intervals (0)")


def analyze_all(options: argparse.Namespace) -> int:
    """Analyse every recording; return 0, or 2 when one could not be."""
    settings = AnalysisSettings(
        window=options.window,
        hop=options.hop,
        frame_rate=options.fps,
        seed=options.seed,
        channel=options.channel,
    )
    outputs = _outputs(options)
    jobs = _jobs(options.inputs + options.named_inputs, options.out)
    if not options.overwrite:
        _refuse_to_overwrite(folder for _, folder in jobs)

    from verhm.analysis import Analyzer  # seconds of imports, not needed to refuse a bad call

    analyzer = Analyzer(settings, device=options.device)
    baseline = read_baseline(analyzer, options.baseline)
    failures = 0
    with _table(options.out, jobs) as note:
        for path, folder in jobs:
            found: Analysis | VerhmError
            try:
                with named(path):
                    found = _analyze(analyzer, path, folder, outputs, baseline)
            except VerhmError as error:
                complain(error)
                failures += 1
                found = error
            note(as_text(path), folder.name, found)
    return 2 if failures else 0


def _table(out: Path, jobs: list[tuple[Path, Path]]) -> AbstractContextManager["Note"]:
    """The table of all recordings, beside their folders; none for a single one."""
    from verhm.report.overview import overview

    return overview(out) if jobs[0][1] != out else nullcontext(lambda *_: None)


def _outputs(options: argparse.Namespace) -> Outputs:
    if options.avatar != VideoSettings.avatar:
        from verhm.face.rig import refuse_unknown_avatar  # half a second of imports

        refuse_unknown_avatar(options.avatar)
    return Outputs(
        VideoSettings(options.size, options.avatar),
        not options.no_video,
        tuple(options.video),
        tuple(options.export),
        options.confounds,
    )


def _analyze(
    analyzer: "Analyzer", path: Path, folder: Path, outputs: Outputs, baseline: Voice | None
) -> Analysis:
    """Analyse one recording, write what is wanted of it, and say what was found."""
    from verhm.report.folder import refuse_unwritable

    refuse_unwritable(folder)
    with progress_bar(path.name) as progress:
        if outputs.has_video:
            refuse_unfit_video(path, outputs.face, outputs.beside)
        analysis = analyzer.analyze(path, progress, baseline=baseline)
        confounds = None
        if outputs.has_confounds:
            confounds = analyzer.check_confounds(path, analysis, progress, baseline)
        write_results(analysis, path, folder, outputs, progress, confounds)
    found = f"{analysis.timeline.has_result.sum()} of {len(analysis.timeline)}"
    print(f"{path}: {found} windows with a result; all of it is in {folder}")
    if analysis.summary.withheld:
        print(f"{path}: no summary. {analysis.summary.withheld}")
    if confounds:
        print(f"{path}: {confounds.sentence}")
    return analysis


def write_results(
    analysis: Analysis,
    path: Path,
    folder: Path,
    outputs: Outputs,
    progress: Progress,
    confounds: "Confounds | None" = None,
) -> None:
    """Write everything about a recording."""
    from verhm.face.exchange.export import remove_exports
    from verhm.report.folder import results_folder
    from verhm.report.tables import write_json

    # Of files with like names in several folders, only the path says which was which.
    source = as_text(path)
    writers = _writers(analysis, source, outputs, progress, confounds)
    with results_folder(folder):
        # What not every call makes must not stay from earlier results beside the new ones.
        for name in ("face.mp4", "confounds.json", "morphs-neutral.csv"):
            (folder / name).unlink(missing_ok=True)
        remove_exports(folder)
        for done, (name, write) in enumerate(writers.items()):
            progress(Stage.SAVE, done / len(writers))
            write(folder / name)
        if outputs.has_video:
            output = folder / "face.mp4"
            seconds = write_video(analysis, path, output, outputs.face, outputs.beside, progress)
            timed = replace(analysis, seconds=analysis.seconds | {Stage.RENDER: seconds})
            write_json(timed, folder / "analysis.json", source)


def as_text(path: Path) -> str:
    """A path as it was given; a name that is no text is spelt out."""
    return str(path).encode("utf-8", "backslashreplace").decode()


def _writers(
    analysis: Analysis,
    source: str,
    outputs: Outputs,
    progress: Progress,
    confounds: "Confounds | None",
) -> dict[str, Callable[[Path], object]]:
    """What writes each file, the document last: where it is, the rest is whole."""
    from verhm.confounds import write_confounds
    from verhm.face.exchange.export import export_writers
    from verhm.report.fhir import write_fhir
    from verhm.report.paper.report import write_report
    from verhm.report.plots import write_emotions_html
    from verhm.report.record import Record
    from verhm.report.still import write_emotions_png
    from verhm.report.tables import write_json, write_morphs_csv, write_windows_csv
    from verhm.report.tiers import write_eaf, write_textgrid

    record = Record(Path(source).name)
    writers: dict[str, Callable[[Path], object]] = {
        "windows.csv": partial(write_windows_csv, analysis),
        "morphs.csv": partial(write_morphs_csv, analysis.morphs),
        "emotions.html": partial(write_emotions_html, analysis),
        "emotions.png": partial(write_emotions_png, analysis),
        "emotions.eaf": partial(write_eaf, analysis),
        "emotions.TextGrid": partial(write_textgrid, analysis),
        "report.pdf": partial(write_report, analysis, record=record),
        "fhir.json": partial(write_fhir, analysis, record=record),
    }
    if confounds:
        writers["confounds.json"] = partial(write_confounds, confounds)
    if analysis.neutral:
        writers["morphs-neutral.csv"] = partial(write_morphs_csv, analysis.neutral)
    if outputs.exports:  # some take long
        writers |= export_writers(analysis.morphs, outputs.exports, progress, outputs.face.avatar)
    return writers | {"analysis.json": partial(write_json, analysis, source=source)}


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
    there = [folder for folder in folders if (folder / "analysis.json").exists()]
    if there:
        raise RequestError(
            "E72",
            f"{there[0]} holds an analysis already.",
            "Choose another folder, or add --overwrite.",
        )
