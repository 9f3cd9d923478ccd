"""Can two people on one channel be told apart? `python -m training.two_voices --data DATA`.

Pieces of speech are described by what the lower layers of the shipped trunk make of them, turned so
that the training speakers come apart (LDA), and joined into two groups (Ward). The analysis does
nothing of this, as too much goes to the wrong voice: this says how much, also of the next attempt.
"""

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
import torch
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler

from training.corpora.clip import Clip
from training.corpora.emodb import read_emodb
from training.corpora.ravdess import read_folds, read_ravdess
from training.talks import Talk, make_talks
from verhm.audio.activity import detect_speech
from verhm.model.checkpoint import load
from verhm.model.encoder import Encoder
from verhm.model.features import SAMPLE_RATE, SAMPLES_PER_FRAME
from verhm.types import Waveform

_PIECE: Final = 1.5  # s
_SHORTEST: Final = 0.4  # s that the trunk is given
_HOP: Final = 0.75  # s
_PAUSE: Final = 0.3  # s of silence that no piece reaches across
_COMPONENTS: Final = 150  # of what the trunk says, before the LDA
_SHRINKAGE: Final = 0.1  # of the covariances
_SPLIT: Final = 0.05  # of the recordings of one voice may be taken for two


def main() -> None:
    """Print the figures for actors left out, and for the speakers of another corpus."""
    parser = argparse.ArgumentParser(prog="training.two_voices", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the corpora")
    parser.add_argument("--talks", type=int, default=20, help="of each of three kinds (20)")
    options = parser.parse_args()
    encoder = load(device="cpu").network.encoder
    ravdess = read_ravdess(options.data / "ravdess")
    emodb = read_emodb(options.data / "emodb")
    folds = read_folds(options.data / "ravdess_folds")
    left_out = {*folds[0], *folds[3]}
    actors = [clip for clip in ravdess if clip.speaker in left_out]
    rows, speakers = describe_clips(encoder, ravdess + emodb)
    for name, unknown in (
        ("ten actors of RAVDESS, fitted on the others and EMO-DB", actors),
        ("EMO-DB, fitted on RAVDESS", emodb),
    ):
        is_known = ~np.isin(speakers, [clip.speaker for clip in unknown])
        embedding = fit_embedding(rows[is_known], speakers[is_known])
        talks = make_talks(unknown, options.talks, np.random.default_rng(0))
        print(f"{name}:")
        for figure, value in measure(encoder, embedding, talks).items():
            print(f"  {figure}: {value:.3f}", flush=True)


def measure(encoder: Encoder, embedding: Pipeline, talks: list[Talk]) -> dict[str, float]:
    """How well the voices of recordings are told apart; see `figures`."""
    rows = []
    for talk in talks:
        bounds = cut(detect_speech(Waveform(talk.samples, SAMPLE_RATE)).spans)
        groups, apart = two_groups(embedding.transform(describe(encoder, talk.samples, bounds)))
        rows.append(
            (apart, share_wrong(talk, bounds, groups), share_wrong(talk, bounds, 0 * groups))
        )
    apart, given, undivided = np.array(rows).T
    return figures(apart, given, undivided, [talk.sexes for talk in talks])


def figures(
    apart: np.ndarray, given: np.ndarray, undivided: np.ndarray, sexes: list[tuple[str, ...]]
) -> dict[str, float]:
    """Shares of speech that goes to the wrong voice, and of recordings.

    The number of voices is given first, and then found: from how far two groups are apart, by the
    best threshold there is in hindsight that takes at most 5 % of the single voices for two. Of
    two voices taken for one, the one that speaks less counts as wrong.

    Args:
        apart: (R,) how far the two groups of each recording are apart
        given: (R,) share of its speech that they give to the wrong voice
        undivided: (R,) share that one group gives to the wrong voice
        sexes: R, of the one or two voices
    """
    is_two = np.array([len(each) == 2 for each in sexes])
    is_alike = np.array([len(set(each)) == 1 for each in sexes])[is_two]
    is_split = (apart > np.quantile(apart[~is_two], 1 - _SPLIT, method="higher"))[is_two]
    given, found = given[is_two], np.where(is_split, given[is_two], undivided[is_two])
    return {
        "wrong, number given": float(given.mean()),
        "wrong, number given, same sex": float(given[is_alike].mean()),
        "recordings with a tenth wrong, number given": float(np.mean(given >= 0.1)),
        "wrong, number found": float(found.mean()),
        "wrong, number found, same sex": float(found[is_alike].mean()),
        "two voices found": float(is_split.mean()),
        "two voices found, same sex": float(is_split[is_alike].mean()),
    }


def fit_embedding(rows: np.ndarray, speakers: np.ndarray) -> Pipeline:
    """Learn what sets speakers apart whatever their mood.

    Args:
        rows: (N, D) descriptions of pieces
        speakers: (N,) of each

    Returns:
        what makes unit vectors of descriptions
    """
    return make_pipeline(
        StandardScaler(),
        PCA(_COMPONENTS, random_state=0),
        LinearDiscriminantAnalysis(solver="eigen", shrinkage=_SHRINKAGE),
        Normalizer(),
    ).fit(rows, speakers)


def describe_clips(encoder: Encoder, clips: list[Clip]) -> tuple[np.ndarray, np.ndarray]:
    """(N, D) descriptions of all their pieces, and (N,) speakers."""
    rows: list[np.ndarray] = []
    speakers: list[str] = []
    for clip in clips:
        samples, _ = soundfile.read(clip.path, dtype="float32")
        bounds = cut(detect_speech(Waveform(samples, SAMPLE_RATE)).spans)
        if len(bounds):
            rows.append(describe(encoder, samples, bounds))
            speakers += [clip.speaker] * len(bounds)
    return np.concatenate(rows), np.array(speakers)


def cut(spans: np.ndarray) -> np.ndarray:
    """Cut (S, 2) s of speech into (N, 2) s of pieces, half over each other; the rest is shorter."""
    stretches: list[list[float]] = []
    for start, end in spans:
        if stretches and start - stretches[-1][1] < _PAUSE:
            stretches[-1][1] = end
        else:
            stretches.append([start, end])
    pieces: list[tuple[float, float]] = []
    for start, end in stretches:
        length = min(_PIECE, end - start)
        count = 1 + int(np.ceil((end - start - length) / _HOP))
        pieces += [(first, first + length) for first in np.linspace(start, end - length, count)]
    return np.array(pieces).reshape(-1, 2)


@torch.inference_mode()
def describe(encoder: Encoder, samples: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """(N, D) mean and deviation over each piece of every layer of the trunk."""
    rows = []
    for start, end in bounds:
        length = round(max(end - start, _SHORTEST) * SAMPLE_RATE)
        piece = samples[round(start * SAMPLE_RATE) :][: length - length % SAMPLES_PER_FRAME]
        piece = np.pad(piece, (0, length - length % SAMPLES_PER_FRAME - len(piece)))
        layers = encoder(encoder.features(torch.from_numpy(piece)[None]))
        rows.append(torch.cat([part for each in layers for part in (each.mean(1), each.std(1))], 1))
    return torch.cat(rows).numpy()


def two_groups(vectors: np.ndarray) -> tuple[np.ndarray, float]:
    """Join pieces into two groups.

    Returns:
        (N,) group of each, 0 or 1, and how far apart they are: the share of the vectors' spread
        that is gone where each group has a mean of its own
    """
    groups = fcluster(linkage(vectors, "ward"), 2, "maxclust") - 1
    parts = [vectors[groups == group] for group in np.unique(groups)]
    own = sum(np.square(part - part.mean(axis=0)).sum() for part in parts)
    return groups, float(1 - own / np.square(vectors - vectors.mean(axis=0)).sum())


def share_wrong(talk: Talk, bounds: np.ndarray, groups: np.ndarray) -> float:
    """Share of the speech that goes to the other voice, the groups being named as fits best.

    Each hundredth of a second goes with the piece whose middle is nearest.
    """
    lengths = np.round(100 * np.diff(talk.spans)[:, 0]).astype(int)
    times = [
        start + np.arange(count) / 100
        for (start, _), count in zip(talk.spans, lengths, strict=True)
    ]
    distance = np.abs(np.concatenate(times)[:, None] - bounds.mean(axis=1))
    wrong = np.mean(groups[distance.argmin(axis=1)] != np.repeat(talk.speakers, lengths))
    return float(min(wrong, 1 - wrong))


if __name__ == "__main__":
    main()
