import pytest
import torch

# Through our module: it prepares what transformers needs before it imports that.
from verhm.model.encoder import Encoder, WhisperConfig, WhisperEncoder, from_whisper
from verhm.model.features import LONGEST


@pytest.fixture
def stock() -> WhisperEncoder:
    """A tiny encoder as transformers makes it, three layers deep, for 30 s."""
    torch.manual_seed(0)
    config = WhisperConfig(
        d_model=16, encoder_layers=3, encoder_attention_heads=2, encoder_ffn_dim=64, num_mel_bins=80
    )
    return WhisperEncoder(config).eval()


def test_every_layer_gives_half_as_many_frames_as_there_are_mel_frames():
    outputs = Encoder(layers=2, width=16, heads=2).eval()(torch.randn(3, 80, 120))
    assert [tuple(output.shape) for output in outputs] == [(3, 60, 16)] * 2


def test_lower_layers_are_taken_over(stock, tmp_path):
    stock.save_pretrained(tmp_path)
    encoder = from_whisper(tmp_path, layers=2)
    for ours, theirs in zip(encoder.whisper.layers, stock.layers, strict=False):
        torch.testing.assert_close(ours.fc1.weight, theirs.fc1.weight)
    positions = encoder.whisper.embed_positions.weight
    assert len(positions) == LONGEST
    torch.testing.assert_close(positions, stock.embed_positions.weight[: len(positions)])


def test_agrees_with_the_stock_forward(stock):
    """Where the stock one works: at exactly its own length, here cut to 12 s."""
    short = WhisperConfig(**{**stock.config.to_dict(), "max_source_positions": LONGEST})
    reference = WhisperEncoder(short).eval()
    reference.layer_norm = torch.nn.Identity()
    encoder = Encoder(layers=3, width=16, heads=2).eval()
    encoder.whisper.load_state_dict(reference.state_dict(), strict=True)
    mel = torch.randn(1, 80, 2 * LONGEST)
    expected = reference(mel).last_hidden_state
    torch.testing.assert_close(encoder(mel)[-1], expected, atol=1e-5, rtol=1e-5)
