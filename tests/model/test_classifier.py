import torch

from verhm.model.classifier import STATISTICS, EmotionClassifier, pool


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


def test_a_window_without_speech_is_described_whole():
    frames = torch.randn(1, 60, 4)
    nowhere = torch.zeros(1, 60, dtype=torch.bool)
    torch.testing.assert_close(pool(frames, nowhere), pool(frames, ~nowhere))


def test_order_of_frames_does_not_matter():
    frames = torch.randn(1, 60, 4)
    everywhere = torch.ones(1, 60, dtype=torch.bool)
    shuffled = frames[:, torch.randperm(60)]
    torch.testing.assert_close(pool(frames, everywhere), pool(shuffled, everywhere))


def test_no_windows_give_no_logits():
    classifier = EmotionClassifier(4 * STATISTICS, 3, 8)
    nothing = pool(torch.zeros(0, 60, 4), torch.zeros(0, 60, dtype=torch.bool))
    embedding, logits = classifier(nothing)
    assert embedding.shape == (0, 3)
    assert logits.shape == (0, 8)
