import itertools

import pytest
import torch

from verhm.model.pooling import STATISTICS, Windows, pool


def windows(segment: list[int], first: list[int], length: int) -> Windows:
    return Windows(torch.tensor(segment), torch.tensor(first), length)


def test_windows_gather_their_frames():
    frames = torch.arange(20.0).reshape(2, 10)
    gathered = windows([1, 0], [2, 7], length=3).of(frames)
    torch.testing.assert_close(gathered, torch.tensor([[12.0, 13.0, 14.0], [7.0, 8.0, 9.0]]))


@pytest.mark.parametrize("frames", [1, 2, 3, 8, 9])
def test_at_any_pace_every_window_lies_within_its_segment(frames):
    tokens = torch.arange((frames + 1) // 2)[None]
    for first, length in itertools.product(range(frames), range(1, frames + 1)):
        if first + length <= frames:
            gathered = windows([0], [first], length).at_pace(2).of(tokens)
            assert gathered.shape == (1, max(1, length // 2))
            assert gathered[0, 0] == first // 2


def test_pooling_looks_at_speech_only():
    frames = torch.randn(2, 60, 4)
    speech = torch.zeros(2, 60, dtype=torch.bool)
    speech[:, 10:40] = True
    changed = frames.clone()
    changed[:, 40:] = 99.0
    torch.testing.assert_close(pool(frames, speech), pool(changed, speech))


def test_pooling_of_a_known_window():
    frames = torch.tensor([0.0, 2.0]).repeat(10).reshape(1, 20, 1)
    everywhere = torch.ones(1, 20, dtype=torch.bool)
    torch.testing.assert_close(pool(frames, everywhere), torch.tensor([[1.0, 1.0]]))


@pytest.mark.parametrize(("spoken", "is_whole"), [(0, True), (11, True), (12, False)])
def test_a_window_nearly_without_speech_is_described_whole(spoken, is_whole):
    frames = torch.randn(1, 60, 4)
    everywhere = torch.ones(1, 60, dtype=torch.bool)
    speech = torch.arange(60)[None] < spoken
    whole = torch.allclose(pool(frames, speech), pool(frames, everywhere))
    assert whole is is_whole


def test_order_of_frames_does_not_matter():
    frames = torch.randn(1, 60, 4)
    everywhere = torch.ones(1, 60, dtype=torch.bool)
    shuffled = frames[:, torch.randperm(60)]
    torch.testing.assert_close(pool(frames, everywhere), pool(shuffled, everywhere))


def test_no_windows_give_no_statistics():
    nothing = pool(torch.zeros(0, 60, 4), torch.zeros(0, 60, dtype=torch.bool))
    assert nothing.shape == (0, 4 * STATISTICS)
