import numpy as np

from verhm.audio.levels import contains, decibels, frame_power
from verhm.types import SpeechActivity, Waveform


def test_decibels_of_known_powers():
    np.testing.assert_allclose(decibels(np.array([1.0, 0.01, 0.0])), [0.0, -20.0, -120.0])


def test_power_of_whole_frames_without_the_offset():
    samples = np.array([1.2, 0.8, 1.0, 1.0, 1.2, 0.8, 5.0], dtype=np.float32)
    samples[-1] = 7.0 - samples[:-1].sum()
    power = frame_power(Waveform(samples, 8_000), 2)
    np.testing.assert_allclose(power, [0.04, 0.0, 0.04], atol=1e-6)


def test_nothing_has_no_frames():
    assert len(frame_power(Waveform(np.zeros(0, dtype=np.float32), 8_000), 80)) == 0


def test_times_within_spans():
    activity = SpeechActivity(np.array([[1.0, 2.0], [2.0, 3.0], [5.0, 6.0]]))
    times = np.array([0.5, 1.0, 2.0, 2.5, 3.0, 4.0, 5.5, 6.5])
    expected = [False, True, True, True, False, False, True, False]
    assert contains(activity, times).tolist() == expected
    assert not contains(SpeechActivity(np.zeros((0, 2))), times).any()
