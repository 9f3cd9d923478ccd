"""What moves a window's result, in words and as a picture; see `verhm.model.explanation`."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from verhm.influence import NOTE, Influence
from verhm.language import N_
from verhm.model.explanation import Explanation
from verhm.report import look

_TOLD = 3  # patches named in words
_STRONG, _CLEAR = np.log(2), np.log(1.4)  # nats; factors of the odds
_LOW, _MIDDLE = 600.0, 2_300.0  # Hz up to which a band is called so; what is above is high
_FAINT = np.log(1.05)  # nats; less than a twentieth of the odds is not worth a sentence


def _against_for(clear: float) -> LinearSegmentedColormap:
    """Blue to orange (Okabe and Ito's): told apart with any colour vision.

    Clear in the middle, so that the spectrogram stays in sight where nothing matters; `clear` is
    the grey that the colours fade towards.
    """
    middle = (clear, clear, clear, 0.0)
    ends = (0.0, 0.45, 0.7, 0.85), (0.84, 0.37, 0.0, 0.85)
    return LinearSegmentedColormap.from_list("influence", [ends[0], middle, ends[1]])


def _seconds(time: float) -> str:
    return f"{time:.2f}"


def _clock(time: float) -> str:
    """As the screen writes a time: 12:15.5, or 1:12:15.5."""
    minutes, tenths = divmod(int(10 * time + 1e-6), 600)
    clock = f"{minutes // 60}:{minutes % 60:02d}" if minutes >= 60 else f"{minutes}"
    return f"{clock}:{tenths // 10:02d}.{tenths % 10}"


@dataclass(frozen=True)
class _Sheet:
    """What a picture is drawn on.

    Attributes:
        inches, dpi: width and height, and pixels to an inch; letters are of one size in points
        place: of the spectrogram, in shares of the sheet: left, bottom, width, height
        write: how a time is written
        unit: of that
        paper, ink, soft: colours of the ground, of the figures in the patches, of the axes
        loud: matplotlib's name of the greys, the loudest last
        heat: colours of the patches
        scale: what is said of the influence's unit
    """

    inches: tuple[float, float]
    dpi: int
    place: tuple[float, float, float, float]
    write: Callable[[float], str]
    unit: str
    paper: str
    ink: str
    soft: str
    loud: str
    heat: LinearSegmentedColormap
    scale: str


_FILE: Final = _Sheet(
    inches=(10.0, 6.0),
    dpi=120,
    place=(0.09, 0.14, 0.76, 0.72),
    write=lambda time: f"{time:g}",
    unit="s",
    paper=look.PAPER,
    ink=look.INK_DEEP,
    soft=look.INK_SOFT,
    loud="Greys",
    heat=_against_for(1.0),
    scale=" (nats)",
)
# Twice as fine as a page shows it, with letters as large as the page's own.
_LIGHT: Final = replace(
    _FILE,
    inches=(6.4, 3.9),
    dpi=240,
    place=(0.08, 0.115, 0.77, 0.855),
    write=_clock,
    unit="",
    scale="",
)
_DARK: Final = replace(
    _LIGHT, paper="#141c23", ink="#e9eff3", soft="#bac6d0", loud="gray", heat=_against_for(0.0)
)


def as_influence(explanation: Explanation) -> Influence:
    """Everything that is shown of an explanation, with pictures for light and dark screens."""
    light, dark = (_picture(explanation, sheet) for sheet in (_LIGHT, _DARK))
    sentences = tuple(tell_influence(explanation, _clock, ""))
    return Influence(explanation.emotion, explanation.probability, sentences, light, dark)


def tell_influence(
    explanation: Explanation, write: Callable[[float], str] = _seconds, unit: str = " s"
) -> list[str]:
    """Name the patches that move the result most: plainly first, in brackets with the figures.

    What speaks against it is named even where more speaks for it.

    Args:
        explanation: of the window
        write: how a time is written
        unit: of that
    """
    patches = explanation.strongest(explanation.influence.size)
    told, rest = patches[:_TOLD], patches[_TOLD:]
    if all(explanation.influence[patch] >= 0 for patch in told):
        told += [patch for patch in rest if explanation.influence[patch] < 0][:1]
    sentences = [
        _sentence(explanation, *patch, write, unit)
        for patch in told
        if abs(explanation.influence[patch]) >= _FAINT
    ]
    return sentences or [
        N_("No single part of the window moves the result by more than 5 % of its odds.")
    ]


def _sentence(
    explanation: Explanation, time: int, band: int, write: Callable[[float], str], unit: str
) -> str:
    """What one patch does to the result."""
    nats = float(explanation.influence[time, band])
    start, end = explanation.times[time : time + 2]
    low, high = explanation.bands[band : band + 2]
    when = f"{write(start)}\u2013{write(end)}{unit}"
    span, factor = f"{low / 1000:.1f}\u2013{high / 1000:.1f}", f"{np.exp(abs(nats)):.1f}"
    sounds, emotion = _sounds(high), explanation.emotion
    strength = _strength(abs(nats))
    if nats > 0:
        return N_(
            f"{strength} for {emotion}: {sounds} at {when} ({span} kHz; without what is particular "
            f"there, odds {factor} times lower)"
        )
    return N_(
        f"{strength} against {emotion}: {sounds} at {when} ({span} kHz; without what is particular "
        f"there, odds {factor} times higher)"
    )


def _sounds(highest: float) -> str:
    """A band in plain words, by the frequency up to which it goes; Hz."""
    if highest <= _LOW * 1.1:
        return N_("the low sounds")
    return N_("the middle sounds") if highest <= _MIDDLE * 1.1 else N_("the high sounds")


def _strength(nats: float) -> str:
    if nats >= _STRONG:
        return N_("Strongly")
    return N_("Clearly") if nats >= _CLEAR else N_("A little")


def draw_explanation(explanation: Explanation, path: Path) -> None:
    """Draw the influence of every patch over the spectrogram, with title and note, as a PNG."""
    figure = _figure(explanation, _FILE)
    title = f"{explanation.emotion.capitalize()}, {look.percent(explanation.probability)} %"
    figure.text(0.09, 0.91, title, fontsize=12, fontweight="bold", color=look.INK)
    figure.text(0.09, 0.022, NOTE, fontsize=7.5, color=look.INK_FAINT)
    figure.savefig(path, format="png", metadata={"Software": None})


def _picture(explanation: Explanation, sheet: _Sheet) -> bytes:
    """The same for a page, which says title and note itself; never on disk."""
    content = io.BytesIO()
    _figure(explanation, sheet).savefig(content, format="png", metadata={"Software": None})
    return content.getvalue()


def _figure(explanation: Explanation, sheet: _Sheet) -> Figure:
    """The spectrogram that the network saw under its patches, and what their colours mean."""
    left, bottom, width, height = sheet.place
    figure = Figure(sheet.inches, dpi=sheet.dpi, facecolor=sheet.paper)
    FigureCanvasAgg(figure)
    axes = figure.add_axes(sheet.place)
    bar = figure.add_axes((left + width + 0.03, bottom, 0.02, height))
    figure.colorbar(_draw_patches(axes, explanation, sheet), cax=bar)
    bar.set_facecolor(sheet.paper)
    axes.set_xlabel(sheet.unit, color=sheet.soft, fontsize=9)
    axes.set_ylabel("kHz", color=sheet.soft, fontsize=9)
    bar.set_ylabel(
        f"speaks against \u2190 {explanation.emotion} \u2192 speaks for{sheet.scale}",
        color=sheet.soft,
        fontsize=9,
    )
    for part in (axes, bar):
        part.tick_params(colors=sheet.soft, labelsize=8)
        for spine in part.spines.values():
            spine.set_color(sheet.soft)
    return figure


def _draw_patches(axes: Axes, explanation: Explanation, sheet: _Sheet) -> QuadMesh:
    """Colour each patch by its influence, and write it in: nothing is shown by colour alone."""
    times, rows = explanation.times, np.linspace(0, len(explanation.mel), len(explanation.bands))
    extent = (times[0], times[-1], rows[0], rows[-1])
    axes.imshow(explanation.mel, cmap=sheet.loud, origin="lower", aspect="auto", extent=extent)
    # At least one nat: faint influences must not look like strong ones.
    reach = max(1.0, float(np.abs(explanation.influence).max()))
    heat = axes.pcolormesh(
        times, rows, explanation.influence.T, cmap=sheet.heat, vmin=-reach, vmax=reach
    )
    for time, band in np.ndindex(explanation.influence.shape):
        axes.text(
            (times[time] + times[time + 1]) / 2,
            (rows[band] + rows[band + 1]) / 2,
            _signed(float(explanation.influence[time, band])),
            ha="center",
            va="center",
            fontsize=8,
            color=sheet.ink,
            bbox={"facecolor": sheet.paper, "edgecolor": "none", "alpha": 0.75, "pad": 1.5},
        )
    axes.set_yticks(rows, [f"{edge / 1000:.1f}" for edge in explanation.bands])
    axes.set_xticks(times, [sheet.write(time) for time in times])
    return heat


def _signed(nats: float) -> str:
    """A figure with its sign; what rounds to nothing has none."""
    return "0" if abs(nats) < 0.05 else f"{nats:+.1f}".replace("-", "\u2212")
