"""A variant's answer as predictions, by the decoder that features.json has for it."""

import csv
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from predict.schema import Schema

Prediction = float | dict[str, Any]
Cells = Sequence[str]


class Unreadable(Exception):
    """The answer is not what the decoder describes; for the log, not for the caller."""


def read(body: bytes, decoder: Mapping[str, str], schema: Schema, count: int) -> list[Prediction]:
    """Return one prediction per row that was sent."""
    form = (decoder["format"], decoder["output"])
    try:
        rows = _json_rows(body) if form[0] == "json" else _csv_rows(body, form[1], schema, count)
        predictions = [_DECODERS[form](row, schema) for row in rows]
    except (ValueError, KeyError, IndexError, TypeError, csv.Error) as error:
        raise Unreadable(f"{form}: {type(error).__name__}: {error}") from error
    if len(predictions) != count:
        raise Unreadable(f"{len(predictions)} predictions for {count} rows")
    return predictions


def _json_rows(body: bytes) -> list[Any]:
    return list(json.loads(body)["predictions"])


def _csv_rows(body: bytes, output: str, schema: Schema, count: int) -> list[list[str]]:
    lines = [line for line in csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True) if line]
    if len(lines) != 1 or count == 1 or output not in ("value", "code", "probabilities"):
        return lines
    # The XGBoost images answer several rows in one line, probabilities in brackets.
    width, rest = divmod(len(lines[0]), count)
    if rest or width not in (1, len(schema.classes)):
        raise ValueError(f"{len(lines[0])} cells in one line for {count} rows")
    return [lines[0][start : start + width] for start in range(0, len(lines[0]), width)]


def _number(cell: Any) -> float:
    number = float(cell.strip().strip("[]") if isinstance(cell, str) else cell)
    if not math.isfinite(number):
        raise ValueError(f"{cell} is no prediction")
    return number


def _only(cells: Cells) -> str:
    (cell,) = cells
    return cell


def _value(cells: Cells, schema: Schema) -> Prediction:
    return _number(_only(cells))


def _label(cells: Cells, schema: Schema) -> Prediction:
    return {"label": _only(cells)}


def _label_probabilities(cells: Cells, schema: Schema) -> Prediction:
    return {"label": cells[0], "probabilities": _shares(cells[1:], schema)}


def _code(cells: Cells, schema: Schema) -> Prediction:
    return {"label": _class(_only(cells), schema)}


def _probabilities(cells: Cells, schema: Schema) -> Prediction:
    """One column is the second class of two."""
    if len(cells) == 1:
        second = _number(cells[0])
        shares = _shares([1 - second, second], schema)
    else:
        shares = _shares(cells, schema)
    return {"label": max(shares, key=shares.__getitem__), "probabilities": shares}


def _score(row: Mapping[str, Any], schema: Schema) -> Prediction:
    """linear-learner: a number, the second class's probability, or one per class."""
    if not schema.classes:
        return _number(row["score"])
    score = row["score"]
    shares = _shares(score if isinstance(score, list) else [1 - _number(score), score], schema)
    return {"label": _class(row["predicted_label"], schema), "probabilities": shares}


def _forecast(row: Mapping[str, Any], schema: Schema) -> Prediction:
    """Means and intervals by period; a series without a model has the reason instead."""
    if "error" in row:
        return {"error": str(row["error"])}
    means = [_number(value) for value in row["mean"]]
    periods = [str(period) for period in row["periods"]]
    intervals = {
        str(level): {side: [_number(value) for value in bounds[side]] for side in ("lower", "upper")}
        for level, bounds in row["intervals"].items()
    }
    if {len(means)} != {len(periods), *(len(side) for bounds in intervals.values() for side in bounds.values())}:
        raise ValueError("periods, means and bounds differ in number")
    return {"periods": periods, "mean": means, "intervals": intervals, "model": str(row["model"])}


def _shares(cells: Sequence[Any], schema: Schema) -> dict[str, float]:
    return {name: _number(cell) for name, cell in zip(schema.classes, cells, strict=True)}


def _class(code: Any, schema: Schema) -> str:
    index = _number(code)
    if index != int(index) or index < 0:
        raise ValueError(f"{code} is no class code")
    return schema.classes[int(index)]


_DECODERS: Mapping[tuple[str, str], Callable[[Any, Schema], Prediction]] = {
    ("csv", "value"): _value,
    ("csv", "label"): _label,
    ("csv", "label-probabilities"): _label_probabilities,
    ("csv", "code"): _code,
    ("csv", "probabilities"): _probabilities,
    ("json", "score"): _score,
    ("json", "forecast"): _forecast,
}
