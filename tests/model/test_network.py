import json
from dataclasses import asdict, replace

import pytest
import torch

from tests.model.tiny import SETTINGS, make_model, on_waveform
from verhm.model.erasure import Erasure
from verhm.model.network import Output, VoiceNetwork, read_sizes
from verhm.model.pooling import Windows
from verhm.model.synthesizer import MOUTH_MORPHS

BOTH = pytest.mark.parametrize("settings", [SETTINGS, on_waveform("wav2vec2")])
NAMES = ("embedding", "logits", "novelty", "content", "emotion")


@pytest.fixture
def network() -> VoiceNetwork:
    return make_model().network


def windows(segment: list[int], first: list[int], length: int = 40) -> Windows:
    return Windows(torch.tensor(segment), torch.tensor(first), length)


def sound(batch: int, frames: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Samples, and speech with a pause in it."""
    speech = torch.ones(batch, frames, dtype=torch.bool)
    speech[:, 30:37] = False
    return torch.randn(batch, frames * 320) * 0.1, speech


def hear(network: VoiceNetwork) -> Output:
    """The same two segments every time."""
    torch.manual_seed(1)
    return network(*sound(2, 100), windows([0, 0, 1], [0, 60, 10]))


def assert_same(one: Output, other: Output, *names: str) -> None:
    for name in names:
        torch.testing.assert_close(getattr(one, name), getattr(other, name))


@BOTH
@pytest.mark.parametrize(("frames", "tokens"), [(100, 50), (101, 51)])
def test_shapes_of_what_comes_out(settings, frames, tokens):
    network = make_model(settings=settings).network
    output = network(*sound(2, frames), windows([0, 0, 1], [0, frames - 41, 11], 41))
    assert output.embedding.shape == (3, 12)
    assert output.logits.shape == (3, 8)
    assert output.novelty.shape == (3,)
    assert output.content.shape == (2, frames, 32)
    assert output.emotion.shape == (2, tokens, 32)
    mouth = network.synthesizer(output.content, output.emotion)
    assert mouth.shape == (2, frames, len(MOUTH_MORPHS))


@BOTH
def test_segments_do_not_look_at_each_other(settings):
    network = make_model(settings=settings).network
    samples, speech = sound(2, 100)
    both = network(samples, speech, windows([0, 1], [5, 5]))
    for index in (0, 1):
        alone = network(samples[[index]], speech[[index]], windows([0], [5]))
        for name in NAMES:
            ours, theirs = getattr(alone, name)[0], getattr(both, name)[index]
            torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)


@BOTH
def test_what_the_encoder_sees_says_as_much_as_the_sound(settings):
    network = make_model(settings=settings).network
    (samples, speech), asked = sound(2, 100), windows([0, 1], [5, 20])
    usual = torch.linspace(-1.0, 1.0, 12)
    seen = network.encoder.features(samples)
    assert_same(
        network(samples, speech, asked, usual), network.read(seen, speech, asked, usual), *NAMES
    )


def test_a_usual_voice_is_taken_off_before_a_layer_of_its_own(network):
    (samples, speech), asked = sound(2, 100), windows([0, 1], [5, 20])
    plain = network(samples, speech, asked)
    against = network(samples, speech, asked, plain.embedding[0])
    assert_same(plain, against, "embedding", "novelty", "content", "emotion")
    torch.testing.assert_close(against.logits[0], network.compare.bias)
    torch.testing.assert_close(plain.logits, network.classify(plain.embedding))
    assert not torch.allclose(against.logits[1], plain.logits[1])


def test_novelty_is_read_off_the_statistics_components_alone(network):
    before = hear(network)
    torch.nn.init.normal_(network.branch.embed.weight)
    torch.nn.init.normal_(network.erase_statement.writer)
    after = hear(network)
    assert_same(before, after, "novelty")
    assert not torch.allclose(before.embedding, after.embedding)
    network.statistics.embed.weight *= 2
    torch.testing.assert_close(hear(network).novelty, 4 * before.novelty)


def test_statistics_come_first_in_the_embedding_and_the_branch_after_them(network):
    network.erase_statement = Erasure(12, 1)
    before = hear(network).embedding
    network.branch.embed.bias += 1.0
    torch.testing.assert_close(
        hear(network).embedding - before, torch.eye(12)[8:].sum(0).expand(3, -1)
    )


def test_what_is_erased_from_the_embedding_the_classifier_does_not_know(network):
    before = hear(network)
    erasure = network.erase_statement = Erasure(12, 1)
    axis = torch.nn.functional.normalize(torch.randn(12), dim=0)
    erasure.reader.copy_(axis[None])
    erasure.writer.copy_(axis[:, None])
    after = hear(network)
    torch.testing.assert_close(after.embedding @ axis, torch.zeros(3), atol=1e-5, rtol=0)
    torch.testing.assert_close(after.logits, network.classify(after.embedding))
    assert_same(before, after, "novelty", "content", "emotion")


def test_emotion_is_erased_from_the_content_and_from_nothing_else(network):
    before = hear(network)
    erasure = network.erase_emotion = Erasure(32, 7)
    axes = torch.linalg.qr(torch.randn(32, 7)).Q
    erasure.reader.copy_(axes.T)
    erasure.writer.copy_(axes)
    after = hear(network)
    torch.testing.assert_close(after.content @ axes, torch.zeros(2, 100, 7), atol=1e-4, rtol=0)
    assert after.content.abs().max() > 0.1
    assert_same(before, after, "embedding", "logits", "novelty", "emotion")


def test_both_branches_stand_on_the_layer_named_the_trunk():
    lower, upper = (make_model(settings=replace(SETTINGS, trunk=trunk)).network for trunk in (0, 1))
    upper.load_state_dict(lower.state_dict())
    before, after = hear(lower), hear(upper)
    assert_same(before, after, "novelty")
    assert not torch.allclose(before.content, after.content)
    assert not torch.allclose(before.emotion, after.emotion)


@BOTH
def test_sizes_come_back_from_json(settings):
    assert read_sizes(json.loads(json.dumps(asdict(settings)))) == settings


@pytest.mark.parametrize("change", [{"layers": 3}, {"encoder": {"depth": 3}}, {"encoder": None}])
def test_sizes_of_another_version_are_refused(change):
    with pytest.raises(TypeError):
        read_sizes({**asdict(SETTINGS), **change})
