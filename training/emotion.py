"""Fitting the emotion classifier; everything is chosen on the speakers it is given.

Principal components of the standardised statistics, then a logistic regression and a linear
discriminant on them, whose logits are added: the first is calibrated better, the second copes
better with few speakers. To these come the logits of a tuned branch. All three are linear in the
emotion embedding, so their sum is one linear layer.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_softmax
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.preprocessing import StandardScaler

from training.cache import Examples
from training.erasure import FittedErasure, fit_erasure
from verhm.labels import EMOTIONS
from verhm.model.abstention import Thresholds
from verhm.model.calibration import calibrate, fit_temperature
from verhm.model.conformal import fit_set_threshold

REGULARISATION = (1e-3, 3e-3)  # C of the logistic regression
DISCRIMINANT = (0.2, 0.5)  # share of the discriminant's logits
_SHRINKAGE = 0.5  # of the discriminant's covariance
_INNER_FOLDS = 4
_ABSTAINED = 0.05  # share of clean windows of unseen speakers that may be called uncertain
_STRANGE = 0.999  # quantile of the novelty of windows of unseen speakers, and
# how far above it strangeness begins: another language, a telephone and synthetic speech reach
# 2.3 times as far, tones, hum and noise begin there.
_MARGIN = 2.3


@dataclass(frozen=True)
class Choice:
    """What inner cross-validation chose.

    Attributes:
        regularisation: C of the logistic regression
        discriminant: share of the discriminant's logits
    """

    regularisation: float
    discriminant: float


@dataclass(frozen=True, eq=False)
class LinearHead:
    """A linear classifier of statistics.

    Attributes:
        mean: (S,) of the statistics
        scale: (S,)
        basis: (E, S) from standardised statistics to components, whose axes have variance 1
        weights: (K, E)
        bias: (K,)
    """

    mean: np.ndarray
    scale: np.ndarray
    basis: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    def embed(self, statistics: np.ndarray) -> np.ndarray:
        """(N, S) to (N, E)."""
        return ((statistics - self.mean) / self.scale) @ self.basis.T

    def logits(self, components: np.ndarray) -> np.ndarray:
        """(N, E) to (N, K)."""
        return components @ self.weights.T + self.bias


@dataclass(frozen=True, eq=False)
class EmotionHead:
    """A classifier of the whole emotion embedding: components, and what a tuned branch says.

    Attributes:
        linear: makes the components
        erasure: of the statement
        weights: (K, E)
        bias: (K,)
    """

    linear: LinearHead
    erasure: FittedErasure
    weights: np.ndarray
    bias: np.ndarray

    def embed(self, statistics: np.ndarray, learned: np.ndarray) -> np.ndarray:
        """(N, S) statistics and (N, E') embedding of the branch to the (N, E) emotion embedding."""
        return self.erasure(np.concatenate([self.linear.embed(statistics), learned], axis=1))

    def logits(self, embedding: np.ndarray) -> np.ndarray:
        """(N, E) to (N, K)."""
        return embedding @ self.weights.T + self.bias


@dataclass(frozen=True, eq=False)
class Learned:
    """What tuned branches say of N windows.

    Attributes:
        embedding: (N, E') by the branch that is to be used
        weights: (K, E') of its head
        bias: (K,)
        held_out: (N, K) logits by branches that did not hear the window's speaker
    """

    embedding: np.ndarray
    weights: np.ndarray
    bias: np.ndarray
    held_out: np.ndarray


@dataclass(frozen=True, eq=False)
class EmotionFit:
    """A head with all that was chosen along with it on the same speakers.

    Attributes:
        head: trained on all of them
        choice: by inner cross-validation
        share: of the branch's logits beside the components'
        temperature: fitted on logits of held-out speakers
        confidence: below which a window is uncertain
        novelty: above which a window is out of domain
        plausible: probability from which an emotion is plausible
        held_out: (N, K) probabilities of each original row by heads that did not know its speaker
    """

    head: EmotionHead
    choice: Choice
    share: float
    temperature: float
    confidence: float
    novelty: float
    plausible: float
    held_out: np.ndarray

    @property
    def thresholds(self) -> Thresholds:
        """Of abstention, for the checkpoint."""
        return Thresholds(
            confidence=self.confidence, novelty=self.novelty, plausible=self.plausible
        )


def fit_emotion(examples: Examples, learned: Learned, components: int, seed: int = 0) -> EmotionFit:
    """Choose, fit and calibrate on the given speakers only.

    Args:
        examples: of the training speakers, every label known
        learned: about the N rows among them that are no copies
        components: of the statistics
        seed: of the principal components' solver
    """
    best, logits, novelty = _choose(examples, components, seed)
    originals = examples.where(examples.is_original)
    judged, labels = originals.is_window, originals.labels
    linear = logits[examples.is_original]
    share, temperature = fit_mixture(linear[judged], learned.held_out[judged], labels[judged])
    held_out = calibrate(linear + share * learned.held_out, temperature)
    base = fit_basis(examples.statistics, components, seed)
    head = fit_heads(base, base.embed(examples.statistics), examples.labels, (best,))[best]
    strange = novelty[examples.is_window & examples.is_original]
    return EmotionFit(
        _join(head, originals, learned, share),
        best,
        share,
        temperature,
        float(np.quantile(held_out[judged].max(axis=1), _ABSTAINED)),
        float(np.quantile(strange, _STRANGE) * _MARGIN),
        fit_set_threshold(held_out[judged], labels[judged]),
        held_out,
    )


def fit_mixture(linear: np.ndarray, learned: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Find the share and the temperature under which the true labels are likeliest.

    Args:
        linear: (N, K) logits of speakers that the classifier has not been trained on
        learned: (N, K) likewise
        labels: (N,) indices of the true emotions

    Returns:
        the weight of the learned logits beside the linear ones, and the temperature of the sum
    """

    def surprise(scales: np.ndarray) -> float:
        scores = log_softmax(np.exp(scales[0]) * linear + np.exp(scales[1]) * learned, axis=-1)
        return -float(np.mean(scores[np.arange(len(labels)), labels]))

    found = np.exp(minimize(surprise, np.log([0.3, 1.0]), method="Nelder-Mead").x)
    return float(found[1] / found[0]), float(1 / found[0])


def _choose(
    examples: Examples, components: int, seed: int
) -> tuple[Choice, np.ndarray, np.ndarray]:
    """The best choice, and (M, K) logits and (M,) novelty of each row by heads that did not know
    its speaker."""
    logits = {choice: np.zeros((len(examples.clip), len(EMOTIONS))) for choice in _choices()}
    novelty = np.zeros(len(examples.clip))
    inner = GroupKFold(_INNER_FOLDS)
    for known, unknown in inner.split(examples.statistics, groups=examples.speakers):
        base = fit_basis(examples.statistics[known], components, seed)
        embedding = base.embed(examples.statistics[known])
        unseen = base.embed(examples.statistics[unknown])
        novelty[unknown] = np.square(unseen).mean(axis=1)
        for choice, head in fit_heads(base, embedding, examples.labels[known]).items():
            logits[choice][unknown] = head.logits(unseen)
    judged = examples.is_window & examples.is_original
    best = max(logits, key=lambda choice: _merit(logits[choice], examples, judged))
    return best, logits[best], novelty


def _join(linear: LinearHead, originals: Examples, learned: Learned, share: float) -> EmotionHead:
    """One linear layer on components and branch, from which the statement is erased."""
    components = linear.embed(originals.statistics)
    whole = np.concatenate([components, learned.embedding], axis=1)
    statements = np.unique(originals.statements, return_inverse=True)[1]
    return EmotionHead(
        linear,
        fit_erasure(whole, statements),
        np.concatenate([linear.weights, share * learned.weights], axis=1),
        linear.bias + share * learned.bias,
    )


def fit_basis(statistics: np.ndarray, components: int, seed: int) -> LinearHead:
    """Standardise and reduce; the classifier of the result knows nothing yet."""
    scaler = StandardScaler().fit(statistics)
    reduction = PCA(components, svd_solver="randomized", random_state=seed)
    reduction.fit(scaler.transform(statistics))
    basis = reduction.components_ / np.sqrt(reduction.explained_variance_)[:, None]
    empty = np.zeros((len(EMOTIONS), components))
    return LinearHead(scaler.mean_, scaler.scale_, basis, empty, np.zeros(len(EMOTIONS)))


def fit_heads(
    base: LinearHead,
    embedding: np.ndarray,
    labels: np.ndarray,
    choices: tuple[Choice, ...] | None = None,
) -> dict[Choice, LinearHead]:
    """One head per choice on the same embedding.

    Args:
        base: standardisation and components
        embedding: (N, E)
        labels: (N,)
        choices: all by default
    """
    # Ridge in the statistics' space, not in the whitened one: directions of little variance are
    # mostly noise, so they keep their small size.
    spread = 1 / np.linalg.norm(base.basis, axis=1)
    natural = embedding * spread
    discriminant = LinearDiscriminantAnalysis(solver="lsqr", shrinkage=_SHRINKAGE)
    discriminant.fit(natural, labels)
    heads = {}
    regressions: dict[float, LogisticRegression] = {}
    for choice in choices or _choices():
        strength = choice.regularisation
        if strength not in regressions:
            regressions[strength] = LogisticRegression(C=strength, tol=1e-3, max_iter=500)
            regressions[strength].fit(natural.astype(np.float32), labels)
        regression = regressions[strength]
        weights = regression.coef_ + choice.discriminant * discriminant.coef_
        bias = regression.intercept_ + choice.discriminant * discriminant.intercept_
        heads[choice] = LinearHead(base.mean, base.scale, base.basis, weights * spread, bias)
    return heads


def clip_probabilities(
    probabilities: np.ndarray, clip: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Mean over the windows of each clip.

    Args:
        probabilities: (N, K) of windows
        clip: (N,) index of each window's clip

    Returns:
        (C,) indices, ascending, and (C, K) probabilities
    """
    clips, row = np.unique(clip, return_inverse=True)
    sums = np.zeros((len(clips), probabilities.shape[1]))
    np.add.at(sums, row, probabilities)
    return clips, sums / np.bincount(row)[:, None]


def _choices() -> tuple[Choice, ...]:
    return tuple(Choice(*pair) for pair in product(REGULARISATION, DISCRIMINANT))


def _merit(logits: np.ndarray, examples: Examples, judged: np.ndarray) -> float:
    """Log-likelihood after calibration: less erratic than a count of hits on few clips."""
    labels = examples.labels[judged]
    temperature = fit_temperature(logits[judged], labels)
    scores = log_softmax(logits[judged] / temperature, axis=-1)
    return float(scores[np.arange(len(labels)), labels].mean())
