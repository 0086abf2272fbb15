"""What does a finished run look like as a Plotly figure? The page's bars, marks, colours and patterns, for notebooks and reports.

Imports `plotly`, which nothing else on the server needs; whoever imports this module does so when a figure is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import plotly.graph_objects as go

from nodeviz.runs.palette import FAMILIES, MARKS, STATES, State
from nodeviz.runs.spans import Row, Span, rows_of

MAX_BARS = 20_000
"""Plotly draws ten times fewer without a delay; a figure of so many bars and their texts has about 5 MB."""

PATTERNS: Mapping[str, str] = {"": "", "dots": ".", "dashes": "-", "slash": "/", "backslash": "\\", "plus": "+", "cross": "x"}
"""The page's patterns -> Plotly's."""

SYMBOLS: Mapping[str, str] = {
    "arrow": "arrow-down",
    "arrow-struck": "arrow-down-open",
    "triangle": "triangle-up",
    "diamond": "diamond",
    "diamond-open": "diamond-open",
    "power": "circle-open-dot",
    "power-struck": "octagon-open-dot",
    "check": "circle",
    "cross": "x",
    "bolt": "star-triangle-down",
    "bin": "square-open",
}
"""The page's glyphs -> Plotly's symbols."""

BAR_HEIGHT, POD_BAR_HEIGHT, ROW_PX = 0.6, 0.3, 24

INK, MUTED, GRID, PAGE = "#14202b", "#56636f", "#e1e5ea", "#ffffff"
"""Of the light theme: what is printed is white."""


class TooManyBars(Exception):
    """The run has more than MAX_BARS bars; it has other formats."""


def figure(records: Iterable[Mapping[str, Any]], title: str) -> go.Figure:
    """The bars of a trace on an axis in virtual seconds: a trace per family, one per kind of mark. Raises TooManyBars."""
    ended_s = 0.0

    def counted() -> Iterable[Mapping[str, Any]]:
        nonlocal ended_s
        for record in records:
            ended_s = record["t"]
            yield record

    rows = rows_of(counted())
    if sum(len(row.spans) for row in rows) > MAX_BARS:
        raise TooManyBars
    return go.Figure(data=[*_bars(rows, ended_s), *_marks(rows)], layout=_layout(rows, title, ended_s))


def _bars(rows: Sequence[Row], ended_s: float) -> Iterable[go.Bar]:
    by_family: dict[str, list[tuple[int, Row, Span, State]]] = defaultdict(list)
    for index, row in enumerate(rows):
        for span in row.spans:
            state = state_of(span.state)
            by_family[state.family].append((index, row, span, state))
    for name, family in FAMILIES.items():
        if not (bars := by_family[name]):
            continue
        yield go.Bar(
            name=family.label,
            orientation="h",
            y=[index for index, *_ in bars],
            base=[span.start_s for _, _, span, _ in bars],
            x=[(ended_s if span.end_s is None else span.end_s) - span.start_s for _, _, span, _ in bars],
            width=[POD_BAR_HEIGHT if row.type == "pod" else BAR_HEIGHT * family.height for _, row, _, _ in bars],
            marker={"color": family.light, "line": {"width": 0}, "pattern": {"shape": [PATTERNS[state.pattern] for *_, state in bars], "fgcolor": PAGE}},
            hovertext=[_words(row, span, ended_s) for _, row, span, _ in bars],
            hoverinfo="text",
        )


def _marks(rows: Sequence[Row]) -> Iterable[go.Scatter]:
    by_kind: dict[str, list[tuple[int, Row, float]]] = defaultdict(list)
    for index, row in enumerate(rows):
        for mark in row.marks:
            by_kind[mark.kind].append((index, row, mark.at_s))
    for kind, look in MARKS.items():
        if not (marks := by_kind[kind]):
            continue
        # As many as bars at most: a probe that fails once a second for a day is not told apart on any screen.
        shown = list(islice(marks, MAX_BARS))
        yield go.Scatter(
            name=look.label,
            mode="markers",
            x=[at_s for *_, at_s in shown],
            y=[index for index, *_ in shown],
            marker={
                "symbol": SYMBOLS[look.glyph],
                "size": 9,
                "color": FAMILIES[look.family].light if look.family else INK,
                "line": {"width": 1.5 if SYMBOLS[look.glyph].endswith(("open", "dot")) else 0},
            },
            hovertext=[f"{escaped(row.name)}<br>{look.label} at {at_s:.3f} s" for _, row, at_s in shown],
            hoverinfo="text",
        )


def _layout(rows: Sequence[Row], title: str, ended_s: float) -> dict[str, Any]:
    names = [f"<b>{escaped(row.name)}</b>" if row.type == "pod" else escaped(row.name) for row in rows]
    return {
        "title": {"text": escaped(title), "font": {"size": 16, "color": INK}},
        "barmode": "overlay",
        "bargap": 0,
        "height": 190 + ROW_PX * len(rows),
        "paper_bgcolor": PAGE,
        "plot_bgcolor": PAGE,
        "font": {"color": MUTED, "size": 12},
        "hovermode": "closest",
        "margin": {"t": 90, "r": 20, "b": 20},
        "xaxis": {"title": {"text": "virtual seconds"}, "side": "top", "range": [0, max(ended_s, 1.0)], "gridcolor": GRID, "zeroline": False},
        "yaxis": {
            "tickvals": list(range(len(rows))),
            "ticktext": names,
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
            "zeroline": False,
            "automargin": True,
        },
        "legend": {"orientation": "h", "yanchor": "top", "y": 0, "traceorder": "normal"},
    }


def _words(row: Row, span: Span, ended_s: float) -> str:
    end_s = ended_s if span.end_s is None else span.end_s
    goes_on = ", goes on" if span.end_s is None else ""
    return f"{escaped(row.name)}<br>{escaped(label_of(span.state))}<br>{span.start_s:.3f} s to {end_s:.3f} s{goes_on} ({end_s - span.start_s:.3f} s)"


def state_of(key: str) -> State:
    """The line of a state key, as static/js/gantt/palette.js finds it."""
    return STATES.get(key) or STATES.get(key.split(":")[0]) or next(iter(STATES.values()))


def label_of(key: str) -> str:
    """What it is called: its own label, else its reason, else the label of the state that it belongs to."""
    if key in STATES and STATES[key].label:
        return STATES[key].label
    first, _, reason = key.partition(":")
    return reason or state_of(key).label or first


def escaped(text: str) -> str:
    """Plotly reads a few tags in texts."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
