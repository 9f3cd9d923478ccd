import json
from dataclasses import asdict

import pytest
import torch

from tests.model.tiny import WAVEFORM_SIZES

# Through our module: it prepares what transformers needs before it imports that.
from verhm.model.encoder import (
    WAVEFORM_KINDS,
    WHISPER,
    AutoConfig,
    AutoModel,
    EncoderSettings,
    WhisperConfig,
    WhisperEncoder,
    make_encoder,
    make_layers,
    read_encoder,
)
from verhm.model.features import LONGEST, SAMPLES_PER_FRAME

KINDS = (WHISPER, *WAVEFORM_KINDS)
WHISPER_SIZES = {
    "d_model": 16,
    "encoder_layers": 3,
    "encoder_attention_heads": 2,
    "encoder_ffn_dim": 64,
    "decoder_layers": 1,
    "decoder_attention_heads": 2,
    "decoder_ffn_dim": 16,
    "num_mel_bins": 80,
    "vocab_size": 100,
    **{"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "decoder_start_token_id": 3},
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Folder of each kind's tiny random model, three layers deep, as transformers saves it."""
    torch.manual_seed(0)
    found = {}
    for kind in KINDS:
        sizes = WHISPER_SIZES if kind == WHISPER else WAVEFORM_SIZES
        found[kind] = tmp_path_factory.mktemp(kind)
        AutoModel.from_config(AutoConfig.for_model(kind, **sizes)).save_pretrained(found[kind])
    return found


def sound(frames: int, batch: int = 1) -> torch.Tensor:
    return 0.1 * torch.randn(batch, SAMPLES_PER_FRAME * frames)


@torch.inference_mode()
@pytest.mark.parametrize("kind", KINDS)
def test_every_layer_gives_50_frames_a_second_whatever_the_length(folders, kind):
    settings, encoder = read_encoder(folders[kind], layers=2)
    for frames in (2, 3, 50, 151, LONGEST):
        outputs = encoder(encoder.features(sound(frames, batch=2)))
        assert [output.shape for output in outputs] == [(2, frames, settings.width)] * 2


@torch.inference_mode()
@pytest.mark.parametrize("is_stable", [False, True])
@pytest.mark.parametrize("kind", WAVEFORM_KINDS)
def test_waveform_encoders_agree_with_transformers_lower_layers(kind, is_stable, tmp_path):
    torch.manual_seed(0)
    # The large models put their norms before the attention, and one above the last layer.
    norms = {"do_stable_layer_norm": True, "feat_extract_norm": "layer"} if is_stable else {}
    stock = AutoModel.from_config(AutoConfig.for_model(kind, **WAVEFORM_SIZES, **norms)).eval()
    stock.save_pretrained(tmp_path)
    _, encoder = read_encoder(tmp_path, layers=2)
    seen = encoder.features(sound(60, batch=2))
    expected = stock(seen, output_hidden_states=True).hidden_states[1:3]
    for ours, theirs in zip(encoder(seen), expected, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


@torch.inference_mode()
def test_whisper_agrees_with_transformers_lower_layers(tmp_path):
    """Where the stock forward works: at exactly its own length, here cut to 12 s."""
    torch.manual_seed(0)
    config = WhisperConfig(**WHISPER_SIZES, max_source_positions=LONGEST)
    stock = WhisperEncoder(config).eval()
    stock.save_pretrained(tmp_path)
    _, encoder = read_encoder(tmp_path, layers=2)
    mel = encoder.features(sound(LONGEST))
    expected = stock(mel, output_hidden_states=True).hidden_states[1:3]
    for ours, theirs in zip(encoder(mel), expected, strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def test_a_whole_whisper_and_its_encoder_alone_are_read_alike(folders, tmp_path):
    whole = AutoModel.from_pretrained(folders[WHISPER], dtype=torch.float32)
    whole.get_encoder().save_pretrained(tmp_path)
    (sizes, encoder), (bare_sizes, bare) = (
        read_encoder(folder, layers=2) for folder in (folders[WHISPER], tmp_path)
    )
    assert json.loads((tmp_path / "config.json").read_text())["architectures"] == ["WhisperEncoder"]
    assert sizes == bare_sizes == EncoderSettings(WHISPER, layers=2, width=16, heads=2)
    assert encoder.state_dict().keys() == bare.state_dict().keys()
    for ours, theirs in zip(encoder.parameters(), bare.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=0, atol=0)
    for ours, theirs in zip(encoder.whisper.layers, whole.encoder.layers, strict=False):
        torch.testing.assert_close(ours.fc1.weight, theirs.fc1.weight, rtol=0, atol=0)


@torch.inference_mode()
@pytest.mark.parametrize("kind", KINDS)
def test_settings_that_went_through_json_make_the_same_encoder(folders, kind):
    settings, encoder = read_encoder(folders[kind], layers=2)
    again = make_encoder(EncoderSettings(**json.loads(json.dumps(asdict(settings))))).eval()
    again.load_state_dict(encoder.state_dict(), strict=True)
    seen = encoder.features(sound(40))
    torch.testing.assert_close(again(seen), encoder(seen), rtol=0, atol=0)


@torch.inference_mode()
@pytest.mark.parametrize("kind", KINDS)
def test_gain_changes_nothing_and_silence_stays_finite(folders, kind):
    _, encoder = read_encoder(folders[kind], layers=1)
    loud = sound(40)
    torch.testing.assert_close(
        encoder(encoder.features(0.01 * loud)),
        encoder(encoder.features(loud)),
        atol=1e-4,
        rtol=1e-4,
    )
    assert encoder(encoder.features(0 * loud))[0].isfinite().all()


@pytest.mark.parametrize("kind", WAVEFORM_KINDS)
def test_waveform_encoders_look_at_sound_of_mean_0_and_deviation_1(folders, kind):
    _, encoder = read_encoder(folders[kind], layers=1)
    seen = encoder.features(0.2 + sound(50, batch=2))[:, 40:-40]
    torch.testing.assert_close(seen.mean(dim=1), torch.zeros(2), atol=1e-4, rtol=0)
    torch.testing.assert_close(seen.std(dim=1), torch.ones(2), atol=1e-4, rtol=0)


@pytest.mark.parametrize("kind", ["bert", "encodec", "unispeech"])
def test_another_kind_is_refused(kind, tmp_path):
    AutoConfig.for_model(kind).save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=kind):
        read_encoder(tmp_path, layers=1)
    with pytest.raises(ValueError, match=kind):
        make_encoder(EncoderSettings(kind))


def test_where_there_is_no_model_none_is_made_up(tmp_path):
    with pytest.raises(OSError):
        read_encoder(tmp_path / "nothing", layers=1)


def test_a_layer_looks_only_where_its_mask_says():
    torch.manual_seed(0)
    (layer,) = make_layers(width=16, heads=2, count=1).eval()
    hidden, mask = torch.randn(1, 10, 16), torch.ones(10, 10, dtype=torch.bool).tril()[None, None]
    changed = hidden.clone()
    changed[:, 6] = torch.randn(16)
    same = torch.isclose(layer(hidden, mask), layer(changed, mask), atol=1e-6).all(dim=-1)[0]
    assert same.tolist() == [True] * 6 + [False] * 4
