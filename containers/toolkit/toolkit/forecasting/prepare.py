"""Prepare for a forecast: series cut by time, and what the evaluation needs to know of each."""

import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contract import table

from toolkit.features import schema_hash
from toolkit.forecasting import series
from toolkit.forecasting.cut import Cut, cut, scale, testable
from toolkit.forecasting.series import Floats, Series, shown
from toolkit.plan import Forecast, Plan
from toolkit.problems import Problems
from toolkit.sources import Raw

log = logging.getLogger(__name__)

# Enough of the past to see season and level in a picture.
SEASONS_SHOWN = 4
MOST_SHOWN = 200


def write(folder: Path, plan: Plan, wanted: Forecast, raw: Raw, problems: Problems) -> None:
    """Prepare the series of a table into a folder."""
    found = series.read(raw, plan.target, wanted, problems)
    at = cut(found, plan.split, wanted.horizon, wanted.frequency)
    known, tested = _chosen(found, at)
    rows = _write_parts(folder, plan.target, wanted, known, at)
    _write_test(folder / "test", wanted, tested, at)
    described = describe(plan, wanted, known, rows | {"test": len(tested) * at.horizon})
    text = json.dumps(described, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "features.json").write_text(text + "\n", encoding="utf-8")
    log.info("series: %d, of which %d in the test; test periods: %d", len(known), len(tested), at.horizon)


def _chosen(found: Sequence[Series], at: Cut) -> tuple[list[Series], list[Series]]:
    known = [one for one in found if one.start < at.test]
    tested = [one for one in known if testable(one, at)]
    for one in found:
        if one.start >= at.test:
            log.warning("left out %s: its first period is one of the test's", shown(one.key))
        elif not testable(one, at):
            log.warning("not in the test %s: no value in the test's periods", shown(one.key))
    return known, tested


def _write_parts(folder: Path, target: str, wanted: Forecast, known: Sequence[Series], at: Cut) -> dict[str, int]:
    header = [target, wanted.time, *wanted.key]
    parts = {"train": (min(one.start for one in known), at.validation), "validation": (at.validation, at.test)}
    counts = {}
    for name, (first, end) in parts.items():
        rows = [row for one in known for row in _rows(one, first, end, wanted)]
        if rows:
            table.write(folder / name / f"{name}.csv", [header, *rows])
        counts[name] = len(rows)
    return counts


def _rows(one: Series, first: int, end: int, wanted: Forecast) -> Iterator[list[Any]]:
    """Yield every period of the part from the series' own start: to its end, so that all forecasts begin together."""
    first = max(first, one.start)
    for period, value in zip(range(first, end), one.between(first, end).tolist(), strict=True):
        yield [_cell(value), wanted.frequency.text(period), *one.key]


def _cell(value: float) -> str:
    return "" if np.isnan(value) else repr(value)


def _write_test(folder: Path, wanted: Forecast, tested: Sequence[Series], at: Cut) -> None:
    table.write(folder / "features.csv", [[*one.key, at.horizon] for one in tested])
    actual = [one.between(at.test, at.end).tolist() for one in tested]
    table.write(folder / "labels.csv", [[_cell(value) for value in row] for row in actual])
    with (folder / "series.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(_facts(one, wanted, at), ensure_ascii=False) + "\n" for one in tested)


def _facts(one: Series, wanted: Forecast, at: Cut) -> dict[str, Any]:
    """Return what the evaluation needs of a series: its scale, the periods of the test, the end of its past."""
    sample = one.between(one.start, at.test)
    measure = scale(sample, wanted.frequency.season)
    shown_first = max(
        one.start, at.test - min(MOST_SHOWN, max(SEASONS_SHOWN * wanted.frequency.season, 3 * at.horizon))
    )
    past = one.between(shown_first, at.test)
    return {
        "key": list(one.key),
        "scale": None if measure is None else {"lag": measure.lag, "mae": measure.absolute, "mse": measure.squared},
        "periods": [wanted.frequency.text(period) for period in range(at.test, at.end)],
        "history": {
            "periods": [wanted.frequency.text(period) for period in range(shown_first, at.test)],
            "values": [None if np.isnan(value) else value for value in past.tolist()],
        },
    }


def describe(plan: Plan, wanted: Forecast, known: Sequence[Series], rows: dict[str, int]) -> dict[str, Any]:
    """Return features.json: keys as categories, and the horizon that a caller may ask for."""
    features: list[dict[str, Any]] = [
        {"name": name, "type": "category", "categories": sorted({one.key[place] for one in known})}
        for place, name in enumerate(wanted.key)
    ]
    features.append({"name": "horizon", "type": "integer", "min": 1, "max": 2 * wanted.horizon})
    columns, target = [*wanted.key, "horizon"], {"name": plan.target, "type": "number"}
    example = _example(known)
    return {
        "version": 1,
        "workload": plan.workload,
        "task": plan.task,
        "layout": plan.layout,
        "target": target,
        "time": wanted.time,
        "frequency": wanted.frequency.name,
        "features": features,
        "columns": columns,
        "decoders": plan.decoders,
        "example": {**dict(zip(wanted.key, example.key, strict=True)), "horizon": wanted.horizon},
        "example_line": table.line([*example.key, wanted.horizon]),
        "rows": rows,
        "series": len(known),
        "schema_hash": schema_hash(
            features, columns, plan.layout, target | {"time": wanted.time, "frequency": wanted.frequency.name}
        ),
    }


def _example(known: Sequence[Series]) -> Series:
    """Choose a series that every model can forecast: the one with the most values that vary."""
    return max(known, key=lambda one: (_varies(one.values), int(np.isfinite(one.values).sum())))


def _varies(values: Floats) -> bool:
    present = values[np.isfinite(values)]
    return bool(len(present)) and bool((present != present[0]).any())
