import torch

from verhm.labels import MORPHS
from verhm.model.synthesizer import MOUTH_COLUMNS, MOUTH_MORPHS, MouthSynthesizer


def test_weights_lie_between_0_and_1_whatever_comes_in():
    network = MouthSynthesizer(8, 6).eval()
    weights = network(torch.randn(2, 50, 8) * 100)
    assert weights.shape == (2, 50, len(MOUTH_MORPHS))
    assert weights.min() >= 0
    assert weights.max() <= 1


def test_a_frame_depends_on_a_third_of_a_second_to_each_side():
    network = MouthSynthesizer(8, 6).eval()
    frames = torch.randn(1, 100, 8)
    changed = frames.clone()
    changed[:, 70:] += 1.0
    before, after = network.write_freely(frames), network.write_freely(changed)
    torch.testing.assert_close(before[:, :55], after[:, :55])
    assert not torch.allclose(before[:, 60:70], after[:, 60:70])


def test_columns_name_the_mouth():
    assert tuple(MORPHS[column] for column in MOUTH_COLUMNS) == MOUTH_MORPHS
