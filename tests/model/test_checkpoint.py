import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.model.tiny import SETTINGS, make_model, on_waveform
from verhm.errors import ModelError, RequestError
from verhm.labels import EMOTIONS
from verhm.model.checkpoint import CONFIG, WEIGHTS, load, save
from verhm.model.network import VoiceNetwork
from verhm.model.pooling import Windows


@pytest.fixture
def folder(tmp_path):
    save(make_model(), tmp_path)
    return tmp_path


ALL = pytest.mark.parametrize("settings", [SETTINGS, on_waveform("wav2vec2")])


def is_large(name: str) -> bool:
    """Whether a tensor is among those that are kept in half precision."""
    last = ("branch.layers.", "branch.embed.", "statistics.embed.")
    return name.startswith(("encoder.whisper.", "encoder.model.", *last))


@ALL
def test_what_was_saved_is_loaded(settings, tmp_path):
    model = make_model(settings=settings)
    identity = save(model, tmp_path)
    loaded = load(tmp_path, device="cpu")
    assert loaded.id == identity
    assert loaded.labels == EMOTIONS
    for name in ("reading", "baseline_reading"):
        assert getattr(loaded, name) == getattr(model, name)
    assert loaded.network.settings == settings
    before, after = model.network.state_dict(), loaded.network.state_dict()
    for name, tensor in before.items():
        expected = tensor.half().float() if is_large(name) else tensor
        torch.testing.assert_close(after[name], expected, atol=0, rtol=0)


@ALL
def test_what_is_loaded_says_what_was_saved(settings, tmp_path):
    model = make_model(settings=settings)
    save(model, tmp_path)
    samples, speech = 0.1 * torch.randn(1, 320 * 100), torch.ones(1, 100, dtype=torch.bool)
    window = Windows(torch.tensor([0]), torch.tensor([20]), 60)
    before, after = (
        each.network(samples, speech, window) for each in (model, load(tmp_path, device="cpu"))
    )
    torch.testing.assert_close(after.logits, before.logits, atol=0.01, rtol=0.01)
    torch.testing.assert_close(after.content, before.content, atol=0.01, rtol=0.01)


@ALL
def test_saving_what_was_loaded_gives_the_same_weights(settings, tmp_path, tmp_path_factory):
    save(make_model(settings=settings), tmp_path)
    loaded = load(tmp_path, device="cpu")
    again = save(loaded, tmp_path_factory.mktemp("again"))
    assert again.sha256 == loaded.id.sha256


def test_a_checkpoint_is_not_overwritten(folder):
    with pytest.raises(FileExistsError):
        save(make_model(seed=1), folder)


def test_a_checkpoint_that_was_stopped_half_way_is_none_and_can_be_written_again(
    tmp_path, monkeypatch
):
    move = Path.replace

    def stop(part, path):
        if path.name == CONFIG:
            raise KeyboardInterrupt
        return move(part, path)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", stop)
        with pytest.raises(KeyboardInterrupt):
            save(make_model(), tmp_path)
    with pytest.raises(ModelError, match="E30"):
        load(tmp_path)
    identity = save(make_model(seed=1), tmp_path)
    assert load(tmp_path, device="cpu").id == identity
    assert {path.name for path in tmp_path.iterdir()} == {CONFIG, WEIGHTS}


def test_only_against_a_usual_voice_are_logits_read_so():
    model = make_model()
    assert model.reading != model.baseline_reading
    assert model.reading_with(None) == model.reading
    assert model.reading_with(np.zeros(12)) == model.baseline_reading


@pytest.mark.parametrize("commit", ["0123456789ab", ""])
def test_the_commit_is_kept_where_it_is_known(commit, tmp_path):
    save(replace(make_model(), commit=commit), tmp_path)
    assert load(tmp_path, device="cpu").commit == commit
    assert ("commit" in json.loads((tmp_path / CONFIG).read_text(encoding="utf-8"))) == bool(commit)


@pytest.mark.parametrize("name", [CONFIG, WEIGHTS])
def test_a_missing_file_is_e30(folder, name):
    (folder / name).unlink()
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert caught.value.code == "E30"
    assert str(folder) not in str(caught.value)


def flip_a_bit(folder):
    weights = bytearray((folder / WEIGHTS).read_bytes())
    weights[-1] ^= 1
    (folder / WEIGHTS).write_bytes(weights)


def cut_the_weights(folder):
    (folder / WEIGHTS).write_bytes((folder / WEIGHTS).read_bytes()[:1000])


def garble_the_config(folder):
    (folder / CONFIG).write_text("{", encoding="utf-8")


def change_config(folder, **changes):
    config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    (folder / CONFIG).write_text(json.dumps({**config, **changes}), encoding="utf-8")


def rename_an_emotion(folder):
    change_config(folder, labels=["bored", *EMOTIONS[1:]])


def drop_the_thresholds(folder):
    change_config(folder, reading={"temperature": 1.0, "thresholds": None})


def reverse_all_decisions(folder):
    change_reading(folder, temperature=-1.0)


def call_nothing_a_number(folder):
    change_reading(folder, temperature=float("nan"))


def change_reading(folder, **changes):
    reading = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["baseline_reading"]
    change_config(folder, baseline_reading={**reading, **changes})


def claim_another_size(folder):
    change_encoder(folder, layers=3)


def claim_another_kind(folder):
    change_encoder(folder, kind="bert")


def change_encoder(folder, **changes):
    network = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["network"]
    change_config(folder, network={**network, "encoder": {**network["encoder"], **changes}})


def name_an_older_networks_sizes(folder):
    change_config(folder, network={"layers": 3, "width": 512, "heads": 8, "pooled": [0, 1, 2]})


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_bit,
        cut_the_weights,
        garble_the_config,
        rename_an_emotion,
        drop_the_thresholds,
        reverse_all_decisions,
        call_nothing_a_number,
        claim_another_size,
        claim_another_kind,
        name_an_older_networks_sizes,
    ],
)
def test_damage_is_e31(folder, damage):
    damage(folder)
    with pytest.raises(ModelError) as caught:
        load(folder)
    assert caught.value.code == "E31"


@pytest.fixture
def full_gpu(monkeypatch):
    """A GPU that takes nothing."""
    move = VoiceNetwork.to

    def to(network, device):
        if device == "cuda":
            raise torch.OutOfMemoryError("CUDA out of memory")
        return move(network, device)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(VoiceNetwork, "to", to)


def test_where_the_gpu_is_full_the_cpu_is_used_and_it_is_said(folder, full_gpu, caplog):
    model = load(folder)
    assert model.device == "cpu"
    assert {weights.device.type for weights in model.network.parameters()} == {"cpu"}
    assert "the CPU is used" in caplog.text


def test_a_full_gpu_that_is_wanted_is_e71_and_no_damage(folder, full_gpu):
    with pytest.raises(RequestError, match=r"E71 The GPU does not take the model.*--device cpu"):
        load(folder, device="cuda")
