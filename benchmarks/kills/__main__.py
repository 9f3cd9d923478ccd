"""Whether the app can be killed at any moment without losing what it acknowledged.

`python -m benchmarks.kills [--kills 500 --seconds N --seed 1]` starts the app over an encrypted
folder, works at it over HTTP, and kills its whole process group at a seeded moment: while it
starts, migrates a folder of the first version, takes in an upload or a take, saves, analyses,
draws, is backed up, or erases. After each kill, and after the start that follows, it looks at all
that was acknowledged, at the database, the log and every file. Each tenth life is one of `app.py`;
the others are forked, and slim: the whole app, but for model and renderer, which take seconds. The
last line is one JSON object.
"""

import argparse
import json
import tempfile
from collections import Counter
from pathlib import Path

from tqdm import tqdm

from benchmarks.kills.campaign import Campaign, Outcome, plans


def main() -> None:
    """Kill, look, print; exit with 1 when anything was lost, changed or left."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=500, help="how many (500)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="at most, in all")
    parser.add_argument("--seed", type=int, default=1, help="decides all of them (1)")
    parser.add_argument("--true-every", type=int, default=10, help="lives of app.py (each 10th)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lives = plans(options.kills, options.seed, options.true_every)
        campaign = Campaign(Path(folder), options.seed)
        outcome = campaign.run(tqdm(lives, unit="kill", disable=None), options.seconds)
    print(report(outcome))
    raise SystemExit(1 if outcome.violations else 0)


def report(outcome: Outcome) -> str:
    """The figures, in lines."""
    kills, found = outcome.kills, Counter(before for before, _ in outcome.violations)
    phases = sorted({phase for _, phase in kills} | set(found))
    lines = [f"{'killed at':12} {'slim':>6} {'app.py':>6} {'violations':>10}"]
    for phase in phases:
        slim, true = kills[False, phase], kills[True, phase]
        lines.append(f"{phase:12} {slim:6} {true:6} {found[phase]:10}")
    trues = sum(count for (is_true, _), count in kills.items() if is_true)
    lines.append(f"{'all':12} {kills.total() - trues:6} {trues:6} {found.total():10}")
    lines += [f"after {before}: {what}" for before, what in outcome.violations]
    lines.append(f"{outcome.resumed} jobs went on at a start; {outcome.seconds:.0f} s in all")
    figures = {
        "kills": kills.total(),
        "true": trues,
        "violations": found.total(),
        "resumed": outcome.resumed,
        "seconds": round(outcome.seconds),
        "by_phase": {phase: kills[False, phase] + kills[True, phase] for phase in phases},
    }
    return "\n".join([*lines, json.dumps(figures)])


if __name__ == "__main__":
    main()
