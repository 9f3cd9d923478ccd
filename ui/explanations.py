"""What each figure means, in plain words: the one place of these texts, and how they are asked for.

Beside a figure's title stands a "?" that opens its explanation, and Help lists them all. The
browser itself opens and closes the box (it is a popover), also with Escape.
"""

from dataclasses import dataclass
from typing import Final

from ui.marks import escaped
from verhm.language import N_, _


@dataclass(frozen=True)
class Explanation:
    """Of one figure.

    Attributes:
        title: what it is called
        text: what it is, how it is read, and what it does not say
    """

    title: str
    text: str


EXPLANATIONS: Final = {
    "speech": Explanation(
        N_("Speech"),
        N_(
            "How long somebody speaks in the whole recording, pauses left out. Voices are not told "
            "apart: whoever else speaks counts too. A summary needs 20 s of speech in windows with "
            "a result."
        ),
    ),
    "windows-with-a-result": Explanation(
        N_("Windows with a result"),
        N_(
            "The recording is judged in windows of a few seconds. A window has a result where "
            "enough clear speech was found, the sound is like what the model learned from, and an "
            "emotion stands out. The others are hatched and say why; nothing may be read into "
            "them. Under half of the windows, no summary is made."
        ),
    ),
    "transitions": Explanation(
        N_("Transitions"),
        N_(
            "How often the likeliest emotion changes from one window to the next, per minute of "
            "analysed time. Changes across a gap without a result are not counted. Windows whose "
            "emotions are about equally likely change easily, so it is no measure of unstable mood."
        ),
    ),
    "shares": Explanation(
        N_("Share of analysed time"),
        N_(
            "In how many of the windows with a result each emotion is the likeliest, in percent. "
            "The interval says how far the figure could move had the same person spoken on; in "
            "recordings of a few minutes it is rather too narrow. It does not say how often the "
            "model is right, nor what the person felt."
        ),
    ),
    "quality": Explanation(
        N_("Quality"),
        N_(
            "How far the recording can be leant on: the worst of background noise (SNR), clipping "
            "and the share of windows with a result. Good is an SNR from 18 dB, at most 0.2 % "
            "clipped, and a result in at least half of the windows; Poor is an SNR under 10 dB, "
            "more than 2 % clipped, or a result in under a quarter. It judges the sound, not the "
            "person."
        ),
    ),
    "heat-map": Explanation(
        "Heat-map",
        N_(
            "Each row is an emotion, each column a window: the darker, the likelier that the voice "
            "expresses it, and a column adds up to 1. Hatched is no result; the lane above names "
            "the likeliest. The probabilities were calibrated on acted speech: with other "
            "speakers, languages and microphones they can be further off. The figures at the right "
            "are those at the playhead."
        ),
    ),
    "valence-and-arousal": Explanation(
        N_("Valence and arousal"),
        N_(
            "How pleasant (+1) or unpleasant (−1), and how stirred (+1) or calm (−1), a voice "
            "sounds. Both are derived: the mean of the emotions' places in the circumplex, each "
            "weighted with its probability. They are not measured, and tell nothing that the "
            "probabilities do not. The band is the standard deviation of those places: where it is "
            "wide, emotions that lie far apart are about equally likely, and the line between them "
            "is a compromise."
        ),
    ),
    "pitch-and-loudness": Explanation(
        N_("Pitch and loudness"),
        N_(
            "Measured from the sound, without the model. Pitch has gaps where nothing is voiced; "
            "its scale is this recording's own. Loudness depends on the microphone and how near it "
            "is, so levels of two recordings are not comparable."
        ),
    ),
    "circumplex": Explanation(
        N_("Circumplex"),
        N_(
            "Valence across, arousal up: where the voice is at the playhead, with the last seconds "
            "fading behind. It shows the two derived curves as one point, and nothing more; "
            "without a result there is no point."
        ),
    ),
    "window-table": Explanation(
        N_("Windows"),
        N_(
            "Every window in figures: how much of it is speech, speech against background (SNR), "
            "the two likeliest emotions with their probabilities, and whether there is a result. "
            "Your label and note stand beside the model's answer and never change it; what you "
            "leave out no longer counts in the figures."
        ),
    ),
    "shares-over-time": Explanation(
        N_("Shares over time"),
        N_(
            "A point is one session on its real date: in which share of its analysed time an "
            "emotion was the likeliest. Lines join sessions of one model only, from three on, and "
            "stop at a session without figures. A line through points says neither what happened "
            "in between nor why something moved."
        ),
    ),
    "session-intervals": Explanation(
        N_("Bars at the points"),
        N_(
            "Each session's own 95 % interval: how far its figure could move had the person spoken "
            "on that day. Sessions of one person can differ by more than that, so whether bars "
            "overlap does not decide whether something changed; the comparison with the usual ones "
            "does."
        ),
    ),
    "usual-band": Explanation(
        N_("Usual, with error"),
        N_(
            "The dashed line is this patient's mean over the usual sessions: those you chose, or "
            "the first three of one task and model that are not of poor quality. The band is the "
            "error: any other session that can be compared changed beyond error where its point "
            "lies outside, and only there. In 95 of 100 sessions in which nothing changed, all "
            "eight emotions lie in it; it is wider at one with little speech. Usual means usual "
            "for this patient, not healthy."
        ),
    ),
    "reliable-change": Explanation(
        N_("Change against usual"),
        N_(
            "How far the session's share of each emotion lies from the usual one, in percentage "
            "points, and the error: how far it may lie off in a session in which nothing changed. "
            "A filled dot lies beyond it (reliable change index). As eight emotions are looked at "
            "at once, the error is set so wide that in 95 of 100 unchanged sessions none of them "
            "lies beyond (Holm). It does not say why, nor whether for the better."
        ),
    ),
    "new-level": Explanation(
        N_("New level"),
        N_(
            "An upright line stands where all shares together go over into another level. It is "
            "looked for from eight sessions of one task and model on, and of series in which "
            "nothing changed about 5 in 100 get one. It does not say what changed, nor why."
        ),
    ),
    "questionnaires": Explanation(
        N_("PHQ-9 and GAD-7"),
        N_(
            "The totals as somebody entered them, squares for PHQ-9 and diamonds for GAD-7. They "
            "stand on the same dates for you to compare. The app neither computes them nor draws "
            "any link between them and the voice."
        ),
    ),
    "change-in-the-list": Explanation(
        N_("Largest change against usual"),
        N_(
            "Of the patient's last session with a result: the emotion whose share of time lies "
            "furthest from usual for what their sessions differ anyway, in percentage points. The "
            "grey bar is the error, a filled dot lies beyond it. It takes four sessions of one "
            "task and model. It does not say why, nor whether for the better, and is no reason to "
            "see somebody first."
        ),
    ),
}


def question_mark(key: str) -> str:
    """The button beside a figure's title that opens its explanation."""
    title = escaped(_(EXPLANATIONS[key].title))
    return (
        f"<button type='button' class='what' popovertarget='what-{key}"
        "' aria-expanded='false' aria-label='"
        + _("What does this mean: {title}").format(title=title)
        + f"' title='{_('What does this mean?')}'>?</button>"
    )


def explanation_boxes() -> str:
    """All explanations, closed; each opens beside the button that asks for it."""
    return "".join(
        f"<div id='what-{key}' class='what-box' popover role='dialog' tabindex='-1' autofocus "
        f"aria-label='{escaped(_(each.title))}'><b>{escaped(_(each.title))}</b>"
        f"<p>{escaped(_(each.text))}</p></div>"
        for key, each in EXPLANATIONS.items()
    )
