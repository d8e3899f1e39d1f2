"""The results as a picture: requests per second of each server, on a logarithmic scale."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matplotlib.ticker import NullFormatter

from benchmarks import bars
from benchmarks.serving.contenders import CONSTANT, OURS
from benchmarks.serving.goals import HUNDRED, ONE
from benchmarks.serving.load import Load
from benchmarks.serving.results import CaseResults, NotMeasuredError, Results, Server

_CONSTANT = "#c9b458"
_LIGHT, _THICK = 0.45, 0.38
_SCALE = "requests/s at 8 connections (logarithmic); dark: 1 row a request, light: 100 rows"


def draw(results: Results, file: Path) -> None:
    """Write an SVG: one part a case, a pair of bars a server."""
    parts = {case.title: list(_measured(case)) for case in results.cases.values()}
    heights = [len(servers) + 1.0 for servers in parts.values()]
    height = 0.34 * sum(heights) + 1
    with bars.picture(file, height, nrows=len(parts), sharex=True, height_ratios=heights) as places:
        for axes, (title, servers) in zip(places, parts.items(), strict=True):
            _draw(axes, title, servers[::-1])
        places[-1].set_xlabel(_SCALE)


def _draw(axes: Any, title: str, servers: list[tuple[str, Server]]) -> None:
    for place, (name, server) in enumerate(servers):
        colour = bars.OURS if name.startswith(OURS) else _CONSTANT if name == CONSTANT else bars.OTHERS
        for load, above, strength in ((ONE, _THICK / 2, 1.0), (HUNDRED, -_THICK / 2, _LIGHT)):
            for rate in _rate(server, load):
                axes.barh(place + above, rate, _THICK, color=colour, alpha=strength)
                axes.text(rate * 1.06, place + above, f"{rate:,.0f}", va="center", fontsize=7)
    axes.set_yticks(range(len(servers)), [server.title for _, server in servers])
    axes.set(xscale="log", title=title)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)


def _measured(case: CaseResults) -> Iterator[tuple[str, Server]]:
    for name, server in case.servers.items():
        if list(_rate(server, ONE)):
            yield name, server


def _rate(server: Server, load: Load) -> Iterator[float]:
    try:
        yield server.rate(load)
    except NotMeasuredError:
        return
