import pytest
import torch

from verhm.model.branch import PACE, EmotionBranch, Tokens, merge
from verhm.model.pooling import Windows

WIDTH = 8
REACH = 38  # tokens of 40 ms: 1.5 s


def make_branch(layers: int = 1, dropout: float = 0.1) -> EmotionBranch:
    """With an attention that prefers some tokens, which a new one does not."""
    torch.manual_seed(0)
    branch = EmotionBranch(WIDTH, 2, layers, 4, dropout).eval().requires_grad_(False)
    for score in branch.attention:
        torch.nn.init.normal_(score.weight, std=5.0)
    return branch


def spoken_tokens(batch: int, length: int) -> Tokens:
    return Tokens(torch.randn(batch, length, WIDTH), torch.ones(batch, length, dtype=torch.bool))


def window(first: int, length: int) -> Windows:
    return Windows(torch.tensor([0]), torch.tensor([first]), length)


def embed(branch: EmotionBranch, tokens: Tokens, windows: Windows) -> torch.Tensor:
    return branch.embed_statistics(branch.describe(branch(tokens), tokens.speech, windows))


def vary(tokens: Tokens, where: slice) -> Tokens:
    """Other values there; layer norms would not notice a mere shift."""
    values = tokens.values.clone()
    values[:, where] = torch.randn_like(values[:, where])
    return Tokens(values, tokens.speech)


def moved(before: list[torch.Tensor], after: list[torch.Tensor]) -> list[int]:
    """Tokens of the first sequence whose highest level differs."""
    change = (before[-1] - after[-1])[0].abs().amax(dim=1)
    return torch.nonzero(change > 1e-6).flatten().tolist()


def test_a_token_is_the_mean_of_its_frames_with_speech():
    frames = torch.tensor([1.0, 3.0, 5.0, 7.0, 9.0, 11.0]).reshape(1, 6, 1)
    tokens = merge(frames, torch.tensor([[True, True, False, True, False, False]]))
    assert tokens.values.flatten().tolist() == [2.0, 7.0, 10.0]  # none spoken: the mean of all
    assert tokens.speech.tolist() == [[True, True, False]]


@pytest.mark.parametrize("is_spoken", [True, False])
def test_a_last_frame_alone_is_a_token_of_its_own(is_spoken):
    frames = torch.tensor([1.0, 3.0, 5.0]).reshape(1, 3, 1)
    tokens = merge(frames, torch.tensor([[True, True, is_spoken]]))
    assert tokens.values.flatten().tolist() == [2.0, 5.0]
    assert tokens.speech.tolist() == [[True, is_spoken]]


@pytest.mark.parametrize("frames", [1, 2, 99, 100])
def test_there_are_as_many_tokens_as_the_frames_need(frames):
    tokens = merge(torch.randn(3, frames, WIDTH), torch.ones(3, frames, dtype=torch.bool))
    assert tokens.values.shape == (3, -(-frames // PACE), WIDTH)


def test_the_lowest_level_is_the_tokens_and_the_others_have_their_shape():
    tokens = spoken_tokens(2, 30)
    levels = make_branch(layers=3)(tokens)
    assert len(levels) == 4
    torch.testing.assert_close(levels[0], tokens.values, rtol=0, atol=0)
    assert {level.shape for level in levels} == {(2, 30, WIDTH)}


def test_a_token_looks_a_second_and_a_half_to_each_side():
    branch, tokens = make_branch(), spoken_tokens(1, 200)
    seen_from = moved(branch(tokens), branch(vary(tokens, slice(100, 101))))
    assert seen_from == list(range(100 - REACH, 100 + REACH + 1))


def test_nobody_looks_at_a_pause_but_the_pause_itself():
    branch, tokens = make_branch(), spoken_tokens(1, 60)
    tokens.speech[:, 20:25] = False
    seen_from = moved(branch(tokens), branch(vary(tokens, slice(20, 25))))
    assert seen_from == [20, 21, 22, 23, 24]


def test_a_pause_does_not_change_the_embedding_of_a_window():
    branch, tokens = make_branch(), spoken_tokens(1, 60)
    tokens.speech[:, 20:25] = False
    plain = embed(branch, tokens, window(10, 40))
    torch.testing.assert_close(embed(branch, vary(tokens, slice(20, 25)), window(10, 40)), plain)
    assert not torch.allclose(
        embed(branch, vary(tokens, slice(25, 30)), window(10, 40)), plain, atol=1e-3
    )


def test_filling_up_with_silence_changes_nothing():
    branch, tokens = make_branch(layers=2), spoken_tokens(2, 50)
    filled = Tokens(
        torch.nn.functional.pad(tokens.values, (0, 0, 0, 30)),
        torch.nn.functional.pad(tokens.speech, (0, 30)),
    )
    for plain, longer in zip(branch(tokens), branch(filled), strict=True):
        torch.testing.assert_close(plain, longer[:, :50], rtol=1e-4, atol=1e-5)
    plain, longer = (embed(branch, each, window(0, 50)) for each in (tokens, filled))
    torch.testing.assert_close(plain, longer, rtol=1e-4, atol=1e-5)


def test_in_a_longer_recording_the_same_sound_has_the_same_embedding():
    branch, whole = make_branch(layers=2), spoken_tokens(1, 400)
    whole.speech[:, 185:190] = False
    part = Tokens(whole.values[:, 100:320], whole.speech[:, 100:320])
    deep_inside = embed(branch, part, window(80, 60))
    torch.testing.assert_close(
        deep_inside, embed(branch, whole, window(180, 60)), rtol=1e-4, atol=1e-5
    )
    at_the_edge = embed(branch, part, window(0, 60))
    assert not torch.allclose(at_the_edge, embed(branch, whole, window(100, 60)), atol=1e-3)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_windows_without_speech_give_finite_numbers(value):
    branch = make_branch().requires_grad_(True)
    still = Tokens(torch.full((1, 40, WIDTH), value), torch.zeros(1, 40, dtype=torch.bool))
    embedding = embed(branch, still, window(5, 30))
    embedding.sum().backward()
    assert embedding.isfinite().all()
    assert all(part.grad.isfinite().all() for part in branch.parameters() if part.grad is not None)


def test_a_new_branch_pools_speech_evenly():
    branch = EmotionBranch(WIDTH, 2, 1, 4).eval().requires_grad_(False)
    tokens = spoken_tokens(1, 40)
    tokens.speech[:, :10] = False
    levels = branch(tokens)
    mean, deviation = branch.describe(levels, tokens.speech, window(0, 40))[0, : 2 * WIDTH].split(
        WIDTH
    )
    torch.testing.assert_close(mean, tokens.values[0, 10:].mean(dim=0))
    expected = tokens.values[0, 10:].std(dim=0, unbiased=False)
    torch.testing.assert_close(deviation, expected, rtol=1e-4, atol=1e-4)


def test_attention_draws_the_mean_towards_what_it_prefers():
    branch, tokens = make_branch(), spoken_tokens(1, 40)
    torch.nn.init.zeros_(branch.attention[0].weight)
    branch.attention[0].weight[0, 0] = 1e4
    described = branch.describe(branch(tokens), tokens.speech, window(0, 40))
    preferred = tokens.values[0, tokens.values[0, :, 0].argmax()]
    torch.testing.assert_close(described[0, :WIDTH], preferred, rtol=1e-3, atol=1e-3)


def test_no_windows_have_no_embedding():
    branch, tokens = make_branch(), spoken_tokens(1, 40)
    nothing = Windows(torch.zeros(0, dtype=torch.long), torch.zeros(0, dtype=torch.long), 30)
    assert embed(branch, tokens, nothing).shape == (0, 4)


def test_training_without_dropout_is_evaluation():
    branch, tokens = make_branch(dropout=0.0), spoken_tokens(3, 40)
    evaluated = branch(tokens)[-1]
    torch.testing.assert_close(branch.train()(tokens)[-1], evaluated)


def test_in_training_a_layer_changes_a_sequence_more_or_not_at_all():
    branch, tokens = make_branch(dropout=0.5), spoken_tokens(20, 10)
    change = branch(tokens)[-1] - tokens.values
    branch.train().dropout.p = 0.0
    seen = branch(tokens)[-1] - tokens.values
    is_kept = seen.abs().amax(dim=(1, 2)) > 0
    assert 0 < is_kept.sum() < 20
    torch.testing.assert_close(seen[is_kept], 2 * change[is_kept], rtol=1e-4, atol=1e-5)
