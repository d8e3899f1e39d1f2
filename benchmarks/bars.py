"""A few figures as a picture: horizontal bars, a part for each question."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib as mpl
from matplotlib.figure import Figure

OURS, OTHERS = "#1f6f54", "#8a8f98"


class Bar(NamedTuple):
    """A figure and whose it is."""

    name: str
    value: float
    ours: bool = False


@contextmanager
def picture(file: Path, height: float, **parts: Any) -> Iterator[Any]:
    """Give the axes of so many parts, one below the other, as `Figure.subplots` takes them; write an SVG."""
    # Text stays text and names stay the same, so that the same figures give the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "figures", "font.size": 9}):
        figure = Figure(figsize=(8, height), layout="constrained")
        yield figure.subplots(ncols=1, squeeze=False, **parts)[:, 0]
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def draw(file: Path, parts: Mapping[str, Sequence[Bar]]) -> None:
    """Write a picture; `parts` are bars by title, which says the unit."""
    heights = [len(bars) + 1.5 for bars in parts.values()]
    with picture(file, 0.3 * sum(heights) + 0.4, nrows=len(parts), height_ratios=heights) as places:
        for axes, (title, bars) in zip(places, parts.items(), strict=True):
            _draw(axes, title, bars[::-1])


def _draw(axes: Any, title: str, bars: Sequence[Bar]) -> None:
    for place, bar in enumerate(bars):
        axes.barh(place, bar.value, 0.6, color=OURS if bar.ours else OTHERS)
        axes.annotate(f"{bar.value:,.3g}", (bar.value, place), (3, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(bars)), [bar.name for bar in bars])
    axes.set_title(title, loc="left")
    axes.margins(x=0.1)
    axes.spines[["top", "right"]].set_visible(False)
