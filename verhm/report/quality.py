"""How far a recording's result can be leant on, in words and in one word for lists."""

import math

from verhm.report.look import percent
from verhm.types import Quality, Summary

# dB and shares below which a recording is no longer good, and below which it is poor. A clinical
# headset lies above 20 dB; under 10 dB the windows themselves mostly abstain.
GOOD_SNR, FAIR_SNR = 18.0, 10.0
GOOD_ANALYSED, FAIR_ANALYSED = 0.5, 0.25
GOOD_CLIPPED, FAIR_CLIPPED = 0.002, 0.02
NARROW_BAND = 4_000.0  # Hz; what a telephone passes

GRADES = ("Good", "Fair", "Poor")


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


def quality_words(quality: Quality, summary: Summary) -> str:
    """The quality of a recording in words: the grade, then what it comes from."""
    found = notes(quality)
    if summary.analysed < GOOD_ANALYSED:
        found.insert(0, f"a result in only {percent(summary.analysed)} % of the windows")
    return f"{grade(quality, summary)}: {' · '.join(found)}"


def notes(quality: Quality) -> list[str]:
    """What there is to say about a recording, with its figures."""
    found = [_background(quality.snr)]
    if quality.clipped >= 0.0005:
        found.append(f"clipped in {100 * quality.clipped:.1f} % of it")
    else:
        found.append("not clipped")
    if math.isfinite(quality.bandwidth):
        narrow = "narrow band " if quality.bandwidth < NARROW_BAND else ""
        found.append(f"{narrow}to {quality.bandwidth / 1000:.1f} kHz")
    return found


def _background(snr: float) -> str:
    if not math.isfinite(snr):
        return "background unknown"
    kind = "" if snr >= GOOD_SNR else "some noise, " if snr >= FAIR_SNR else "noisy, "
    return f"{kind}SNR {snr:.0f} dB"


def _step(value: float, good: float, fair: float) -> int:
    return 0 if value >= good else 1 if value >= fair else 2
