"""The model card: what the model is for, how well it does, worst first, and where it ends.

Every measured number is read from the results; nothing is typed in by hand. The words around them
stand in `card.md`.
"""

from pathlib import Path

import numpy as np
from torch import nn

from training.corpora.facegood import TRAINING, VALIDATION
from training.figures import CONFUSION, RELIABILITY, RISK_COVERAGE
from training.merits import (
    Limit,
    corpus_merits,
    dotted,
    emotion_merits,
    face_merits,
    group_merits,
    percent,
    project_limits,
    separation_merits,
    with_interval,
)
from training.train import NAME, VERSION
from verhm.labels import EMOTIONS
from verhm.model.baseline import LEAST
from verhm.model.network import NetworkSettings, VoiceNetwork

CARD = "MODEL_CARD.md"

_TEMPLATE = Path(__file__).with_name("card.md")


def describe_model(results: dict) -> str:
    """Write the card in Markdown from the results of `training.evaluate`."""
    folds, abroad = results["ravdess_folds"], results["cross_corpus"]["ravdess_to_emodb"]
    emotions = len(EMOTIONS)
    merits = sorted(
        (
            *emotion_merits(folds),
            *group_merits(folds),
            *corpus_merits(results),
            *face_merits(results),
            *separation_merits(folds),
        ),
        key=lambda merit: merit.worst,
    )
    limits = sorted(project_limits(results), key=lambda one: one.value / one.limit, reverse=True)
    return _TEMPLATE.read_text(encoding="utf-8").format(
        name=NAME,
        version=VERSION,
        folds=len(folds["per_fold"]),
        merits="\n".join(f"| {one.title} | {one.text} |" for one in merits),
        limits="\n".join(_limit_row(one) for one in limits),
        emotions=emotions,
        chance=1 / emotions,
        brier=with_interval(folds, "brier"),
        brier_chance=1 - 1 / emotions,
        nll=with_interval(folds, "nll"),
        nll_chance=np.log(emotions),
        aurc=with_interval(folds, "aurc"),
        abstained=percent(1 - folds["windows_with_result"]["share"]),
        abstained_abroad=percent(1 - abroad["windows_with_result"]),
        wanted=percent(folds["conformal"]["wanted"]),
        covered=percent(folds["conformal"]["coverage"]),
        covered_abroad=percent(abroad["conformal"]["coverage"]),
        set_size=folds["conformal"]["mean_set_size"],
        set_size_abroad=abroad["conformal"]["mean_set_size"],
        baseline_clips=" · ".join(folds["baseline"]["uar_by_clips_in_baseline"]),
        baseline_uar=dotted(folds["baseline"]["uar_by_clips_in_baseline"].values()),
        uar=folds["uar"],
        baseline_ece=dotted(folds["baseline"]["ece_by_clips_in_baseline"].values()),
        baseline_covered=" · ".join(
            percent(share) for share in folds["baseline"]["coverage_by_clips_in_baseline"].values()
        ),
        plain_clips=" · ".join(folds["baseline"]["uar_by_clips_in_plain_mean"]),
        plain_uar=dotted(folds["baseline"]["uar_by_clips_in_plain_mean"].values()),
        abroad_ece=abroad["ece"],
        abroad_baseline_ece=dotted(one["ece"] for one in abroad["by_clips_in_baseline"].values()),
        least=LEAST,
        confusion=CONFUSION,
        reliability=RELIABILITY,
        risk_coverage=RISK_COVERAGE,
        actors=len(folds["per_actor"]),
        clips=folds["clips"],
        confused=most_confused(np.array(folds["confusion"]), EMOTIONS),
        layers=NetworkSettings().encoder.layers,
        trunk=NetworkSettings().trunk + 1,
        branch_layers=NetworkSettings().branch_layers,
        recordings=len((*TRAINING, *VALIDATION)),
        weights=round(count_weights(VoiceNetwork(NetworkSettings())) / 1e6),
        lae=results["morphs"]["vertices"]["lae"],
        lve=results["morphs"]["vertices"]["lve"],
        german=len(results["emodb_speakers"]["per_speaker"]),
    )


def count_weights(network: nn.Module) -> int:
    """How many numbers a network is made of."""
    return sum(values.numel() for values in network.state_dict().values())


def most_confused(counts: np.ndarray, names: tuple[str, ...], pairs: int = 3) -> str:
    """The pairs of emotions that are taken for one another most often, in words.

    Args:
        counts: (K, K), rows of truth, columns of answers
        names: K
        pairs: how many to name
    """
    both = np.triu(counts + counts.T, k=1)
    order = np.argsort(-both, axis=None, kind="stable")[:pairs]
    cells = [np.unravel_index(place, both.shape) for place in order]
    return ", ".join(
        f"{names[row]} and {names[column]} ({both[row, column]})" for row, column in cells
    )


def _limit_row(one: Limit) -> str:
    verdict = "kept" if one.value <= one.limit else "**missed**"
    return f"| {one.title} | {one.text} | {one.limit:g} | {verdict} |"
