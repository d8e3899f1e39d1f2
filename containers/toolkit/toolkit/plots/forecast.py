"""Forecast fans with what came, the error by steps ahead, the spread of errors over the series."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from toolkit.plots.canvas import ACCENT, GRID, INK, REFERENCE, axes, save
from toolkit.plots.picture import Picture
from toolkit.text import clipped

ACTUAL = "#222222"
BANDS = {"95": 0.18, "80": 0.34}
TICKS = 8
Curve = Mapping[str, Any]


def draw(curves: Curve, target: str, time: str, folder: Path) -> list[Picture]:
    """Draw all that the curves allow."""
    pictures = [_fans(curves["series"], curves["by"], target, time, folder)]
    pictures.append(_steps(curves["steps"], curves["by"], target, folder))
    return (
        [*pictures, _spread(curves["errors"], curves["by"], target, folder)] if len(curves["errors"]) > 1 else pictures
    )


def unit(by: str, target: str) -> str:
    """Say what an error is measured in."""
    return "MASE (1: as the seasonal naive)" if by == "mase" else f"RMSE ({clipped(target)})"


def _fans(series: Sequence[Curve], by: str, target: str, time: str, folder: Path) -> Picture:
    figure = Figure(figsize=(9, 0.7 + 2.9 * len(series)), layout="constrained")
    panels: list[Axes] = list(figure.subplots(len(series), 1, squeeze=False)[:, 0])
    for panel, one in zip(panels, series, strict=True):
        _fan(panel, one, f"{one['rank']}: {by.upper()} {one['error']:.3g}", target)
    panels[-1].set_xlabel(clipped(time))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=len(labels), fontsize="small")
    names = "; ".join(f"{one['rank']}: {name(one)}" for one in series)
    words = f"Past, forecast with its intervals, and actual {target} of the test's periods. {names}."
    return save(figure, folder, Picture("forecast_fan.png", "Forecasts and what came", words))


def name(one: Curve) -> str:
    """Name a series."""
    return " / ".join(one["key"]) or "the series"


def _fan(panel: Axes, one: Curve, rank: str, target: str) -> None:
    past, ahead = one["history"]["values"], len(one["periods"])
    before = range(len(past))
    test = range(len(past), len(past) + ahead)
    model = f", {clipped(one['model'], 30)}" if one["model"] else ""
    panel.set_title(f"{clipped(name(one), 50)} ({rank}{model})", loc="left", fontsize="medium")
    panel.axvspan(len(past) - 0.5, len(past) + ahead - 0.5, color="#f4f4f4", zorder=0)
    for level in (level for level in BANDS if level in one["intervals"]):
        bounds = one["intervals"][level]
        panel.fill_between(
            test,
            bounds["lower"],
            bounds["upper"],
            color=ACCENT,
            alpha=BANDS[level],
            linewidth=0,
            label=f"{level} % interval",
        )
    panel.plot(before, _gaps(past), color=INK, linewidth=1.4, label="past")
    panel.plot(test, one["mean"], color=ACCENT, linewidth=2, label="forecast", marker="" if ahead > 1 else "s")
    panel.plot(test, _gaps(one["actual"]), color=ACTUAL, linewidth=1, marker="o", markersize=4, label="actual")
    _finish(panel, [*one["history"]["periods"], *one["periods"]], target)


def _finish(panel: Axes, periods: Sequence[str], target: str) -> None:
    every = max(1, -(-len(periods) // TICKS))
    if len(periods) > 2 * 4 and periods[0][5:6] == "Q":
        every = -(-every // 4) * 4  # whole years
    places = range(0, len(periods), every)
    panel.set_xticks(places, [periods[place] for place in places])
    panel.set_ylabel(clipped(target, 24))
    panel.grid(color=GRID, linewidth=0.8)
    panel.set_axisbelow(True)
    panel.margins(x=0.01)


def _gaps(values: Sequence[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _steps(steps: Sequence[Curve], by: str, target: str, folder: Path) -> Picture:
    known = [step for step in steps if "error" in step]
    made = axes("Error by steps ahead", "periods ahead", unit(by, target))
    made.plot([step["ahead"] for step in known], [step["error"] for step in known], color=INK, marker="o", markersize=4)
    if by == "mase":
        made.axhline(1, color=REFERENCE, linestyle="--", linewidth=1)
    made.set_ylim(bottom=0)
    made.xaxis.set_major_locator(MaxNLocator(integer=True))
    words = f"Mean {by.upper()} over all series for each number of periods ahead."
    return save(made.figure, folder, Picture("error_by_step.png", "Error by steps ahead", words))


def _spread(errors: Sequence[float], by: str, target: str, folder: Path) -> Picture:
    made = axes("Error of each series, from best to worst", "share of the series (%)", unit(by, target))
    shares = [100 * place / (len(errors) - 1) for place in range(len(errors))]
    made.plot(shares, errors, color=INK, linewidth=2)
    if by == "mase":
        made.axhline(1, color=REFERENCE, linestyle="--", linewidth=1)
    made.set_ylim(bottom=0)
    words = f"{by.upper()} of every series in order: the median is {errors[(len(errors) - 1) // 2]:.3g}."
    return save(made.figure, folder, Picture("error_by_series.png", "Error of each series", words))
