"""The figures of the model card: which are shown, under what name, and what they may be."""

from collections.abc import Iterable
from dataclasses import dataclass

from training.corpora.facegood import VALIDATION
from training.parts import BRANCH, STATISTICS, WITHOUT_COPIES
from verhm.labels import EMOTIONS

# What this project asks of itself: expected calibration error on known and on other corpora, how
# far women's and men's unweighted average recall may lie apart, how much a probe may read of what
# was to be taken out, and how often lips may meet in an open vowel.
CALIBRATION_LIMIT, TRANSFER_CALIBRATION_LIMIT, SEX_GAP_LIMIT = 0.05, 0.10, 0.075
EMOTION_LEAK_LIMIT, STATEMENT_LEAK_LIMIT, CLOSED_VOWELS_LIMIT = 0.30, 0.65, 0.10


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
            Merit(title, with_interval(folds, name), folds[name])
            for name, title in headline.items()
        ),
        Merit(
            "UAR of its parts alone: a linear head on the frozen trunk's statistics · the tuned "
            "branch",
            dotted(folds["parts"][name] for name in (STATISTICS, BRANCH)),
            min(folds["parts"][name] for name in (STATISTICS, BRANCH)),
        ),
        Merit(
            "UAR of these two parts, had they not learned from perturbed copies",
            dotted(folds["parts"][name + WITHOUT_COPIES] for name in (STATISTICS, BRANCH)),
            min(folds["parts"][name + WITHOUT_COPIES] for name in (STATISTICS, BRANCH)),
        ),
        Merit(
            f"UAR of the windows that get a result ({percent(windows['share'])} of them do)",
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
    weakest = sorted(recalls, key=lambda name: recalls[name])[:3]
    closed = f"among the {len(recalls)} that both corpora have"
    names = len(speakers["labels"])
    return [
        Merit(
            "Another corpus and language (EMO-DB, acted German), *all actors*, heard by neither "
            f"layers nor branch: recall of {' · '.join(weakest)} (weakest emotions)",
            " · ".join(f"{recalls[name]:.2f}" for name in weakest),
            recalls[weakest[0]],
        ),
        Merit(
            f"EMO-DB, *all actors*: UAR, answer sought among all {len(EMOTIONS)} emotions · "
            f"{closed}",
            _open_and_closed(abroad),
            abroad["open_uar"],
        ),
        _abroad_with_baseline(abroad["by_clips_in_baseline"]),
        Merit(
            "A linear head on the same statistics, fitted on EMO-DB, on RAVDESS: UAR, answer "
            f"sought among EMO-DB's {names} emotions · {closed}",
            _open_and_closed(back),
            back["open_uar"],
        ),
        Merit(
            f"A linear head on the same statistics, fitted on {len(speakers['per_speaker']) - 1} "
            "speakers of EMO-DB, on the one left out, each in turn, who says the same sentences: "
            f"UAR, {names} emotions",
            with_interval(speakers, "uar"),
            speakers["uar"],
        ),
    ]


def face_merits(results: dict) -> list[Merit]:
    """Figures of the synthetic face's movements."""
    morphs = results["morphs"]
    units = {name: r for name, r in morphs["action_units"].items() if name != "mean"}
    weakest = min(units, key=lambda name: units[name])
    return [
        Merit(
            f"The expression's action units, before speech is added, and the actors': correlation, "
            f"mean of {len(units)} · of the weakest, {weakest}",
            f"{morphs['action_units']['mean']:.2f} · {units[weakest]:.2f}",
            units[weakest],
        ),
        Merit(
            "Emotion told from the face's morphs alone, by dense layers: UAR",
            f"{morphs['emotion_uar']:.2f}",
            morphs["emotion_uar"],
        ),
        Merit(
            f"Jaw opening against motion capture, *all actors*, {len(VALIDATION)} held-out "
            "recordings of the *training* speaker: correlation",
            f"{morphs['jaw_correlation']:.2f}",
            morphs["jaw_correlation"],
        ),
        Merit(
            f"Lips that meet in m, b and p of held-out synthesised voices, *all actors*, "
            f"{morphs['lips']['bilabials']} of "
            "them",
            f"{morphs['lips']['closure']:.2f}",
            morphs["lips"]["closure"],
        ),
    ]


def separation_merits(folds: dict) -> list[Merit]:
    """What belongs into each embedding."""
    found = folds["separation"]
    return [
        Merit(
            f"{title}, by a logistic regression: UAR",
            f"{found[name]:.2f}",
            found[name],
        )
        for name, title in {
            "emotion_from_emotion": "Emotion told from the emotion embedding",
            "statement_from_content": "Which of two sentences, told from the content",
        }.items()
    ]


def project_limits(results: dict) -> list[Limit]:
    """Calibration, the gap between the sexes, leaks and faults of the mouth, and their limits."""
    folds, abroad = results["ravdess_folds"], results["cross_corpus"]["ravdess_to_emodb"]
    gap = folds["sex_gap"]["uar"]
    low, high = folds["sex_gap"]["difference_ci95"]
    worst_fold = max(fold["ece"] for fold in folds["per_fold"])
    return [
        Limit(
            "Expected calibration error on EMO-DB, *all actors*",
            f"{abroad['ece']:.3f}",
            abroad["ece"],
            TRANSFER_CALIBRATION_LIMIT,
        ),
        Limit(
            "Expected calibration error",
            with_interval(folds, "ece"),
            folds["ece"],
            CALIBRATION_LIMIT,
        ),
        Limit(
            "Difference of UAR between women and men",
            f"{gap:.3f} (women's less men's: {low:+.2f} to {high:+.2f})",
            gap,
            SEX_GAP_LIMIT,
        ),
        Limit(
            "Expected calibration error of the worst of the folds",
            f"{worst_fold:.3f}",
            worst_fold,
            CALIBRATION_LIMIT,
        ),
        *_leaks(folds["separation"]),
        Limit(
            "Open vowels of synthesised voices in which the lips meet",
            f"{results['morphs']['lips']['closed_vowels']:.2f}",
            results["morphs"]["lips"]["closed_vowels"],
            CLOSED_VOWELS_LIMIT,
        ),
        Limit(
            "Restlessness of the mouth, the captured one's being 1",
            f"{results['morphs']['jitter']:.2f}",
            results["morphs"]["jitter"],
            1.0,
        ),
    ]


def _leaks(found: dict[str, float]) -> list[Limit]:
    """What readers find of that which was to be taken out."""
    asked = {
        "emotion_from_content": (
            "Emotion told from a clip's mean content (chance: 0.125)",
            EMOTION_LEAK_LIMIT,
        ),
        "statement_from_emotion": (
            "Which of two sentences, told from the emotion embedding (chance: 0.5)",
            STATEMENT_LEAK_LIMIT,
        ),
    }
    readers = {"": "a linear reader", "_by_dense_layers": "dense layers"}
    return [
        Limit(
            f"{title} by {reader}: UAR", f"{found[name + ending]:.2f}", found[name + ending], limit
        )
        for name, (title, limit) in asked.items()
        for ending, reader in readers.items()
    ]


def dotted(values: Iterable[float]) -> str:
    return " · ".join(f"{value:.3f}" for value in values)


def _range(title: str, values: list[float]) -> Merit:
    return Merit(title, f"{min(values):.2f} · {max(values):.2f}", min(values))


def _ranking(title: str, groups: dict[str, dict]) -> Merit:
    """UAR of each group, the weakest first."""
    names = sorted(groups, key=lambda name: groups[name]["uar"])
    values = [groups[name]["uar"] for name in names]
    return Merit(
        title.format(" · ".join(names)), " · ".join(f"{value:.2f}" for value in values), values[0]
    )


def with_interval(scores: dict, name: str) -> str:
    low, high = scores["ci95"][name]
    digits = 3 if high < 0.1 else 2
    return f"{scores[name]:.3f} ({low:.{digits}f}–{high:.{digits}f})"


def _abroad_with_baseline(scores: dict[str, dict]) -> Merit:
    """The other corpus read against its speakers' usual voices."""
    found = [one["open_uar"] for one in scores.values()]
    return Merit(
        f"EMO-DB, *all actors*, read against {' · '.join(scores)} other clips of the same speaker: "
        f"UAR, answer sought among all {len(EMOTIONS)} emotions",
        dotted(found),
        min(found),
    )


def _open_and_closed(scores: dict) -> str:
    return " · ".join(
        f"{scores[name]:.2f} ({scores['ci95'][name][0]:.2f}–{scores['ci95'][name][1]:.2f})"
        for name in ("open_uar", "uar")
    )


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"
