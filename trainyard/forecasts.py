"""Forecasts as a table: a line a period, with the intervals in which it lies 80 and 95 times of 100."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from trainyard import render


def are(predictions: Sequence[Any]) -> bool:
    """Tell whether the predictions are forecasts; a series without one has the reason instead."""
    return any(isinstance(item, Mapping) and {"mean", "error"} & item.keys() for item in predictions)


def table(predictions: Sequence[Mapping[str, Any]]) -> Table:
    """Return the table; `row` is the place of the series in the request."""
    levels = sorted({level for item in predictions for level in item.get("intervals", {})}, key=float)
    headers = ["row", "period", "forecast", *(f"{level} %" for level in levels), "model"]
    rows = [cells for row, item in enumerate(predictions, 1) for cells in _lines(row, item, levels)]
    return render.table(headers, rows)


def _lines(row: int, item: Mapping[str, Any], levels: Sequence[str]) -> Iterator[list[Any]]:
    if "error" in item:
        yield [row, "", Text(str(item["error"]), style="yellow"), *("" for _ in levels), ""]
        return
    for step, (period, mean) in enumerate(zip(item["periods"], item["mean"], strict=True)):
        bounds = [_interval(item["intervals"].get(level), step) for level in levels]
        yield [row, period, Text(render.number(mean), style="bold"), *bounds, item["model"]]


def _interval(bounds: Mapping[str, Sequence[float]] | None, step: int) -> str:
    return f"{render.number(bounds['lower'][step])} to {render.number(bounds['upper'][step])}" if bounds else ""
