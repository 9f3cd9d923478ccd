"""The model card: what the model is for, how well it does, worst first, and where it ends.

Every measured number is read from the results; nothing is typed in by hand. The words around them
stand in `card.md`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.corpora.facegood import TRAINING, VALIDATION
from training.figures import CONFUSION, RELIABILITY, RISK_COVERAGE
from training.train import NAME, VERSION
from verhm.labels import EMOTIONS
from verhm.model.baseline import LEAST
from verhm.model.network import NetworkSettings

CARD = "MODEL_CARD.md"
# What this project asks of itself: expected calibration error on known and on other corpora, and
# how far women's and men's unweighted average recall may lie apart.
CALIBRATION_LIMIT, TRANSFER_CALIBRATION_LIMIT, SEX_GAP_LIMIT = 0.05, 0.10, 0.075

_TEMPLATE = Path(__file__).with_name("card.md")


@dataclass(frozen=True)
class Merit:
    """A figure of which more is better.

    Attributes:
        title: what it is of
        text: its value, as shown
        worst: the lowest number in the text, at most 1, which is perfect
    """

    title: str
    text: str
    worst: float


@dataclass(frozen=True)
class Limit:
    """A figure of which less is better, and what it may be.

    Attributes:
        title: what it is of
        text: its value, as shown
        value: at least 0, which is perfect
        limit: the highest value that is kept to
    """

    title: str
    text: str
    value: float
    limit: float


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
        brier=_with_interval(folds, "brier"),
        brier_chance=1 - 1 / emotions,
        nll=_with_interval(folds, "nll"),
        nll_chance=np.log(emotions),
        aurc=_with_interval(folds, "aurc"),
        abstained=_percent(1 - folds["windows_with_result"]["share"]),
        abstained_abroad=_percent(1 - abroad["windows_with_result"]),
        wanted=_percent(folds["conformal"]["wanted"]),
        covered=_percent(folds["conformal"]["coverage"]),
        covered_abroad=_percent(abroad["conformal"]["coverage"]),
        set_size=folds["conformal"]["mean_set_size"],
        set_size_abroad=abroad["conformal"]["mean_set_size"],
        baseline_clips=" · ".join(folds["baseline"]["uar_by_clips_in_baseline"]),
        baseline_uar=_dotted(folds["baseline"]["uar_by_clips_in_baseline"].values()),
        too_few=_dotted(folds["baseline"]["uar_by_clips_in_plain_mean"][n] for n in ("1", "2")),
        least=LEAST,
        confusion=CONFUSION,
        reliability=RELIABILITY,
        risk_coverage=RISK_COVERAGE,
        actors=len(folds["per_actor"]),
        clips=folds["clips"],
        confused=most_confused(np.array(folds["confusion"]), EMOTIONS),
        layers=NetworkSettings().encoder.layers,
        recordings=len((*TRAINING, *VALIDATION)),
    )


def emotion_merits(folds: dict) -> list[Merit]:
    """Figures of all the folds' clips."""
    recalls = dict(zip(EMOTIONS, folds["per_class_recall"], strict=True))
    weakest = sorted(recalls, key=lambda name: recalls[name])[:3]
    windows = folds["windows_with_result"]
    headline = {
        "uar": f"UAR, {len(EMOTIONS)} emotions",
        "accuracy": "Accuracy",
        "macro_f1": "Mean over emotions of F1",
        "accuracy_at_80": "Accuracy of the surest 80 % of clips",
        "top2_accuracy": "True emotion among the two likeliest",
    }
    return [
        Merit(
            f"Recall of {' · '.join(weakest)} (weakest emotions)",
            " · ".join(f"{recalls[name]:.2f}" for name in weakest),
            recalls[weakest[0]],
        ),
        *(
            Merit(title, _with_interval(folds, name), folds[name])
            for name, title in headline.items()
        ),
        Merit(
            f"UAR of the windows that get a result ({_percent(windows['share'])} of them do)",
            f"{windows['uar']:.3f}",
            windows["uar"],
        ),
    ]


def group_merits(folds: dict) -> list[Merit]:
    """UAR of folds, actors, sexes and intensities, the weakest of each named first."""
    by_fold = [fold["uar"] for fold in folds["per_fold"]]
    by_actor = [scores["uar"] for scores in folds["per_actor"].values()]
    return [
        _range(f"UAR of the weakest of the {len(by_fold)} folds · the strongest", by_fold),
        _range(f"UAR of the weakest of the {len(by_actor)} actors · the strongest", by_actor),
        _ranking("UAR of {} actors", folds["per_sex"]),
        _ranking("UAR of {} intensity (nothing neutral is strong)", folds["per_intensity"]),
    ]


def corpus_merits(results: dict) -> list[Merit]:
    """Figures that EMO-DB, acted German, has a part in."""
    abroad = results["cross_corpus"]["ravdess_to_emodb"]
    back = results["cross_corpus"]["emodb_to_ravdess"]
    speakers = results["emodb_speakers"]
    recalls = abroad["per_class_recall"]
    weakest = min(recalls, key=lambda name: recalls[name])
    closed = f"among the {len(recalls)} that both corpora have"
    names = len(speakers["labels"])
    return [
        Merit(
            "Another corpus and language (EMO-DB, acted German), *all actors*, no clip of it used "
            f"in training: recall of {weakest}",
            f"{recalls[weakest]:.2f}",
            recalls[weakest],
        ),
        Merit(
            f"EMO-DB, *all actors*: UAR, answer sought among all {len(EMOTIONS)} emotions · "
            f"{closed}",
            _open_and_closed(abroad),
            abroad["open_uar"],
        ),
        Merit(
            "The same recipe fitted on EMO-DB instead, on RAVDESS: UAR, answer sought among "
            f"EMO-DB's {names} emotions · {closed}",
            _open_and_closed(back),
            back["open_uar"],
        ),
        Merit(
            f"The same recipe fitted on {len(speakers['per_speaker']) - 1} speakers of EMO-DB, on "
            f"the one left out, each in turn, who says the same sentences: UAR, {names} emotions",
            _with_interval(speakers, "uar"),
            speakers["uar"],
        ),
    ]


def face_merits(results: dict) -> list[Merit]:
    """Figures of the synthetic face's movements."""
    morphs = results["morphs"]
    return [
        Merit(title, f"{morphs[name]:.2f}", morphs[name])
        for name, title in {
            "action_unit_correlation": "Action units of the actors' faces from their voice: "
            "mean correlation",
            "emotion_uar": "Emotion told from the face morphs alone, by a linear classifier: UAR",
            "jaw_correlation": f"Jaw opening against motion capture, {len(VALIDATION)} held-out "
            "recordings of the *training* speaker: correlation",
        }.items()
    ]


def project_limits(results: dict) -> list[Limit]:
    """Calibration and the gap between the sexes, beside what they may be."""
    folds, abroad = results["ravdess_folds"], results["cross_corpus"]["ravdess_to_emodb"]
    gap = folds["sex_gap"]["uar"]
    low, high = folds["sex_gap"]["difference_ci95"]
    return [
        Limit(
            "Expected calibration error on EMO-DB, *all actors*",
            f"{abroad['ece']:.3f}",
            abroad["ece"],
            TRANSFER_CALIBRATION_LIMIT,
        ),
        Limit(
            "Expected calibration error",
            _with_interval(folds, "ece"),
            folds["ece"],
            CALIBRATION_LIMIT,
        ),
        Limit(
            "Difference of UAR between women and men",
            f"{gap:.3f} (women's less men's: {low:+.2f} to {high:+.2f})",
            gap,
            SEX_GAP_LIMIT,
        ),
    ]


def _dotted(values: Iterable[float]) -> str:
    return " · ".join(f"{value:.3f}" for value in values)


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


def _range(title: str, values: list[float]) -> Merit:
    return Merit(title, f"{min(values):.2f} · {max(values):.2f}", min(values))


def _ranking(title: str, groups: dict[str, dict]) -> Merit:
    """UAR of each group, the weakest first."""
    names = sorted(groups, key=lambda name: groups[name]["uar"])
    values = [groups[name]["uar"] for name in names]
    return Merit(
        title.format(" · ".join(names)), " · ".join(f"{value:.2f}" for value in values), values[0]
    )


def _with_interval(scores: dict, name: str) -> str:
    low, high = scores["ci95"][name]
    digits = 3 if high < 0.1 else 2
    return f"{scores[name]:.3f} ({low:.{digits}f}–{high:.{digits}f})"


def _open_and_closed(scores: dict) -> str:
    return " · ".join(
        f"{scores[name]:.2f} ({scores['ci95'][name][0]:.2f}–{scores['ci95'][name][1]:.2f})"
        for name in ("open_uar", "uar")
    )


def _limit_row(one: Limit) -> str:
    verdict = "kept" if one.value <= one.limit else "**missed**"
    return f"| {one.title} | {one.text} | {one.limit:g} | {verdict} |"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
