"""How far a recording's result can be leant on, in words and in one word for lists."""

import math

from verhm.language import N_, _, decimal
from verhm.types import Quality, Summary

# dB and shares below which a recording is no longer good, and below which it is poor. A clinical
# headset lies above 20 dB; under 10 dB the windows themselves mostly abstain.
GOOD_SNR, FAIR_SNR = 18.0, 10.0
GOOD_ANALYSED, FAIR_ANALYSED = 0.5, 0.25
GOOD_CLIPPED, FAIR_CLIPPED = 0.002, 0.02
NARROW_BAND = 4_000.0  # Hz; what a telephone passes

GRADES = (N_("Good"), N_("Fair"), N_("Poor"))


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
        found.insert(
            0,
            _("a result in only {share} % of all windows, no summary").format(
                share=math.floor(100 * summary.analysed)  # half would be enough
            ),
        )
    return f"{_(grade(quality, summary))}: {' · '.join(found)}"


def notes(quality: Quality) -> list[str]:
    """What there is to say about a recording, with its figures."""
    found = [_background(quality.snr)] if math.isfinite(quality.snr) else []
    if quality.clipped >= 0.0005:
        found.append(
            _("clipped in {share} % of it").format(share=decimal(f"{100 * quality.clipped:.1f}"))
        )
    else:
        found.append(_("not clipped"))
    if math.isfinite(quality.bandwidth):
        is_narrow = quality.bandwidth < NARROW_BAND
        words = _("narrow band to {highest} kHz") if is_narrow else _("to {highest} kHz")
        found.append(words.format(highest=decimal(f"{quality.bandwidth / 1000:.1f}")))
    if not math.isfinite(quality.snr):
        found.append(_("noise not measured, as there are hardly any pauses"))
    return found


def _background(snr: float) -> str:
    found = f"SNR {snr:.0f} dB"
    if snr >= GOOD_SNR:
        return found
    kind = _("some noise") if snr >= FAIR_SNR else _("noisy")
    return f"{kind}, {found}"


def _step(value: float, good: float, fair: float) -> int:
    return 0 if value >= good else 1 if value >= fair else 2
