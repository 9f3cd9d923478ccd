import torch

from tests.model.tiny import SETTINGS, make_model
from verhm.model.network import Windows
from verhm.model.synthesizer import MOUTH_MORPHS


def windows(segment: list[int], first: list[int], length: int = 40) -> Windows:
    return Windows(torch.tensor(segment), torch.tensor(first), length)


def test_shapes_of_what_comes_out():
    network = make_model().network
    samples = torch.randn(2, 100 * 320) * 0.1
    speech = torch.ones(2, 100, dtype=torch.bool)
    output = network(samples, speech, windows([0, 0, 1], [0, 60, 10]))
    assert output.embedding.shape == (3, SETTINGS.embedding)
    assert output.logits.shape == (3, 8)
    assert output.mouth.shape == (2, 100, len(MOUTH_MORPHS))


def test_segments_do_not_look_at_each_other():
    network = make_model().network
    samples = torch.randn(2, 100 * 320) * 0.1
    speech = torch.ones(2, 100, dtype=torch.bool)
    both = network(samples, speech, windows([0, 1], [5, 5]))
    for index in (0, 1):
        alone = network(samples[[index]], speech[[index]], windows([0], [5]))
        torch.testing.assert_close(alone.logits[0], both.logits[index], atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(alone.mouth[0], both.mouth[index], atol=1e-5, rtol=1e-4)


def test_windows_gather_their_frames():
    frames = torch.arange(20.0).reshape(2, 10)
    gathered = windows([1, 0], [2, 7], length=3).of(frames)
    torch.testing.assert_close(gathered, torch.tensor([[12.0, 13.0, 14.0], [7.0, 8.0, 9.0]]))
