"""How often a trend is called changed: simulated patients who change, and who do not.

    python -m benchmarks.trends

Each patient has usual shares of the emotions, and each session shares drawn about them. A session
is made of moods that last seconds, heard through overlapping windows with errors, and is summed up
as a real one. A change is twice the least that can be detected (MDC95 = 1.96 · √2 · the standard
error of measurement, which here is known from all of a patient's sessions) in one emotion.
"""

import argparse
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from verhm.change import LEAST_USUAL, change_points, compare, find_usual
from verhm.labels import EMOTIONS
from verhm.report.summary import summarize
from verhm.types import EmotionTimeline, SpeechActivity, WindowStatus

SECONDS, WINDOW, HOP = 240.0, 3.0, 0.5  # of a session
LATER = 4  # sessions that are held against the usual ones
SERIES = 12  # sessions in which change points are looked for
_MOOD = 8.0  # s that one lasts on average
_HEARD, _NOISE = 3.0, 0.5  # logits for a mood that fills a window, and their error
_RARE = 0.1  # emotions of a smaller share are not chosen to change: they may have nowhere to go


@dataclass(frozen=True)
class Outcome:
    """What was found in simulated patients.

    Attributes:
        false_flags: share of unchanged sessions with a reliable change in any emotion
        found: share of changes of twice the MDC that are flagged
    """

    false_flags: float
    found: float


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.trends", description=__doc__)
    parser.add_argument("--patients", type=int, default=300, help="of each kind (300)")
    count = parser.parse_args().patients
    print("sessions vary        usual  unchanged flagged  2 x MDC found  unchanged series cut")
    for steadiness, word in ((np.inf, "by chance alone"), (60.0, "a little"), (20.0, "much")):
        rng = np.random.default_rng(0)
        patients = [make_patient(rng, SERIES, steadiness) for _ in tqdm(range(count), word)]
        cut = np.mean([bool(change_points(shares)) for shares in patients])
        for usual in range(LEAST_USUAL, SERIES - LATER + 1):
            found = judge(patients, usual, rng)
            print(
                f"{word:20} {usual:5}  {found.false_flags:17.3f}  {found.found:13.3f}"
                + (f"  {cut:20.3f}" if usual == LEAST_USUAL else "")
            )


def make_patient(rng: np.random.Generator, sessions: int, steadiness: float) -> np.ndarray:
    """(N, K) shares of the sessions of a patient who does not change.

    Args:
        rng: decides everything
        sessions: N
        steadiness: of a Dirichlet distribution about the usual shares; the larger, the more alike
            are the sessions, up to infinity
    """
    usual = 0.97 * rng.dirichlet(np.full(len(EMOTIONS), 0.5)) + 0.03 / len(EMOTIONS)
    each = [
        usual if np.isinf(steadiness) else rng.dirichlet(steadiness * usual)
        for _ in range(sessions)
    ]
    return np.array([hear_session(shares, rng) for shares in each])


def hear_session(shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """(K,) shares of a session's summary, in which moods take turns by their shares."""
    count = round((SECONDS - WINDOW) / HOP) + 1
    reach = round(WINDOW / HOP)
    moods: list[int] = []
    while len(moods) < count + reach:
        moods += [rng.choice(len(shares), p=shares)] * max(1, round(rng.exponential(_MOOD) / HOP))
    present = np.eye(len(shares))[moods[: count + reach]]
    running = np.cumsum(np.vstack([np.zeros(len(shares)), present]), axis=0)
    share = (running[reach : reach + count] - running[:count]) / reach
    logits = _HEARD * share + rng.normal(0, _NOISE, share.shape)
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    starts = np.arange(count) * HOP
    status = (WindowStatus.OK,) * count
    timeline = EmotionTimeline(starts, starts + WINDOW, probabilities, status)
    summary = summarize(timeline, SpeechActivity(np.array([[0.0, SECONDS]])), seed=0)
    return np.array([one.share for one in summary.shares])


def judge(patients: list[np.ndarray], usual: int, rng: np.random.Generator) -> Outcome:
    """Hold later sessions against the first `usual` ones, as they are and with a change added."""
    flags, found = [], []
    for shares in patients:
        known = find_usual(shares[:usual], np.full(usual, SECONDS))
        later = shares[usual : usual + LATER]
        flags += [compare(known, session).is_reliable.any() for session in later]
        places = np.arcsin(np.sqrt(shares))
        often = np.flatnonzero(shares.mean(axis=0) >= _RARE)
        error = np.sqrt(places[:, often].var(axis=0, ddof=1).mean())
        emotion = rng.choice(often)
        moved = later[0].copy()
        place = places[usual, emotion]
        change = 2 * 1.96 * np.sqrt(2) * error
        # Upwards, or downwards where there is no room.
        place = place + change if place + change <= np.pi / 2 else place - change
        if place >= 0:
            moved[emotion] = np.sin(place) ** 2
            found.append(compare(known, moved).is_reliable[emotion])
    return Outcome(float(np.mean(flags)), float(np.mean(found)))


if __name__ == "__main__":
    main()
