"""Evaluate a forecast: join forecasts to what came by series and period, and say how good they are."""

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contract import table
from contract.errors import UserError
from contract.paths import Paths

from toolkit.forecasting import accuracy, scores
from toolkit.forecasting.scores import Forecast
from toolkit.forecasting.series import Floats, shown
from toolkit.forecasting.shapes import shapes
from toolkit.plan import Forecast as Wanted
from toolkit.plan import Plan
from toolkit.plots.picture import Picture
from toolkit.results import Result

log = logging.getLogger(__name__)


def run(paths: Paths, plan: Plan, wanted: Wanted, answers: Path) -> Result:
    """Do the whole job, but for writing what all tasks write."""
    facts = _facts(paths.processing_input("labels") / "series.jsonl")
    forecasts = scores.read(answers, [one["periods"] for one in facts], wanted.frequency)
    actual = _actual(paths.processing_input("labels") / "labels.csv", facts)
    results = accuracy.together(actual, forecasts, [_scale(one) for one in facts])
    failed = [place for place, one in enumerate(forecasts) if one.error]
    _note(failed, facts, forecasts)
    singles = [accuracy.measures(results.part(slice(place, place + 1), slice(None))) for place in range(len(facts))]
    _write_series(paths.processing_output("evaluation") / "accuracy.csv", wanted, facts, forecasts, singles)
    drawn = shapes(facts, forecasts, results, singles)

    def draw(folder: Path) -> list[Picture]:
        from toolkit.plots import forecast as plots  # dear to load

        return plots.draw(drawn, plan.target, wanted.time, folder)

    return Result(
        group=accuracy.GROUP,
        metrics=accuracy.with_deviations(results, plan.seed),
        counts={
            "rows": int((np.isfinite(actual) & np.isfinite(results.mean)).sum()),
            "series": len(facts),
            "failed_series": len(failed),
        },
        curves=drawn,
        draw=draw,
    )


def _facts(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        raise UserError(f"no {path.name} beside the labels: nothing says which series and periods they are")
    return [dict(json.loads(line)) for line in table.read_text(path).splitlines()]


def _actual(path: Path, facts: Sequence[Mapping[str, Any]]) -> Floats:
    if not path.is_file():
        raise UserError(f"no {path.name} to compare the scores with")
    rows = list(table.rows(table.read_text(path), path.name))
    if [len(row) for row in rows] != [len(one["periods"]) for one in facts]:
        raise UserError(f"{path.name} and series.jsonl differ in series or periods: rows cannot be joined")
    return np.array([[table.number(cell) if cell else np.nan for cell in row] for row in rows], dtype=float)


def _scale(one: Mapping[str, Any]) -> tuple[float, float]:
    scale = one["scale"]
    return (float(scale["mae"]), float(scale["mse"])) if scale else (float("nan"), float("nan"))


def _note(failed: Sequence[int], facts: Sequence[Mapping[str, Any]], forecasts: Sequence[Forecast]) -> None:
    reasons = [f"{shown(facts[place]['key'])}: {forecasts[place].error}" for place in failed]
    for reason in reasons:
        log.warning("no forecast for %s", reason)
    if len(failed) == len(facts):
        raise UserError(f"no series has a forecast; the first: {reasons[0]}")


def _write_series(
    path: Path,
    wanted: Wanted,
    facts: Sequence[Mapping[str, Any]],
    forecasts: Sequence[Forecast],
    singles: Sequence[Mapping[str, float]],
) -> None:
    """Write the accuracy of each series; empty where nothing defines a number."""
    header = [*wanted.key, "model", *singles[0], "error"]
    lines = (
        [*one["key"], forecast.model, *("" if np.isnan(value) else value for value in single.values()), forecast.error]
        for one, forecast, single in zip(facts, forecasts, singles, strict=True)
    )
    table.write(path, [header, *lines])
