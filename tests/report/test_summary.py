"""What a summary says about timelines whose answer is known."""

import math

import numpy as np
import pytest
from scipy import signal

from tests.factories import make_analysis
from verhm.labels import CIRCUMPLEX, EMOTIONS
from verhm.report.summary import block_length, summarize
from verhm.types import EmotionTimeline, SpeechActivity, WindowStatus
from verhm.windows import window_bounds

SPEAKING = SpeechActivity(np.array([[0.0, 7_200.0]]))


def timeline_of(likeliest, certainty=1.0, status=None, window=3.0, hop=0.5) -> EmotionTimeline:
    """A timeline from the index of each window's likeliest emotion."""
    count = len(likeliest)
    starts, ends = window_bounds(window + (count - 1) * hop, window, hop)
    rest = (1 - certainty) / (len(EMOTIONS) - 1)
    probabilities = np.full((count, len(EMOTIONS)), rest)
    probabilities[np.arange(count), likeliest] = certainty
    return EmotionTimeline(starts, ends, probabilities, tuple(status or [WindowStatus.OK] * count))


def speech(seconds: float) -> SpeechActivity:
    return SpeechActivity(np.array([[0.0, seconds]]))


def test_a_constant_emotion_has_all_of_the_time_for_certain():
    summary = summarize(timeline_of([3] * 100), SPEAKING, seed=0)
    shares = {share.label: (share.share, share.low, share.high) for share in summary.shares}
    assert shares["sad"] == (1.0, 1.0, 1.0)
    assert all(shares[label] == (0.0, 0.0, 0.0) for label in EMOTIONS if label != "sad")
    np.testing.assert_allclose(summary.valence, CIRCUMPLEX["sad"][0])
    np.testing.assert_allclose(summary.arousal, CIRCUMPLEX["sad"][1])
    assert (summary.transitions, summary.analysed, summary.withheld) == (0.0, 1.0, "")


def test_two_emotions_by_turns_have_half_each():
    count = 115  # one minute
    summary = summarize(timeline_of([2, 4] * (count // 2) + [2]), SPEAKING, seed=0)
    shares = {share.label: share.share for share in summary.shares}
    assert shares["happy"] == pytest.approx(58 / 115)
    assert shares["angry"] == pytest.approx(57 / 115)
    assert summary.transitions == pytest.approx(count - 1)


def test_figures_are_bounded_and_shares_make_a_whole():
    analysis = make_analysis(120.0)
    summary = summarize(analysis.timeline, SPEAKING, seed=1)
    assert [share.label for share in summary.shares] == list(EMOTIONS)
    assert sum(share.share for share in summary.shares) == pytest.approx(1)
    assert all(0 <= share.low <= share.share <= share.high <= 1 for share in summary.shares)
    for mean, low, high in (summary.valence, summary.arousal):
        assert -1 <= low <= mean <= high <= 1


def test_the_seed_decides():
    timeline = make_analysis(120.0).timeline
    once, again, other = (summarize(timeline, SPEAKING, seed) for seed in (1, 1, 2))
    assert once == again
    assert once.valence[0] == other.valence[0]
    assert once.valence != other.valence


def test_windows_without_a_result_do_not_count():
    status = [WindowStatus.OK] * 100
    status[30:50] = [WindowStatus.NOISY] * 20
    likeliest = [3] * 100
    likeliest[30:50] = [4] * 20
    summary = summarize(timeline_of(likeliest, status=status), SPEAKING, seed=0)
    assert summary.shares[3].share == 1.0
    assert summary.transitions == 0
    assert summary.analysed == 0.8


def test_too_little_speech_is_said_in_words():
    summary = summarize(timeline_of([3] * 100), speech(4.7), seed=0)
    assert summary.withheld == (
        "E21 Only 4 s of speech found; 20 s are needed for a summary. Record for longer, in quiet."
    )
    assert (summary.shares, summary.speech) == ((), 4.7)
    assert all(map(math.isnan, (*summary.valence, *summary.arousal, summary.transitions)))


@pytest.mark.parametrize(("seconds", "is_withheld"), [(19.99, True), (20.0, False)])
def test_twenty_seconds_are_enough(seconds, is_withheld):
    summary = summarize(timeline_of([3] * 100), speech(seconds), seed=0)
    assert bool(summary.withheld) is is_withheld


@pytest.mark.parametrize(("missing", "is_withheld"), [(50, False), (51, True)])
def test_half_of_the_windows_are_enough(missing, is_withheld):
    status = [WindowStatus.UNCERTAIN] * missing + [WindowStatus.OK] * (100 - missing)
    summary = summarize(timeline_of([3] * 100, status=status), SPEAKING, seed=0)
    assert bool(summary.withheld) is is_withheld
    assert not is_withheld or summary.withheld.startswith("E23 Only 49 of 100 windows")


def test_a_withheld_summary_names_the_commonest_reason_and_what_to_do():
    status = [WindowStatus.OUT_OF_DOMAIN] * 60 + [WindowStatus.NOISY] * 20 + [WindowStatus.OK] * 20
    withheld = summarize(timeline_of([3] * 100, status=status), SPEAKING, seed=0).withheld
    assert withheld.startswith("E23 Only 20 of 100 windows have a result; at least half")
    assert "Most of the others: unfamiliar sound. Unlike" in withheld
    assert withheld.endswith("Judge by ear.")


def test_speech_counts_once_though_windows_overlap_and_only_where_there_is_a_result():
    # Windows from 0 to 21.5 s; those with a result reach from 0 to 12.5 s only.
    status = [WindowStatus.OK] * 20 + [WindowStatus.NOISY] * 18
    summary = summarize(timeline_of([3] * 38, status=status), SPEAKING, seed=0)
    assert summary.withheld.startswith("E21 Only 12 s of usable speech found")


def test_no_window_with_a_result_is_no_trouble():
    status = [WindowStatus.SILENCE] * 10
    nothing = SpeechActivity(np.empty((0, 2)))
    summary = summarize(timeline_of([0] * 10, status=status), nothing, seed=0)
    assert (summary.analysed, summary.withheld[:3]) == (0.0, "E21")


def test_analysed_spans_join_what_touches():
    status = [WindowStatus.OK, WindowStatus.OK, *[WindowStatus.NOISY] * 10, WindowStatus.OK]
    starts, ends = timeline_of([0] * 13, status=status).analysed_spans
    assert (starts.tolist(), ends.tolist()) == ([0.0, 6.0], [3.5, 9.0])


@pytest.mark.parametrize(("window", "hop", "count"), [(3.0, 0.5, 115), (6.0, 0.25, 30), (2, 2, 15)])
def test_blocks_reach_across_the_overlap(window, hop, count):
    length = block_length(timeline_of([0] * count, window=window, hop=hop))
    assert window / hop <= length <= count


def test_longer_recordings_are_known_better():
    rng = np.random.default_rng(0)

    def width(count):
        summary = summarize(timeline_of(rng.choice([2, 3], count)), SPEAKING, seed=0)
        return summary.shares[2].high - summary.shares[2].low

    assert width(14_400) < width(1_000) < width(115)


def coverage(courses) -> float:
    """How many intervals of the time spent happy hold one half, the truth for any such course."""
    covered = []
    for seed, course in enumerate(courses):
        timeline = timeline_of(np.where(course > 0, 2, 3))
        share = summarize(timeline, SPEAKING, seed).shares[2]
        covered.append(share.low <= 0.5 <= share.high)
    return float(np.mean(covered))


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """Independent sound, windows of six hops, one minute: 95 % of the intervals, give or take."""
    rng = np.random.default_rng(7)
    noise = (np.convolve(rng.normal(size=120), np.ones(6), "valid") for _ in range(200))
    assert 0.88 <= coverage(noise) <= 0.995


def test_five_minutes_cover_moods_of_ten_seconds_nearly_as_often():
    rng, kept = np.random.default_rng(7), np.exp(-0.5 / 10)  # from one hop to the next
    moods = (signal.lfilter([1], [1, -kept], rng.normal(size=800))[-600:] for _ in range(200))
    windows = (np.convolve(mood, np.ones(6), "valid") for mood in moods)
    assert 0.84 <= coverage(windows) <= 0.97
