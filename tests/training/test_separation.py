import numpy as np

from tests.training.examples import make_clips, make_examples
from training.separation import probe, separation_figures
from verhm.model.encoder import EncoderSettings
from verhm.model.network import NetworkSettings

LABELS = np.arange(400) % 4
IS_TEST = np.arange(400) >= 200


def test_a_probe_reads_what_is_there_and_nothing_else():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(400, 5))
    assert abs(probe(noise, LABELS, IS_TEST) - 1 / 4) < 0.1
    assert probe(noise + 5 * np.eye(5)[LABELS], LABELS, IS_TEST) > 0.95


def test_a_probe_does_not_see_what_it_is_asked():
    """In the test rows another feature tells the label, which would help a reader of both."""
    vectors = np.zeros((400, 2))
    vectors[:, 0] = np.where(IS_TEST, 0.0, LABELS % 2)
    vectors[:, 1] = np.where(IS_TEST, LABELS % 2, 0.0)
    assert probe(vectors, LABELS % 2, IS_TEST) == 0.5


def test_the_statement_stays_in_the_content_and_the_emotion_does_not():
    settings = NetworkSettings(EncoderSettings(layers=1, width=24, heads=2), pooled=(0,), trunk=0)
    clips = make_examples(make_clips(takes=4), features=settings.statistics)
    clips = clips.where(~clips.is_window)
    said = clips.statements == "two"
    means = np.random.default_rng(0).normal(0, 0.1, (len(said), 24))
    means[:, 0] += said
    means[:, 1] += clips.labels
    clips.statistics[:, :24] = means
    is_test = np.isin(clips.speakers, ("speaker-0", "speaker-1"))
    figures = separation_figures(clips, np.eye(8)[clips.labels], is_test, settings)
    assert figures["emotion_from_emotion"] == 1.0
    assert figures["statement_from_emotion"] < 0.6
    assert figures["emotion_from_content"] < 0.3
    assert figures["statement_from_content"] > 0.9
