"""A model's forecasts, one line of JSON a series, put beside the periods of the test."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from contract import table
from contract.errors import UserError
from contract.text import quoted

from toolkit.forecasting.periods import Frequency
from toolkit.forecasting.series import Floats

LEVELS = ("80", "95")


@dataclass(frozen=True)
class Forecast:
    """One series' forecast for the test's periods; NaN all through where there is none, with the reason."""

    mean: Floats
    lower: Mapping[str, Floats] = field(default_factory=dict)
    upper: Mapping[str, Floats] = field(default_factory=dict)
    model: str = ""
    error: str = ""


def read(path: Path, periods: Sequence[Sequence[str]], frequency: Frequency) -> list[Forecast]:
    """Read all lines, of which there must be as many as series in the test.

    Raises:
        UserError: the counts differ, or a line is no forecast at all.
    """
    lines = [line for line in table.read_text(path).splitlines() if line.strip()]
    if len(lines) != len(periods):
        raise UserError(f"{len(lines)} scores for {len(periods)} labels: rows cannot be joined")
    pairs = enumerate(zip(lines, periods, strict=True), start=1)
    return [
        _forecast(_parsed(line, f"{path.name}, line {number}"), wanted, frequency) for number, (line, wanted) in pairs
    ]


def _parsed(line: str, place: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise UserError(f"{place}: not JSON: {quoted(line)}") from error
    if not isinstance(said, dict) or not ({"mean", "error"} & said.keys()):
        raise UserError(f"{place}: no forecast, which has periods and mean, or error: {quoted(line)}")
    return said


def _forecast(said: Mapping[str, Any], wanted: Sequence[str], frequency: Frequency) -> Forecast:
    nothing = np.full(len(wanted), np.nan)
    if said.get("error"):
        return Forecast(nothing, error=str(said["error"]))
    try:
        places = _places(said["periods"], wanted, frequency)
        mean, bounds = _chosen(said["mean"], places), said.get("intervals") or {}
        lower, upper = (
            {level: _chosen(bounds[level][side], places) for level in LEVELS if level in bounds}
            for side in ("lower", "upper")
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        return Forecast(nothing, error=f"not a usable forecast: {error}")
    return Forecast(mean, lower, upper, str(said.get("model", "")))


def _places(periods: Sequence[str], wanted: Sequence[str], frequency: Frequency) -> list[int]:
    """Find the test's periods among the forecast's, by what they mean, however they are written."""
    found = {frequency.number(str(period)): place for place, period in enumerate(periods)}
    for period in wanted:
        if frequency.number(period) not in found:
            raise ValueError(f"no forecast for {period}, but from {periods[0]} to {periods[-1]}")
    return [found[frequency.number(period)] for period in wanted]


def _chosen(values: Sequence[Any], places: Sequence[int]) -> Floats:
    chosen = [float(values[place]) for place in places]
    if not all(map(math.isfinite, chosen)):
        raise ValueError(f"a value is no finite number: {chosen}")
    return np.array(chosen)
