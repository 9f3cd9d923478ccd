import torch

from verhm.model.classifier import StatisticsEmbedding


def make_embedding() -> StatisticsEmbedding:
    embedding = StatisticsEmbedding(6, 3).requires_grad_(False)
    embedding.mean.copy_(torch.arange(6.0))
    embedding.scale.copy_(torch.arange(1.0, 7.0))
    return embedding


def test_usual_statistics_lie_at_the_origin():
    embedding = make_embedding()
    torch.testing.assert_close(embedding(embedding.mean[None]), torch.zeros(1, 3))


def test_distance_from_the_usual_is_counted_in_its_scale():
    embedding = make_embedding()
    near = embedding(embedding.mean + embedding.scale)
    torch.testing.assert_close(near, embedding.embed.weight.sum(dim=1))
    torch.testing.assert_close(embedding(embedding.mean - 3 * embedding.scale), -3 * near)


def test_no_windows_have_no_embedding():
    assert make_embedding()(torch.zeros(0, 6)).shape == (0, 3)
