"""From speech, expression and chance to one face over time; pure arithmetic."""

from typing import Final

import numpy as np
from scipy import ndimage
from scipy.interpolate import PchipInterpolator

from verhm.face.blinking import blink
from verhm.face.collisions import settle
from verhm.face.easing import ease
from verhm.face.gaze import gaze_morphs, look
from verhm.face.lips import meeting, press
from verhm.face.nodding import move_head
from verhm.labels import MORPHS
from verhm.settings import AnalysisSettings
from verhm.types import Acoustics, EmotionTimeline, MorphSequence, SpeechActivity


def _columns(*names: str) -> list[int]:
    """Columns of morphs; a name without a side stands for both sides."""
    wanted = {name + side for name in names for side in ("", "Left", "Right")}
    return [column for column, name in enumerate(MORPHS) if name in wanted]


# What parts the lips or drops the jaw. Where somebody speaks, speech decides about these.
OPENING: Final = _columns("jawOpen", "mouthLowerDown", "mouthUpperUp", "mouthFunnel", "tongueOut")
# What brings the lips together; an expression must not hold them together during speech either.
CLOSING: Final = _columns("mouthClose", "mouthPress", "mouthRollLower", "mouthRollUpper")
SHRUG: Final = _columns("mouthShrugLower", "mouthShrugUpper")
WIDENING: Final = _columns("mouthSmile", "mouthStretch", "mouthDimple")
ROUNDING: Final = _columns("mouthPucker", "mouthFunnel")
_JAW: Final = _columns("jawOpen")
_BLINK, _WIDE = _columns("eyeBlink"), _columns("eyeWide")
# Share of a blink that these take off its way, at full weight: they lift the lower lid, or have
# lowered the upper one already (a little less than on the rig: its blink has some way to spare).
_NARROWING: Final = tuple(
    (_columns(name), share)
    for name, share in (("eyeSquint", 0.26), ("cheekSquint", 0.16), ("eyeLookDown", 0.20))
)

SMOOTHING: Final = 0.028  # s, standard deviation; a plosive's closure lasts 0.05 to 0.1 s
ATTACK, RELEASE = 0.10, 0.18  # s; lips part a little before the sound and close after it
# An expression outlasts the pauses of a sentence; of longer silences nothing is known.
LINGER, RELAX = 0.6, 0.5  # s beside speech that it stays, and then takes to go
YIELD: Final = 0.85  # share of an expression's opening and closing that gives way to speech
# An expression opens the jaw no further than this, 20 mm between the lips; speech may, in a shout.
JAW_LIMIT: Final = 0.6
_GAZE: Final = 1  # beside the seed, so that gaze and blinks are drawn apart


def compose(
    mouth: np.ndarray,
    expression: np.ndarray,
    timeline: EmotionTimeline,
    activity: SpeechActivity,
    settings: AnalysisSettings,
    acoustics: Acoustics | None = None,
) -> MorphSequence:
    """Let one face speak, feel, look, blink and nod.

    It is neutral and still in silence and where windows have no result, but for the blinks.

    Args:
        mouth: (F, M) morph weights of speech at the settings' frame rate
        expression: (W, M) morph weights of the vocal expression per window; rows of windows
            without a result are not looked at
        timeline: when the windows are, and which have a result
        activity: where somebody speaks; the mouth is shut elsewhere
        settings: frame rate, strength of the expression, seed of blinks, gaze and head
        acoustics: of the voice; without it the head keeps still

    Returns:
        F frames (at least one) with weights in [0, 1]; the same for the same arguments
    """
    rate, frames = settings.frame_rate, max(1, len(mouth))
    times = np.arange(frames) / rate
    talking = speech_gate(times, activity)[:, None]
    if not len(mouth):
        mouth = np.zeros((1, len(MORPHS)))
    speech = smooth_speech(np.clip(mouth, 0, 1), rate) * talking
    feeling = expression_over_time(times, expression, timeline) * settings.expression_strength
    weights = join(speech, np.clip(feeling, 0, 1) * near_speech(times, activity), talking)
    gaze = look(times, np.random.default_rng([settings.seed, _GAZE]))
    attentive = talking * share_with_result(times, timeline)
    weights = settle(np.minimum(weights + gaze_morphs(gaze * attentive), 1))
    lids = blink(times, np.random.default_rng(settings.seed))[:, None]
    weights = close_lids(weights, lids)
    head = np.zeros((frames, 3))
    if acoustics is not None:
        head = move_head(times, acoustics, activity, timeline, settings.seed)
    return MorphSequence(weights.clip(0, 1).astype(np.float32), rate, head=head.astype(np.float32))


def neutral_without_result(
    mouth: np.ndarray, neutral: np.ndarray, timeline: EmotionTimeline, frame_rate: float
) -> np.ndarray:
    """A mouth that speaks with the emotion where there is a result, and neutrally elsewhere.

    Args:
        mouth: (F, M) morph weights of speech
        neutral: (F, M) of the same words, said neutrally
        timeline: which windows have a result
        frame_rate: Hz
    """
    times = np.arange(len(mouth)) / frame_rate
    share = share_with_result(times, timeline)
    return neutral + share.astype(mouth.dtype) * (mouth - neutral)


def speech_gate(times: np.ndarray, activity: SpeechActivity) -> np.ndarray:
    """(F,) 1 while somebody speaks, 0 in pauses, with soft edges outside the spans."""
    gate = np.zeros(len(times))
    for start, end in activity.spans:
        first, last = np.searchsorted(times, [start - ATTACK, end + RELEASE])
        near = times[first:last]
        edge = np.minimum((near - start) / ATTACK + 1, (end - near) / RELEASE + 1)
        gate[first:last] = np.maximum(gate[first:last], ease(edge))
    return gate


def near_speech(times: np.ndarray, activity: SpeechActivity) -> np.ndarray:
    """(F, 1) 1 during speech and in short pauses, 0 in longer silences, with soft edges."""
    if not len(activity.spans):
        return np.zeros((len(times), 1))
    starts, ends = activity.spans.T
    following = np.searchsorted(starts, times)
    since = times - np.append(-np.inf, ends)[following]
    until = np.append(starts, np.inf)[following] - times
    return ease(1 - (np.minimum(since, until) - LINGER) / RELAX)[:, None]


def smooth_speech(mouth: np.ndarray, frame_rate: float) -> np.ndarray:
    """Blur (F, M) morph weights along time but keep every closure of the lips.

    A blur alone would leave the lips apart in a short "p": what opens the mouth never ends above,
    and what closes it never below, where it was.
    """
    smooth = ndimage.gaussian_filter1d(mouth, SMOOTHING * frame_rate, axis=0, mode="nearest")
    smooth[:, OPENING] = np.minimum(smooth[:, OPENING], mouth[:, OPENING])
    smooth[:, CLOSING] = np.maximum(smooth[:, CLOSING], mouth[:, CLOSING])
    return smooth


def expression_over_time(
    times: np.ndarray, expression: np.ndarray, timeline: EmotionTimeline
) -> np.ndarray:
    """(F, M) expression: each (W, M) window's at its middle, monotone smooth curves in between.

    Around the middle of a window without a result, half a hop to each side, it is exactly 0.
    """
    middles = (timeline.starts + timeline.ends) / 2
    has_result = timeline.has_result
    if not has_result.any():
        return np.zeros((len(times), expression.shape[1]))
    half = 0.49 * float(np.median(np.diff(middles))) if len(middles) > 1 else 0.0
    empty = middles[~has_result]
    nodes = np.concatenate([middles[has_result], empty - half, empty + half])
    values = np.zeros((len(nodes), expression.shape[1]))
    values[: int(has_result.sum())] = expression[has_result]
    nodes, first = np.unique(nodes, return_index=True)
    values = values[first]
    if len(nodes) == 1:
        return np.repeat(values, len(times), axis=0)
    curve = PchipInterpolator(nodes, values, axis=0)
    return np.asarray(curve(times.clip(nodes[0], nodes[-1])))


def share_with_result(times: np.ndarray, timeline: EmotionTimeline) -> np.ndarray:
    """(F, 1) 1 in windows with a result, 0 in those without, smooth in between."""
    return expression_over_time(times, np.ones((len(timeline.starts), 1)), timeline)


def join(speech: np.ndarray, feeling: np.ndarray, talking: np.ndarray) -> np.ndarray:
    """One face that speaks and feels: added, rid of collisions, with lips that meet.

    Args:
        speech: (F, M) in [0, 1]
        feeling: (F, M) in [0, 1]
        talking: (F, 1) in [0, 1]

    Returns:
        (F, M) in [0, 1]; where speech holds the lips together, they are together
    """
    both = settle(blend(speech, feeling, talking))
    return press(both, speech, meeting(speech) * talking)


def blend(speech: np.ndarray, feeling: np.ndarray, talking: np.ndarray) -> np.ndarray:
    """Add an expression to speech without spoiling what the lips say.

    Args:
        speech: (F, M) in [0, 1]
        feeling: (F, M) in [0, 1]
        talking: (F, 1) in [0, 1]

    Returns:
        (F, M) in [0, 1]; `feeling` alone where nobody talks
    """
    feeling = feeling.copy()
    feeling[:, OPENING + CLOSING + SHRUG] *= 1 - YIELD * talking
    # Lips cannot be round and wide at once: the sound wins. Nor may a feeling part closed lips.
    rounded = speech[:, ROUNDING].max(axis=1, keepdims=True)
    feeling[:, WIDENING] *= 1 - 0.6 * rounded
    feeling[:, OPENING] *= 1 - meeting(speech) * talking
    feeling[:, _JAW] = np.minimum(feeling[:, _JAW], (JAW_LIMIT - speech[:, _JAW]).clip(0))
    return np.minimum(speech + feeling, 1.0)


def close_lids(weights: np.ndarray, lids: np.ndarray) -> np.ndarray:
    """Put blinks (F, 1) over (F, M) weights, so that the lids just meet.

    A wide eye gives way; the upper lid comes down as far as the lower one has not come up.
    """
    closed = weights.copy()
    closed[:, _WIDE] *= 1 - lids
    way = 1 - sum(share * weights[:, columns] for columns, share in _NARROWING)
    closed[:, _BLINK] = np.maximum(closed[:, _BLINK], lids * way)
    return closed
