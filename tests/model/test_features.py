import torch

from verhm.model.features import LogMel


def speechlike(seconds: float = 1.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    times = torch.arange(round(16_000 * seconds)) / 16_000
    tone = torch.sin(2 * torch.pi * 220 * times) * torch.sin(2 * torch.pi * 3 * times) ** 2
    return (0.3 * tone + 0.01 * torch.randn(len(times), generator=generator))[None]


def test_gain_changes_nothing():
    loud = speechlike()
    for gain in (0.5, 0.01, 1e-4):
        torch.testing.assert_close(LogMel()(loud * gain), LogMel()(loud), atol=1e-4, rtol=0)


def test_a_hundred_frames_a_second():
    assert LogMel()(speechlike(1.5)).shape == (1, 80, 150)


def test_values_stay_within_eight_decades():
    mel = LogMel()(speechlike())
    assert mel.max() == (1.5 + 4.0) / 4.0
    assert mel.min() >= mel.max() - 2.0


def test_silence_is_at_the_floor():
    mel = LogMel()(torch.zeros(1, 16_000))
    torch.testing.assert_close(mel, torch.full_like(mel, (1.5 - 8.0 + 4.0) / 4.0))
