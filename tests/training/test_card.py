import copy
import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest

from training.card import CARD, describe_model, most_confused

PRETRAINED = Path(__file__).parents[2] / "pretrained"
RESULTS = json.loads((PRETRAINED / "results.json").read_text(encoding="utf-8"))


def table(card: str, heading: str) -> list[list[str]]:
    """Cells of the rows under a table's head."""
    lines = card.split(heading, 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_shipped_card_is_what_the_shipped_results_say():
    assert (PRETRAINED / CARD).read_text(encoding="utf-8") == describe_model(RESULTS)


def test_its_pictures_are_shipped():
    pictures = re.findall(r"!\[.+\]\((.+)\)", describe_model(RESULTS))
    assert len(pictures) == 3
    for name in pictures:
        assert 0 < (PRETRAINED / name).stat().st_size < 60_000


def test_the_worst_results_come_first():
    rows = table(describe_model(RESULTS), "| Figure (1 is perfect) ")
    worst = [min(float(number) for number in _values(value)) for _, value in rows]
    # Some figures have two digits, others three.
    assert all(later > earlier - 0.005 for earlier, later in itertools.pairwise(worst))
    assert len(rows) > 10


def _values(text: str) -> list[str]:
    """Numbers outside brackets: the figures without their intervals."""
    return re.findall(r"\d+\.\d+", re.sub(r"\(.*?\)", "", text))


@pytest.mark.parametrize(("value", "verdict"), [(0.08, "**missed**"), (0.07, "kept")])
def test_a_limit_that_is_not_kept_is_said_to_be_missed(value, verdict):
    results = copy.deepcopy(RESULTS)
    results["ravdess_folds"]["sex_gap"]["uar"] = value
    rows = table(describe_model(results), "| Figure (0 is perfect) ")
    assert {cells[3] for cells in rows if "women and men" in cells[0]} == {verdict}


def test_it_says_what_a_baseline_is_worth():
    by_count = RESULTS["ravdess_folds"]["baseline"]["uar_by_clips_in_baseline"]
    card = " ".join(describe_model(RESULTS).split())
    assert f"With {' · '.join(by_count)} of them UAR is {by_count['10']:.3f} · " in card
    plain = RESULTS["ravdess_folds"]["baseline"]["uar_by_clips_in_plain_mean"]
    assert f"the plain mean of {' · '.join(plain)} clips {plain['1']:.3f} · " in card
    assert min(by_count.values()) > RESULTS["ravdess_folds"]["uar"]


def test_it_says_how_far_each_is_told_from_the_other_by_every_reader():
    separation = RESULTS["ravdess_folds"]["separation"]
    card = describe_model(RESULTS)
    shown = {
        cells[1]
        for heading in ("| Figure (1 is ", "| Figure (0 is ")
        for cells in table(card, heading)
    }
    assert {f"{value:.2f}" for value in separation.values()} <= shown


def test_a_worse_result_moves_up():
    results = copy.deepcopy(RESULTS)
    results["morphs"]["jaw_correlation"] = 0.01
    assert table(describe_model(results), "| Figure (1 is perfect) ")[0][1] == "0.01"


def test_emotions_are_confused_in_either_direction():
    counts = np.array([[9, 1, 0], [4, 9, 2], [0, 4, 9]])
    assert most_confused(counts, ("a", "b", "c"), pairs=2) == "b and c (6), a and b (5)"


def test_the_card_says_what_the_model_is_not_for():
    card = " ".join(describe_model(RESULTS).split())
    for words in (
        "**Not for** diagnosis, risk or suicide screening, triage, employment",
        "It does not measure what a person feels.",
        "non-commercial use only",
        "**Acted speech.**",
    ):
        assert words in card
