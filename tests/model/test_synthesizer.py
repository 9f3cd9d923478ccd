import pytest
import torch

from verhm.labels import MORPHS
from verhm.model.synthesizer import MOUTH_COLUMNS, MOUTH_MORPHS, MouthSynthesizer

FRAMES, TOKENS = 200, 100


@pytest.fixture
def network() -> MouthSynthesizer:
    torch.manual_seed(0)
    network = MouthSynthesizer(features=8, width=8, pace=2).eval().requires_grad_(False)
    torch.nn.init.normal_(network.neutral)
    torch.nn.init.uniform_(network.spread, 0.5, 2.0)
    return network


@pytest.fixture
def content(network) -> torch.Tensor:
    return torch.randn(1, FRAMES, 8)


@pytest.fixture
def emotion(network) -> torch.Tensor:
    return torch.randn(1, TOKENS, 8)


def moved(before: torch.Tensor, after: torch.Tensor) -> list[int]:
    """Frames that differ."""
    return torch.nonzero((before - after)[0].abs().amax(dim=1) > 1e-6).flatten().tolist()


@pytest.mark.parametrize("frames", [1, 50, 51])
def test_weights_lie_between_0_and_1_whatever_comes_in(network, frames):
    emotion = torch.randn(2, (frames + 1) // 2, 8) * 100
    weights = network(torch.randn(2, frames, 8) * 100, emotion)
    assert weights.shape == (2, frames, len(MOUTH_MORPHS))
    assert weights.min() >= 0
    assert weights.max() <= 1


def test_a_frame_depends_on_a_third_of_a_second_of_content_to_each_side(network, content, emotion):
    changed = content.clone()
    changed[:, 70:] += 1.0
    before, after = (network.write_freely(frames, emotion) for frames in (content, changed))
    assert moved(before, after)[0] in range(55, 60)


def test_a_frame_asks_for_the_emotion_of_half_a_second_to_each_side(network, content, emotion):
    for convolution in network.mix:
        torch.nn.init.zeros_(convolution.weight)
    network.write.weight[..., [0, 2]] = 0.0  # now no frame looks at its neighbours
    changed = emotion.clone()
    changed[:, 50] += 10.0
    before, after = (network.write_freely(content, tokens) for tokens in (emotion, changed))
    assert moved(before, after) == list(range(2 * (50 - 12), 2 * (50 + 12) + 2))


def test_at_intensity_0_the_emotion_does_not_matter(network, content, emotion):
    neutral = network.write_freely(content, emotion, 0.0)
    other = network.write_freely(content, -5 * emotion, 0.0)
    torch.testing.assert_close(neutral, other, rtol=0, atol=0)
    assert moved(neutral, network.write_freely(content, emotion))


def test_neutral_tokens_give_the_mouth_of_intensity_0(network, content, emotion):
    neutral = network.neutral.expand_as(emotion)
    for intensity in (1.0, 2.0):
        torch.testing.assert_close(
            network.write_freely(content, neutral, intensity),
            network.write_freely(content, emotion, 0.0),
        )


@pytest.mark.parametrize("intensity", [0.5, 2.0])
def test_intensity_is_distance_from_neutral_before_the_mouth(network, content, emotion, intensity):
    moved_away = network.neutral + intensity * (emotion - network.neutral)
    torch.testing.assert_close(
        network.write_freely(content, emotion, intensity),
        network.write_freely(content, moved_away, 1.0),
        rtol=1e-4,
        atol=1e-5,
    )


def test_columns_name_the_mouth():
    assert tuple(MORPHS[column] for column in MOUTH_COLUMNS) == MOUTH_MORPHS
