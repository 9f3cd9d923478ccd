"""The timeline of an analysis as a page that opens in any browser, without a network."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from verhm.affect import affect_band
from verhm.report import look
from verhm.types import Analysis, EmotionTimeline, Summary

_LANES = (0.06, 0.54, 0.2, 0.2)  # shares of the height
_HIGHEST, _HEAT, _VALENCE, _AROUSAL = 1, 2, 3, 4  # rows
_AROUND = "window around %{x|%-H:%M:%S.%L}<extra></extra>"
_BAND = "rgba(11, 95, 110, 0.16)"  # look.ACCENT, thin
_MARKS = ("●", "▥", "▲", "▼", "◆", "✚", "⬢", "★")  # by emotion, as on the screen
_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
_CONFIG = {
    "displaylogo": False,
    "responsive": True,
    "plotlyServerURL": "",
    "modeBarButtons": [["toImage", "zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
}
# Only an axis of dates can show minutes and seconds at every zoom, and plotly takes small numbers
# there for years: so the recording begins at a midnight, in milliseconds since 1970.
_MIDNIGHT = 946_684_800_000.0
_NAMED = 0.07  # of the duration; a shorter stretch has no room for its name
_SAID = 0.015  # likewise for a reason, which stands upright
# Probabilities that round to n / 10 have colour n; the last colour reaches from 0.85 to 1.
_BORDERS = (0.0, *(round(0.05 + 0.1 * step, 2) for step in range(9)), 1.0)
_HEAT_SCALE = [
    (border, colour)
    for step, colour in enumerate(look.HEAT)
    for border in (_BORDERS[step], _BORDERS[step + 1])
]


def write_emotions_html(analysis: Analysis, path: Path) -> None:
    """Write a page with highest emotion, heat-map, valence and arousal on one time axis.

    Everything is inside the file, and its policy forbids it to ask for more. Windows without a
    result are hatched and say why when pointed at.
    """
    chart = emotions_figure(analysis).to_html(
        config=_CONFIG, include_plotlyjs=True, full_html=False, div_id="timeline"
    )
    text = _PAGE.replace("FACTS", escape(_facts(analysis.summary))).replace("KEY", _key())
    # Last, because the chart holds the whole of plotly.js.
    path.write_text(text.replace("CHART", chart, 1), encoding="utf-8")


def emotions_figure(analysis: Analysis) -> go.Figure:
    """Draw the lanes."""
    figure = make_subplots(4, 1, shared_xaxes=True, row_heights=_LANES, vertical_spacing=0.025)
    runs = look.stretches(analysis.timeline, analysis.duration)
    for label in analysis.timeline.labels:
        same = [run for run in runs if run.text == label]
        _add_highest(figure, label, same, analysis.duration)
    _add_heat(figure, analysis)
    _add_gaps(figure, analysis, [run for run in runs if not run.has_result])
    for row, column in ((_VALENCE, 0), (_AROUSAL, 1)):
        _add_affect(figure, analysis, row, column)
    _lay_out(figure, analysis)
    return figure


def _moments(seconds: np.ndarray) -> np.ndarray:
    return _MIDNIGHT + 1000 * seconds


def _bars(runs: Iterable[look.Stretch], bottom: float, height: float) -> dict[str, Any]:
    """Bars that cover the stretches and name them when pointed at."""
    runs = list(runs)
    return {
        "x": _moments(np.array([(run.start + run.end) / 2 for run in runs])),
        "width": [1000 * (run.end - run.start) for run in runs],
        "base": [bottom] * len(runs),
        "y": [height] * len(runs),
        "text": [run.text.capitalize() for run in runs],
        "customdata": [f"{run.start:.1f}–{run.end:.1f} s" for run in runs],
        "hovertemplate": "%{text}<br>%{customdata}<extra></extra>",
    }


def _add_highest(figure: go.Figure, label: str, runs: list[look.Stretch], duration: float) -> None:
    is_hatched, colour = label == look.HATCHED, look.COLOURS[label]
    marker: dict[str, Any] = {"color": colour, "line": {"width": 0}}
    if is_hatched:
        pattern = {"shape": "|", "fgcolor": colour, "bgcolor": look.PAPER, "size": 5}
        line = {"width": 1, "color": colour}
        marker = {"color": look.PAPER, "line": line, "pattern": pattern}
    bars = go.Bar(
        **_bars(runs, 0.0, 1.0),
        marker=marker,
        texttemplate=[
            "" if is_hatched or run.end - run.start < _NAMED * duration else "<b>%{text}</b>"
            for run in runs
        ],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        textfont={"color": look.text_on(label), "size": 11},
    )
    figure.add_trace(bars, _HIGHEST, 1)
    if is_hatched:
        _write(figure, [run for run in runs if run.end - run.start >= _NAMED * duration], _HIGHEST)


def _write(figure: go.Figure, runs: list[look.Stretch], row: int) -> None:
    """Write stretches' texts on paper, since a hatch would make them unreadable.

    In the heat-map they stand upright in the middle, else they lie.
    """
    is_heat = row == _HEAT
    for run in runs:
        figure.add_annotation(
            x=_moments(np.array((run.start + run.end) / 2)).item(),
            y=0.5 * (len(look.COLOURS) - 1) if is_heat else 0.5,
            row=row,
            col=1,
            text=run.text if is_heat else f"<b>{run.text.capitalize()}</b>",
            textangle=-90 if is_heat else 0,
            showarrow=False,
            font={"size": 11, "color": look.INK_SOFT if is_heat else look.INK},
            bgcolor=look.PAPER,
            borderpad=1,
        )


def _add_heat(figure: go.Figure, analysis: Analysis) -> None:
    """Draw a row of cells per emotion; each row is its own trace, so that it can say its name."""
    timeline = analysis.timeline
    edges = _moments(look.cell_edges(timeline, analysis.duration))
    values = np.round(look.shown(timeline.probabilities, timeline), 3)
    for row, label in enumerate(timeline.labels):
        cells = go.Heatmap(
            x=edges,
            y=[row - 0.5, row + 0.5],
            z=values[None, :, row],
            name=label.capitalize(),
            colorscale=_HEAT_SCALE,
            zmin=0,
            zmax=1,
            showscale=False,
            hoverongaps=False,
            xgap=1 if len(timeline) <= 150 else 0,
            ygap=2,
            hovertemplate="%{fullData.name}: p = %{z:.2f}<br>" + _AROUND,
        )
        figure.add_trace(cells, _HEAT, 1)


def _add_gaps(figure: go.Figure, analysis: Analysis, gaps: list[look.Stretch]) -> None:
    pattern = {"shape": "/", "fgcolor": look.HATCH, "bgcolor": look.HATCH_PAPER, "size": 7}
    bars = go.Bar(
        **_bars(gaps, -0.5, float(len(analysis.timeline.labels))),
        marker={"color": look.HATCH_PAPER, "line": {"width": 0}, "pattern": pattern},
        textposition="none",
    )
    figure.add_trace(bars, _HEAT, 1)
    _write(figure, [gap for gap in gaps if gap.end - gap.start >= _SAID * analysis.duration], _HEAT)


def _add_affect(figure: go.Figure, analysis: Analysis, row: int, column: int) -> None:
    timeline = analysis.timeline
    _add_spread(figure, timeline, row, column)
    figure.add_trace(
        go.Scatter(
            x=_moments((timeline.starts + timeline.ends) / 2),
            y=np.round(look.shown(timeline.affect[:, column], timeline), 3),
            mode="lines+markers" if len(timeline) <= 150 else "lines",
            line={"color": look.ACCENT, "width": 2},
            marker={"size": 4},
            connectgaps=False,
            hovertemplate="%{y:+.2f}<br>" + _AROUND,
        ),
        row,
        1,
    )


def _add_spread(figure: go.Figure, timeline: EmotionTimeline, row: int, column: int) -> None:
    """The spread of valence or arousal as a band, broken where there is no result."""
    low, high = (edge[:, column] for edge in affect_band(timeline.probabilities, timeline.labels))
    moments = _moments((timeline.starts + timeline.ends) / 2)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], timeline.has_result, [0]]).astype(int)))
    times: list[Any] = []
    values: list[float | None] = []
    for first, end in edges.reshape(-1, 2):
        times += [*moments[first:end], *moments[first:end][::-1], None]
        values += [*np.round(high[first:end], 3), *np.round(low[first:end][::-1], 3), None]
    band = go.Scatter(
        x=times,
        y=values,
        mode="none",
        fill="toself",
        fillcolor=_BAND,
        hoverinfo="skip",
    )
    figure.add_trace(band, row, 1)


def _lay_out(figure: go.Figure, analysis: Analysis) -> None:
    figure.update_layout(
        height=640,
        margin={"l": 110, "r": 24, "t": 30, "b": 36},
        font={"family": _FONT, "size": 12, "color": look.INK_SOFT},
        paper_bgcolor=look.PAPER,
        plot_bgcolor=look.WELL,
        showlegend=False,
        bargap=0,
        barmode="overlay",
        modebar={"bgcolor": look.PAPER, "color": look.INK_FAINT, "activecolor": look.ACCENT},
        hoverlabel={"bgcolor": look.INK, "font": {"color": look.PAPER}},
    )
    figure.update_xaxes(
        type="date",
        range=_moments(np.array([0, analysis.duration])).tolist(),
        tickformat="%-H:%M:%S" if analysis.duration >= 3600 else "%-M:%S",
        showgrid=False,
        zeroline=False,
    )
    _lay_out_rows(figure, analysis.timeline.labels)


def _lay_out_rows(figure: go.Figure, labels: tuple[str, ...]) -> None:
    figure.update_yaxes(fixedrange=True, showgrid=False, zeroline=False)
    figure.update_yaxes(tickvals=[0.5], ticktext=["Highest"], range=[0, 1], row=_HIGHEST, col=1)
    figure.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=[
            f'<span style="color:{look.COLOURS[label]}">{mark}</span> {label.capitalize()}'
            for mark, label in zip(_MARKS, labels, strict=True)
        ],
        range=[len(labels) - 0.5, -0.5],
        row=_HEAT,
        col=1,
    )
    for row, name in ((_VALENCE, "Valence"), (_AROUSAL, "Arousal")):
        figure.update_yaxes(
            range=[-1.05, 1.05],
            tickvals=[-1, 0, 1],
            ticktext=["−1", f"{name}  0", "+1"],
            zeroline=True,
            zerolinecolor=look.HATCH,
            zerolinewidth=1,
            row=row,
            col=1,
        )


def _facts(summary: Summary) -> str:
    if summary.withheld:
        return summary.withheld
    return (
        f"{summary.speech / 60:.1f} min of speech · {look.percent(summary.analysed)} % of windows "
        f"with a result · {summary.transitions:.1f} changes per minute"
    )


def _key() -> str:
    cells = "".join(f'<i style="background:{colour}"></i>' for colour in look.HEAT)
    hatch = f"repeating-linear-gradient(135deg,{look.HATCH} 0 1px,{look.HATCH_PAPER} 1px 5px)"
    return f'p 0 {cells} ≥ .85 <i class="gap" style="background:{hatch}"></i> no result'


_PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';
  script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{look.TITLE}</title>
<style>
body {{ margin: 0 auto; max-width: 1440px; padding: 16px 18px; box-sizing: border-box;
  background: {look.PAPER}; color: {look.INK}; font: 13px/1.4 {_FONT}; }}
header {{ display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 24px; }}
h1 {{ margin: 0; font-size: 20px; }}
.facts {{ color: {look.INK_SOFT}; }}
.key {{ margin-left: auto; color: {look.INK_FAINT}; font-size: 12px; white-space: nowrap; }}
.key i {{ display: inline-block; width: 18px; height: 12px; vertical-align: -1px; }}
.key .gap {{ width: 30px; margin-left: 18px; }}
footer {{ color: {look.INK_FAINT}; font-size: 12px; padding-top: 6px; }}
</style>
</head>
<body>
<header><h1>{look.TITLE}</h1><span class="facts">FACTS</span><span class="key">KEY</span></header>
CHART
<footer>{look.NOTE}</footer>
</body>
</html>
"""
