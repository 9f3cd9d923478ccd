"""A recording's quality in one word, for lists: how far its result can be leant on."""

import math

from ui.marks import escaped
from verhm.types import Quality, Summary

# dB and shares below which a recording is no longer good, and below which it is poor. A clinical
# headset lies above 20 dB; under 10 dB the windows themselves mostly abstain.
GOOD_SNR, FAIR_SNR = 18.0, 10.0
GOOD_ANALYSED, FAIR_ANALYSED = 0.5, 0.25
GOOD_CLIPPED, FAIR_CLIPPED = 0.002, 0.02

GRADES = ("Good", "Fair", "Poor")
_DRAWINGS = {
    "Good": '<circle cx="6" cy="6" r="4.5" class="qg"/>',
    "Fair": '<circle cx="6" cy="6" r="4.5" class="qf"/>'
    '<path d="M6 1.5a4.5 4.5 0 0 0 0 9Z" class="qh"/>',
    "Poor": '<circle cx="6" cy="6" r="4.5" class="qf"/>',
}


def grade(quality: Quality, summary: Summary) -> str:
    """The worst grade of its signal-to-noise ratio, its clipping and its analysed share."""
    snr = quality.snr if not math.isnan(quality.snr) else GOOD_SNR
    return GRADES[
        max(
            _step(snr, GOOD_SNR, FAIR_SNR),
            _step(summary.analysed, GOOD_ANALYSED, FAIR_ANALYSED),
            _step(-quality.clipped, -GOOD_CLIPPED, -FAIR_CLIPPED),
        )
    ]


def grade_mark(name: str) -> str:
    """A grade with its sign, as HTML."""
    return (
        '<span class="emo"><svg width="12" height="12" aria-hidden="true">'
        f"{_DRAWINGS[name]}</svg>{escaped(name)}</span>"
    )


def _step(value: float, good: float, fair: float) -> int:
    return 0 if value >= good else 1 if value >= fair else 2
