"""How results look, for all figures: colours, marks, and the lanes read off a timeline."""

from dataclasses import dataclass

import numpy as np

from verhm.labels import EMOTIONS
from verhm.language import N_, decimal
from verhm.types import EmotionTimeline, WindowStatus

INK = "#16202a"
INK_DEEP = "#10181f"  # on the emotions' colours
INK_SOFT = "#42505c"
INK_FAINT = "#5a6874"
LINE = "#dbe1e6"
PAPER = "#ffffff"
WELL = "#f6f8f9"
ACCENT = "#0b5f6e"
SPEECH = "#51697a"
HATCH = "#8d99a4"
HATCH_PAPER = "#eff2f4"

# One ramp for all emotions, so that equal probability is equal darkness: step n is a probability
# that rounds to n / 10, the last one 0.85 and more.
HEAT = (
    "#f5f8f9",
    "#e2edf0",
    "#c8dfe4",
    "#a8cdd5",
    "#84b8c4",
    "#5f9fae",
    "#3e8596",
    "#236b7c",
    "#105162",
    "#063846",
)

# After Okabe and Ito (https://jfly.uni-koeln.de/color): told apart with any colour vision. Calm is
# an outlined upright hatch. Nothing is shown by colour alone: every mark has its label beside it.
COLOURS = dict(
    zip(
        EMOTIONS,
        (
            "#767676",
            "#42505c",
            "#e69f00",
            "#0072b2",
            "#d55e00",
            "#cc79a7",
            "#009e73",
            "#56b4e9",
        ),
        strict=True,
    )
)
HATCHED = "calm"

# Why a window has no result, in the reader's words; and what that means, and what to do about it.
REASONS = {
    WindowStatus.SILENCE: N_("no speech"),
    WindowStatus.TOO_SHORT: N_("too little speech"),
    WindowStatus.NOISY: N_("noise or clipping"),
    WindowStatus.UNCERTAIN: N_("uncertain"),
    WindowStatus.OUT_OF_DOMAIN: N_("unfamiliar sound"),
    WindowStatus.EXCLUDED: N_("excluded"),
}
MEANINGS = {
    WindowStatus.SILENCE: N_("Nobody speaks here."),
    WindowStatus.TOO_SHORT: N_("Somebody speaks here, but not for long enough to judge."),
    WindowStatus.NOISY: N_(
        "The background is too loud, or the sound is cut off. Record nearer to the microphone, in "
        "a quiet room."
    ),
    WindowStatus.UNCERTAIN: N_("No emotion stands out enough to be named. Judge by ear."),
    WindowStatus.OUT_OF_DOMAIN: N_(
        "Unlike the recordings the model learned from, so its figures would be guesses. This "
        "says nothing about the person. Judge by ear."
    ),
    WindowStatus.EXCLUDED: N_("Taken out by hand."),
}

TITLE = "Vocal expression"
NOTE = (
    "Calibrated probabilities of vocal expression per window; valence and arousal, with their "
    "spread, are derived from them. Decision support, not a diagnosis."
)


@dataclass(frozen=True)
class Stretch:
    """Neighbouring windows that show the same.

    Attributes:
        start: s
        end: s
        text: the likeliest emotion, or why there is no result
        has_result: which of the two
    """

    start: float
    end: float
    text: str
    has_result: bool


def text_on(emotion: str) -> str:
    """Colour in which to write on an emotion's colour, so that it can be read (WCAG AA)."""
    return PAPER if emotion in ("neutral", "sad") else INK_DEEP


def cell_edges(timeline: EmotionTimeline, duration: float) -> np.ndarray:
    """(W + 1,) s; a window's cell is one hop wide and sits at the window's middle.

    The outermost cells reach to the recording's ends, to which no other window is nearer.

    Args:
        timeline: with W windows
        duration: of the recording, s
    """
    middles = (timeline.starts + timeline.ends) / 2
    between = (middles[1:] + middles[:-1]) / 2
    return np.concatenate([[0.0], between, [duration]])


def stretches(timeline: EmotionTimeline, duration: float) -> list[Stretch]:
    """Join neighbouring cells that have the same likeliest emotion, or the same reason for none."""
    likeliest = np.argmax(timeline.probabilities, axis=1)
    texts = np.array(
        [
            REASONS.get(status, timeline.labels[index])
            for status, index in zip(timeline.status, likeliest, strict=True)
        ]
    )
    edges, has_result = cell_edges(timeline, duration), timeline.has_result
    firsts = np.flatnonzero(np.concatenate([[True], texts[1:] != texts[:-1]]))
    lasts = np.append(firsts[1:], len(texts))
    return [
        Stretch(float(edges[first]), float(edges[last]), str(texts[first]), bool(has_result[first]))
        for first, last in zip(firsts, lasts, strict=True)
    ]


def shown(values: np.ndarray, timeline: EmotionTimeline) -> np.ndarray:
    """Copy values (W, …) with NaN where a window has no result."""
    mask = timeline.has_result.reshape(-1, *[1] * (values.ndim - 1))
    return np.where(mask, values, np.nan)


def percent(share: float) -> str:
    """Write a share in [0, 1] as whole percent, without the sign; only nothing is 0.

    >>> [percent(share) for share in (0.0, 0.004, 0.014, 0.996, 1.0)]
    ['0', '<1', '1', '>99', '100']
    """
    if 0 < share < 0.005:
        return "<1"
    return ">99" if 0.995 <= share < 1 else f"{100 * share:.0f}"


def points(value: float) -> str:
    """Write a difference of percentages as whole points, with a true minus sign.

    >>> [points(value) for value in (-3.6, 0.4, 12.0)]
    ['−4', '0', '+12']
    """
    rounded = round(value)
    return "0" if rounded == 0 else f"{'+' if rounded > 0 else '−'}{abs(rounded)}"


def signed(value: float) -> str:
    """A number on a scale around zero, with a true minus sign: −0.66, 0.00, +0.20."""
    text = f"{value:+.2f}".replace("-", "−")
    return decimal("0.00" if text[1:] == "0.00" else text)


def tick_step(duration: float) -> float:
    """Choose seconds between the marks of a time axis, so that there are at most twelve."""
    steps = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600)
    return next((step for step in steps if duration / step <= 12), 900)


def clock(seconds: float) -> str:
    """Write a time as minutes and seconds, with hours when there are any; 0.5 s as 0.5."""
    if seconds % 1:
        return f"{seconds:.1f}"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
