"""How much of what is said is in the emotion embedding, and of the emotion in the content.

Probes are logistic regressions on the clips of the training speakers, asked about the clips of
speakers that neither they nor the network know.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.cache import Examples
from training.hearing import content_erasure, content_means
from verhm.model.network import NetworkSettings

_REGULARISATION = 0.1  # C of the probes, of standardised embeddings


def separation_figures(
    examples: Examples, embedding: np.ndarray, is_test: np.ndarray, settings: NetworkSettings
) -> dict[str, float]:
    """UAR of four probes.

    Args:
        examples: C clips as a whole, every label known
        embedding: (C, E) emotion embedding of each, by a network that knows the training speakers
        is_test: (C,) whether a clip is of a speaker that it does not know
        settings: which layers' statistics the examples hold
    """
    erasure = content_erasure(examples.where(~is_test), settings)
    content = erasure(content_means(examples, settings))
    return {
        "emotion_from_emotion": probe(embedding, examples.labels, is_test),
        "emotion_from_content": probe(content, examples.labels, is_test),
        "statement_from_content": probe(content, examples.statements, is_test),
        "statement_from_emotion": probe(embedding, examples.statements, is_test),
    }


def probe(vectors: np.ndarray, labels: np.ndarray, is_test: np.ndarray) -> float:
    """UAR on the test rows of a probe that learned from the others.

    Args:
        vectors: (N, D)
        labels: (N,)
        is_test: (N,) bool
    """
    reader = make_pipeline(
        StandardScaler(), LogisticRegression(C=_REGULARISATION, max_iter=1000)
    ).fit(vectors[~is_test], labels[~is_test])
    found = reader.predict(vectors[is_test])
    return float(recall_score(labels[is_test], found, average="macro"))
