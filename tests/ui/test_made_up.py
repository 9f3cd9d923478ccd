"""What the app made up says so, and nothing else does."""

from tests.factories import make_analysis
from ui.made_up import CAPTION, MODEL, is_made_up, marked
from verhm.face.picture import caption_band
from verhm.settings import VideoSettings

FOUND = make_analysis(2.0).model


def test_only_the_demonstration_s_results_are_made_up():
    assert is_made_up(MODEL)
    assert not is_made_up(FOUND)
    assert not is_made_up(None)


def test_pictures_of_a_made_up_result_say_so():
    assert marked(VideoSettings(720, "man"), MODEL) == VideoSettings(720, "man", CAPTION)
    assert "synthetic" in CAPTION and "made-up" in CAPTION


def test_pictures_of_a_model_s_result_stay_as_they_are():
    assert marked(VideoSettings(), FOUND) == VideoSettings()


def test_the_words_fit_into_the_smallest_video_that_is_offered():
    words = caption_band(512, 512, CAPTION)[..., :3].max(axis=(0, 2))
    lit = (words > 200).nonzero()[0]
    assert lit[-1] < 512 - 512 * 0.035  # as much room at the right as at the left
