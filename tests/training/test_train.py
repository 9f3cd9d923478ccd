import subprocess
from dataclasses import asdict

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from tests.training.examples import SETTINGS, make_clips, make_examples, make_learned
from training.emotion import EmotionFit, fit_emotion
from training.erasure import FittedErasure
from training.expression import ExpressionHead
from training.hearing import Listener
from training.train import VoiceFit, assemble, describe_commit
from training.tune import empty_branch
from verhm.labels import EMOTIONS
from verhm.model.expression import ACTION_UNITS
from verhm.model.network import VoiceNetwork
from verhm.model.pooling import Windows
from verhm.model.synthesizer import MouthSynthesizer

EXAMPLES = make_examples(make_clips())
WIDTH = SETTINGS.encoder.width
RANK = len(EMOTIONS) - 1
RNG = np.random.default_rng(0)
CONTENT_ERASURE = FittedErasure(
    RNG.normal(size=WIDTH), RNG.normal(size=(RANK, WIDTH)), RNG.normal(size=(WIDTH, RANK))
)


@pytest.fixture(scope="module")
def emotion() -> EmotionFit:
    return fit_emotion(EXAMPLES, make_learned(EXAMPLES), SETTINGS.components)


@pytest.fixture(scope="module")
def network(emotion, tmp_path_factory) -> VoiceNetwork:
    """Assembled of what was fitted, on an encoder and branches that know nothing."""
    torch.manual_seed(0)
    encoder = tmp_path_factory.mktemp("work") / "encoder.safetensors"
    save_file(VoiceNetwork(SETTINGS).encoder.state_dict(), encoder)
    columns = SETTINGS.components + len(EMOTIONS)
    units = ExpressionHead(RNG.normal(size=(len(ACTION_UNITS), columns)), RNG.normal(size=16))
    listener = Listener(empty_branch(SETTINGS), CONTENT_ERASURE)
    mouth = MouthSynthesizer(WIDTH, SETTINGS.mouth_width, 2)
    return assemble(SETTINGS, encoder, VoiceFit(emotion, units), listener, mouth)


def hear(network: VoiceNetwork, usual: torch.Tensor | None = None):
    """A second of noise."""
    samples = torch.randn(1, 320 * 50, generator=torch.Generator().manual_seed(0))
    window = Windows(torch.tensor([0]), torch.tensor([0]), 50)
    with torch.inference_mode():
        return network(samples, torch.ones(1, 50, dtype=torch.bool), window, usual)


@pytest.mark.parametrize("is_known", [False, True])
def test_the_network_answers_as_the_layers_that_were_fitted(emotion, network, is_known):
    usual = torch.linspace(-1.0, 1.0, SETTINGS.embedding) if is_known else None
    found = hear(network, usual)
    embedding = found.embedding.double().numpy()
    layer = emotion.head.compare if is_known else emotion.head.classify
    expected = layer(embedding - (usual.numpy() if is_known else 0.0))
    np.testing.assert_allclose(found.logits.numpy(), expected, rtol=1e-3, atol=1e-3)


def test_the_networks_embedding_is_the_fitted_one(emotion, network):
    described = {}
    for name, module in (("known", network.statistics), ("learned", network.branch.embed)):
        module.register_forward_hook(
            lambda _, given, made, name=name: described.update({name: (given[0], made)})
        )
    found = hear(network)
    statistics = described["known"][0].double().numpy()
    expected = emotion.head.embed(statistics, described["learned"][1].double().numpy())
    np.testing.assert_allclose(found.embedding.numpy(), expected, rtol=1e-3, atol=1e-3)


def test_each_erasure_arrives_in_its_place(emotion, network):
    for fitted, module in (
        (emotion.head.erasure, network.erase_statement),
        (CONTENT_ERASURE, network.erase_emotion),
    ):
        for name, values in asdict(fitted).items():
            np.testing.assert_allclose(getattr(module, name).numpy(), values, rtol=1e-5, atol=1e-7)


def git(folder, *arguments):
    names = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", "-C", folder, *names, *arguments], check=True, capture_output=True)


def test_the_commit_of_a_checkout_is_described(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "code.py").write_text("1")
    git(tmp_path, "add", "code.py")
    git(tmp_path, "commit", "-m", "Begin")
    clean = describe_commit(tmp_path)
    assert len(clean) >= 12
    (tmp_path / "code.py").write_text("2")
    assert describe_commit(tmp_path) == f"{clean}-dirty"


def test_a_folder_that_is_no_checkout_has_no_commit(tmp_path):
    git(tmp_path, "init")
    (tmp_path / "copy").mkdir()
    assert describe_commit(tmp_path / "copy") == ""
