"""Step 2: tune the emotion branch, once for each set of speakers that is to be held out.

Besides the run on all speakers, which is shipped, there is one run without each published fold of
RAVDESS, on which figures are measured, and one without each pair of folds, from which the fit
without one of the two chooses its temperature and thresholds: nothing of a test speaker is in
either. Others know RAVDESS only, or hear no perturbed copies. Several of these commands may
work on the same folder at once, and `torchrun` spreads one over several GPUs.
"""

import argparse
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from filelock import Timeout

from training.branch_model import embed_clips, read_branch, trim
from training.cache import WINDOW, Prepared, read_sequences, read_settings
from training.corpora.clip import Clip
from training.corpora.emodb import read_emodb
from training.corpora.ravdess import read_folds, read_ravdess
from training.processes import hold, is_first, join_processes
from training.runs import Run, Tuned, begin, has_ended, plan, run_folder, write_tuned
from training.tuning import WEIGHTS, Lessons, TuningSettings, tune
from verhm.labels import EMOTIONS
from verhm.model.branch import PACE, EmotionBranch
from verhm.model.encoder import WHISPER, SpectrogramEncoder, read_encoder
from verhm.model.features import FRAME_RATE
from verhm.model.network import NetworkSettings


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="training.tune", description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder that was prepared")
    parser.add_argument("--epochs", type=int, default=TuningSettings.epochs)
    parser.add_argument("--seed", type=int, default=TuningSettings.seed)
    parser.add_argument("--only", nargs="+", metavar="RUN", help="names of runs; all by default")
    arguments = parser.parse_args()
    join_processes()
    settings = TuningSettings(epochs=arguments.epochs, seed=arguments.seed)
    tune_all(arguments.work, settings, arguments.only)


def tune_all(work: Path, settings: TuningSettings, only: list[str] | None = None) -> None:
    """Tune what is not tuned yet.

    Args:
        work: folder that was prepared
        settings: how
        only: names of runs; all by default

    Raises:
        SystemExit: when a run was begun differently
    """
    prepared = read_settings(work)
    data = prepared.data
    clips = {"ravdess": read_ravdess(data / "ravdess"), "emodb": read_emodb(data / "emodb")}
    lessons = {corpus: read_lessons(work, some, prepared.copies) for corpus, some in clips.items()}
    for run in plan(read_folds(data / "ravdess_folds")):
        if only is not None and run.name not in only:
            continue
        folder = run_folder(work, run.name)
        chosen = _join([_choose(lessons[corpus], clips[corpus], run) for corpus in run.corpora])
        try:
            with hold(folder):
                begin(folder, run, describe(settings, chosen))
                if not has_ended(folder):
                    tune(folder, make_branch(prepared, settings.seed), chosen, settings)
                    if is_first():
                        write_tuned(folder, ask(work, folder, prepared, clips))
        except Timeout:
            print(f"{run.name} is being tuned by another command")


def describe(settings: TuningSettings, lessons: Lessons) -> dict:
    """How a branch is tuned, and on how much."""
    sounds = sum(len(copies) for copies in lessons.copies)
    return {**asdict(settings), "clips": len(lessons.labels), "sounds": sounds}


def ask(work: Path, folder: Path, prepared: Prepared, clips: dict[str, list[Clip]]) -> Tuned:
    """What the branch of a run that has ended says of all clips."""
    model = read_branch(folder / WEIGHTS, empty_branch(prepared.network))
    window = round(WINDOW * FRAME_RATE) // PACE
    embedding = {
        corpus: embed_clips(model, [one for (one,) in read_sequences(work, some, 0)], window)
        for corpus, some in clips.items()
    }
    head = model.head
    return Tuned(embedding, head.weight.detach().numpy(), head.bias.detach().numpy())


def empty_branch(settings: NetworkSettings) -> EmotionBranch:
    """A branch that knows nothing yet."""
    encoder = settings.encoder
    return EmotionBranch(
        encoder.width, encoder.heads, settings.branch_layers, settings.branch_embedding
    )


def make_branch(prepared: Prepared, seed: int) -> EmotionBranch:
    """A branch that begins with the trunk's next layers, where these are of Whisper's kind."""
    torch.manual_seed(seed)
    settings, branch = prepared.network, empty_branch(prepared.network)
    if settings.encoder.kind == WHISPER:
        first = settings.trunk + 1
        _, deeper = read_encoder(prepared.source, first + settings.branch_layers)
        assert isinstance(deeper, SpectrogramEncoder)
        for layer, pretrained in zip(branch.layers, deeper.whisper.layers[first:], strict=True):
            layer.load_state_dict(pretrained.state_dict(), strict=True)
    return branch


def read_lessons(work: Path, clips: list[Clip], copies: int) -> Lessons:
    """What is to be learned from clips; -1 labels those whose emotion the network does not know."""
    labels = [EMOTIONS.index(clip.emotion) if clip.emotion in EMOTIONS else -1 for clip in clips]
    sequences = read_sequences(work, clips, copies)
    return Lessons([[trim(copy) for copy in clip] for clip in sequences], np.array(labels))


def _choose(lessons: Lessons, clips: list[Clip], run: Run) -> Lessons:
    kept = [
        index
        for index, clip in enumerate(clips)
        if clip.speaker not in run.held_out and lessons.labels[index] >= 0
    ]
    last = None if run.with_copies else 1
    return Lessons([lessons.copies[index][:last] for index in kept], lessons.labels[kept])


def _join(lessons: list[Lessons]) -> Lessons:
    return Lessons(
        [copies for part in lessons for copies in part.copies],
        np.concatenate([part.labels for part in lessons]),
    )


if __name__ == "__main__":
    main()
