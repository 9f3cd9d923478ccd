"""What the commands have in common: earlier recordings, progress, and what is wrong with a file."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from verhm.errors import RequestError, VerhmError
from verhm.stages import Progress, Stage, no_progress
from verhm.types import Analysis, Voice

if TYPE_CHECKING:
    from verhm.analysis import Analyzer


def read_baseline(
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
        with named(path), progress_bar(path.name) as progress:
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


@contextmanager
def progress_bar(name: str) -> Iterator[Progress]:
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
def named(path: Path) -> Iterator[None]:
    """Note on an error, which holds no path itself, which recording it is about."""
    try:
        yield
    except VerhmError as error:
        error.add_note(f"{path}: ")
        raise


def complain(error: VerhmError) -> None:
    """Say what is wrong, with the code first, so that scripts can tell refusals apart."""
    about = "".join(getattr(error, "__notes__", ()))
    print(f"{error.code} {about}{error.cause} {error.remedy}", file=sys.stderr)
