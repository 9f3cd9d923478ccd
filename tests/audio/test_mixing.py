import numpy as np
import pytest

from verhm.audio.mixing import Mixer
from verhm.errors import AudioError


def noise(channels: int, count: int = 4_000) -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, (count, channels)).astype(np.float32)


def mixed(block: np.ndarray, only: int | None = None) -> Mixer:
    mixer = Mixer(100_000, block.shape[1], only)
    for part in np.array_split(block, 7):
        mixer.append(part)
    return mixer


def test_blocks_add_up_to_the_average():
    block = noise(3)
    np.testing.assert_allclose(mixed(block).finish(), block.mean(axis=1), atol=1e-7)


def test_one_channel_can_be_kept():
    block = noise(3)
    np.testing.assert_array_equal(mixed(block, only=2).finish(), block[:, 2])


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_unrelated_channels_are_not_cancelled(channels):
    assert not mixed(noise(channels)).is_cancelled


def test_one_sounding_channel_is_not_cancelled():
    assert not mixed(noise(8) * np.eye(8, dtype=np.float32)[3]).is_cancelled


def test_channels_of_opposite_sign_are_cancelled_and_the_louder_is_known():
    voice = noise(1)
    mixer = mixed(np.hstack([voice, -1.1 * voice]))
    assert mixer.is_cancelled
    assert mixer.loudest_channel == 1


def test_silence_is_not_cancelled():
    assert not mixed(np.zeros((100, 2), dtype=np.float32)).is_cancelled


@pytest.mark.parametrize("gain", [1.0, -1.0, 0.3])
def test_one_sound_on_two_channels_is_known_at_any_gain(gain):
    voice = noise(1)
    assert mixed(np.hstack([voice, gain * voice])).is_twice_the_same


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5])
def test_two_sounds_are_two_however_much_of_one_is_heard_in_the_other(share):
    block = noise(2)
    block[:, 1] = share * block[:, 1] + block[:, 0]
    assert mixed(block).is_twice_the_same is (share == 0.0)


def test_an_offset_that_a_sound_card_adds_to_both_makes_no_sound_of_two():
    assert not mixed(noise(2) + np.float32(3)).is_twice_the_same
    voice = noise(1)
    assert mixed(np.hstack([voice + np.float32(1), voice])).is_twice_the_same


@pytest.mark.parametrize("block", [noise(1), noise(2) * (1, 0), noise(2) * 0, noise(3)])
def test_silence_and_other_numbers_of_channels_are_not_twice_the_same(block):
    assert not mixed(block.astype(np.float32)).is_twice_the_same


def test_the_level_beside_the_kept_channel_is_that_of_its_loudest_block_without_offset():
    block = np.zeros((7_000, 2), dtype=np.float32)
    block[:, 0] = 0.9  # the kept one does not count
    block[:, 1] = 0.4  # an offset is no sound
    assert mixed(block, only=0).other_level < -100
    block[2_000:3_000, 1] += 0.1 * np.resize([1, -1], 1_000)
    assert mixed(block, only=0).other_level == pytest.approx(-20, abs=1e-3)
    assert np.isnan(mixed(block).other_level)


def test_a_click_in_the_short_block_at_the_end_is_no_louder_than_elsewhere():
    mixer = Mixer(2_000, 2, only=0)
    block = np.zeros((1_000, 2), dtype=np.float32)
    mixer.append(block)
    block[0, 1] = 1.0
    mixer.append(block[:2])
    assert mixer.other_level == pytest.approx(-33, abs=0.1)  # half of a thousandth


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 5.0])
def test_values_that_are_not_sound_are_refused(value):
    block = noise(2)
    block[77, 1] = value
    with pytest.raises(AudioError, match="E14"):
        mixed(block)


def test_more_than_the_longest_is_refused():
    mixer = Mixer(100, 1)
    mixer.append(noise(1, 100))
    with pytest.raises(AudioError, match="E15"):
        mixer.append(noise(1, 1))
    assert len(mixer.finish()) == 100
