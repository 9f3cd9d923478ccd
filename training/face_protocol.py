"""How well the face follows: mouths that were captured, and faces of actors."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from sklearn.metrics import recall_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import nn

from training.cache import Examples, read_mouth, read_spoken
from training.corpora.facegood import TRAINING, VALIDATION
from training.emotion import clip_probabilities
from training.face.masks import read_masks
from training.judged import Judged, clip_labels
from training.mouth import MouthLesson, SpokenLesson, score_closure, score_mouth, show
from training.speaking import teach_mouth
from training.train import make_listener
from training.vertices import vertex_errors
from verhm.face.rig import load_face
from verhm.labels import MORPHS
from verhm.model.expression import ACTION_UNITS
from verhm.model.features import FRAME_RATE
from verhm.model.inference import resample_mouth
from verhm.model.network import NetworkSettings
from verhm.settings import AnalysisSettings

# The morphs that show an action unit most plainly.
SHOWN: Final = {
    "AU01": ("browInnerUp",),
    "AU04": ("browDownLeft", "browDownRight"),
    "AU06": ("cheekSquintLeft", "cheekSquintRight"),
    "AU09": ("noseSneerLeft", "noseSneerRight"),
    "AU12": ("mouthSmileLeft", "mouthSmileRight"),
    "AU15": ("mouthFrownLeft", "mouthFrownRight"),
    "AU20": ("mouthStretchLeft", "mouthStretchRight"),
    "AU25": ("mouthLowerDownLeft", "mouthLowerDownRight"),
    "AU26": ("jawOpen",),
}
_DENSE = 64  # units of the hidden layer that reads emotion off morphs


def mouth_figures(
    work: Path, examples: Examples, offsets: np.ndarray, settings: NetworkSettings
) -> dict[str, Any]:
    """Scores of a mouth on recordings and voices that it has not learned from."""
    listener = make_listener(work, examples, settings)
    takes = list(examples.clips)
    mouth = teach_mouth(work, listener, TRAINING, takes, offsets, settings.mouth_width)
    captured = [
        MouthLesson(listener.hear(clip.frames, clip.speech), clip.targets)
        for clip in read_mouth(work, VALIDATION, with_copies=False)
    ]
    spoken = [
        SpokenLesson(listener.hear(clip.frames, clip.speech), clip.phonemes)
        for clip in read_spoken(work, is_held_out=True)
    ]
    return {
        **asdict(score_mouth(mouth, captured)),
        "lips": asdict(score_closure(mouth, spoken, load_face())),
        "vertices": lip_vertex_errors(mouth, captured),
    }


def lip_vertex_errors(network: nn.Module, lessons: list[MouthLesson]) -> dict[str, float]:
    """LVE and LAE in mm on the shipped face, over all video frames of recordings.

    Only the mouth was captured. Of the upper face there is no truth, so there is neither EVE nor
    FDD: they would be of what the mouth pulls along.

    Args:
        network: from content and emotion to (B, F, M') weights
        lessons: recordings it was not trained on
    """
    truth = np.concatenate([_at_video_rate(lesson.targets) for lesson in lessons])
    found = np.concatenate([_at_video_rate(show(network, lesson.heard)) for lesson in lessons])
    errors = vertex_errors(load_face(), read_masks(), truth, found)
    return {"lve": errors.lve, "lae": errors.lae}


def _at_video_rate(mouth: np.ndarray) -> np.ndarray:
    """(F, M) weights of all morphs, of which those that are not the mouth's are 0."""
    return resample_mouth(mouth, len(mouth) / FRAME_RATE, AnalysisSettings.frame_rate)


def action_unit_figures(
    examples: Examples, offsets: np.ndarray, folds: list[Judged]
) -> dict[str, float]:
    """Pearson's r between the face's and the actor's action units over an actor's clips.

    Per action unit the mean over actors that the fit did not know, and the mean of all.

    Args:
        examples: of RAVDESS
        offsets: (C, A) OpenFace intensities of all clips above the actor's neutral, by index
        folds: whose morphs
    """
    by_clip = [clip_probabilities(fold.morphs, fold.clip) for fold in folds]
    clips = np.concatenate([pair[0] for pair in by_clip])
    morphs = np.concatenate([pair[1] for pair in by_clip])
    actors = np.array([examples.clips[clip].speaker for clip in clips])
    figures = {
        unit: _mean_correlation(
            morphs[:, [MORPHS.index(name) for name in names]].mean(axis=1),
            offsets[clips, ACTION_UNITS.index(unit)],
            actors,
        )
        for unit, names in SHOWN.items()
    }
    return {**figures, "mean": float(np.mean(list(figures.values())))}


def morph_emotion_uar(examples: Examples, folds: list[Judged]) -> float:
    """UAR of dense layers that see only the expression's morphs; mean over the folds.

    For each fold they learn from the other folds' morphs and the true emotions. The fits that made
    those morphs had heard this fold's speakers, which may flatter the figure a little.
    """
    labels = clip_labels(examples)
    by_clip = [clip_probabilities(fold.morphs, fold.clip) for fold in folds]
    recalls = []
    for index, (clips, morphs) in enumerate(by_clip):
        others = [pair for number, pair in enumerate(by_clip) if number != index]
        reader = make_pipeline(
            StandardScaler(), MLPClassifier((_DENSE,), alpha=1.0, max_iter=500, random_state=0)
        ).fit(
            np.concatenate([pair[1] for pair in others]),
            labels[np.concatenate([pair[0] for pair in others])],
        )
        recalls.append(recall_score(labels[clips], reader.predict(morphs), average="macro"))
    return float(np.mean(recalls))


def _mean_correlation(shown: np.ndarray, truth: np.ndarray, actors: np.ndarray) -> float:
    """Mean over actors of Pearson's r over an actor's clips; a constant correlates with nothing."""
    found = []
    for actor in np.unique(actors):
        pair = shown[actors == actor], truth[actors == actor]
        is_flat = min(np.ptp(one) for one in pair) == 0
        found.append(0.0 if is_flat else float(np.corrcoef(*pair)[0, 1]))
    return float(np.mean(found))
