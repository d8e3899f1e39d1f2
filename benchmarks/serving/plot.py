"""The results as a picture: requests per second of each server, on a logarithmic scale."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.serving.goals import HUNDRED, ONE
from benchmarks.serving.results import CaseResults, NotMeasuredError, Results, Server

_OURS, _OTHERS, _LIGHT = "#1f6f54", "#8a8f98", 0.45


def draw(results: Results, file: Path) -> None:
    """Write an SVG: one part a case, two bars a server (1 row in full colour, 100 rows lighter)."""
    drawn = {case.title: _rates(case) for case in results.cases.values()}
    heights = [len(rates) + 1.0 for rates in drawn.values()]
    # Text stays text and names stay the same, so that the same results give the same file.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "serving", "font.size": 9}):
        figure = Figure(figsize=(8, 0.34 * sum(heights) + 1), layout="constrained")
        parts = figure.subplots(len(drawn), 1, squeeze=False, height_ratios=heights)[:, 0]
        for axes, (title, rates) in zip(parts, drawn.items(), strict=True):
            for place, (server, one, hundred) in enumerate(reversed(rates)):
                colour = _OURS if server.title.startswith(("Trainyard", "the same")) else _OTHERS
                axes.barh(place + 0.2, one, 0.38, color=colour)
                axes.barh(place - 0.2, hundred, 0.38, color=colour, alpha=_LIGHT)
                axes.text(one * 1.06, place + 0.2, f"{one:,.0f}", va="center", fontsize=7)
                axes.text(hundred * 1.06, place - 0.2, f"{hundred:,.0f}", va="center", fontsize=7)
            axes.set_yticks(range(len(rates)), [server.title for server, _, _ in reversed(rates)])
            axes.set(xscale="log", title=title)
            axes.margins(x=0.12)
            axes.spines[["top", "right"]].set_visible(False)
        parts[-1].set_xlabel(
            "requests per second at 8 connections, one worker: 1 row (full), 100 rows (light); logarithmic"
        )
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def _rates(case: CaseResults) -> list[tuple[Server, float, float]]:
    rates = []
    for server in case.servers.values():
        try:
            rates.append((server, server.rate(ONE), server.rate(HUNDRED)))
        except NotMeasuredError:
            continue
    return rates
