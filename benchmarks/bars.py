"""A few figures as a picture: horizontal bars, a part for each question."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure

_OURS, _OTHERS = "#1f6f54", "#8a8f98"


class Bar(NamedTuple):
    """A figure and whose it is."""

    name: str
    value: float
    ours: bool = False


def draw(file: Path, parts: Mapping[str, Sequence[Bar]]) -> None:
    """Write an SVG; `parts` are bars by title, which says the unit."""
    heights = [len(bars) + 1.5 for bars in parts.values()]
    # Text stays text and names stay the same, so that the same figures give the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": file.stem, "font.size": 9}):
        figure = Figure(figsize=(8, 0.3 * sum(heights) + 0.4), layout="constrained")
        places = figure.subplots(len(parts), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (title, bars) in zip(places, parts.items(), strict=True):
            _draw(axes, title, bars[::-1])
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _draw(axes: Any, title: str, bars: Sequence[Bar]) -> None:
    for place, bar in enumerate(bars):
        axes.barh(place, bar.value, 0.6, color=_OURS if bar.ours else _OTHERS)
        axes.annotate(f"{bar.value:,.3g}", (bar.value, place), (3, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(bars)), [bar.name for bar in bars])
    axes.set_title(title, loc="left")
    axes.margins(x=0.1)
    axes.spines[["top", "right"]].set_visible(False)
