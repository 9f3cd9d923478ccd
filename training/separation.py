"""How much of what is said is in the emotion embedding, and of the emotion in the content.

Probes are logistic regressions on the clips of the training speakers, asked about the clips of
speakers that neither they nor the network know.
"""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from training.cache import Examples
from training.hearing import content_erasure, content_means
from verhm.model.network import NetworkSettings

_REGULARISATION = 0.1  # C of the probes, of standardised embeddings
_DENSE = 64  # units of a hidden layer


def separation_figures(
    examples: Examples, embedding: np.ndarray, is_test: np.ndarray, settings: NetworkSettings
) -> dict[str, float]:
    """UAR of four linear probes, and of dense layers on what was to be taken out.

    What was taken out of these rows leaves a linear reader nothing, by construction; for new
    speakers it shows how well that carries over. A reader that is not linear shows what is left.

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
        "emotion_from_content_by_dense_layers": probe(content, examples.labels, is_test, True),
        "statement_from_emotion_by_dense_layers": probe(
            embedding, examples.statements, is_test, True
        ),
    }


def probe(
    vectors: np.ndarray, labels: np.ndarray, is_test: np.ndarray, is_dense: bool = False
) -> float:
    """UAR on the test rows of a probe that learned from the others.

    Args:
        vectors: (N, D)
        labels: (N,)
        is_test: (N,) bool
        is_dense: whether the probe has a hidden layer
    """
    kind = (
        MLPClassifier((_DENSE,), alpha=1.0, max_iter=300, early_stopping=True, random_state=0)
        if is_dense
        else LogisticRegression(C=_REGULARISATION, max_iter=1000)
    )
    reader = make_pipeline(StandardScaler(), kind).fit(vectors[~is_test], labels[~is_test])
    found = reader.predict(vectors[is_test])
    return float(recall_score(labels[is_test], found, average="macro"))
