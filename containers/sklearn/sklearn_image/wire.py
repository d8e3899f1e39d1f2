"""Requests into matrices, predictions into answers; each body is text/csv or application/json."""

import csv
from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from contract import table
from contract.errors import UserError
from contract.text import quoted

from sklearn_image.model import Model
from sklearn_image.schema import SHOWN, Matrix, Schema

CSV = "text/csv"
JSON = "application/json"


def parse(body: bytes, media_type: str, schema: Schema) -> Matrix:
    """Read a body; UserError names row, column and value of what does not fit."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"byte {error.start} of the body is not UTF-8") from error
    if not text.strip():
        raise UserError("the body is empty; send at least one row")
    return schema.matrix(_csv_records(text, schema) if media_type == CSV else _json_records(text, schema))


def _csv_records(text: str, schema: Schema) -> list[list[str]]:
    records = list(table.rows(text, "body"))
    while records and not records[-1]:
        records.pop()
    names = [cell.strip() for cell in records[0]]
    if sorted(names) != sorted(schema.names):
        return records
    if len(records) == 1:
        raise UserError("the body has a header and no row")
    order = [names.index(name) for name in schema.names]
    width = len(order)
    return [[row[place] for place in order] if len(row) == width else row for row in records[1:]]


def _json_records(text: str, schema: Schema) -> list[list[str]]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UserError(f"the body is not JSON: {error}") from error
    instances = value.get("instances") if isinstance(value, dict) else None
    if not isinstance(instances, list) or not instances:
        raise UserError('expected {"instances": [...]} with at least one row')
    return [_record(instance, row, schema) for row, instance in enumerate(instances, start=1)]


def _record(instance: Any, row: int, schema: Schema) -> list[str]:
    if isinstance(instance, dict):
        _check_names(instance, row, schema)
        instance = [instance[name] for name in schema.names]
    if not isinstance(instance, list):
        raise UserError(f"row {row} must be a list of cells or an object of names and cells")
    return [_cell(value, row, position, schema) for position, value in enumerate(instance)]


def _check_names(instance: dict[str, Any], row: int, schema: Schema) -> None:
    missing = [name for name in schema.names if name not in instance]
    unknown = [name for name in instance if name not in schema.names]
    if missing:
        raise UserError(f"row {row} lacks {', '.join(missing[:SHOWN])}")
    if unknown:
        raise UserError(f"row {row} has unknown {', '.join(quoted(name) for name in unknown[:SHOWN])}")


def _cell(value: Any, row: int, position: int, schema: Schema) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    name = schema.names[position] if position < len(schema.names) else str(position + 1)
    raise UserError(f"row {row}, column {name}: {orjson.dumps(value).decode()[:60]} is no number and no text")


def answer(model: Model, matrix: Matrix, media_type: str) -> bytes:
    """Predict and write the answer."""
    if model.schema.task == "regression":
        values = model.values(matrix).tolist()
        return _lines([[value] for value in values]) if media_type == CSV else _predictions(values)
    probabilities = model.probabilities(matrix)
    classes = model.schema.classes
    labels = [classes[code] for code in np.argmax(probabilities, axis=1).tolist()]
    rows = probabilities.tolist()
    if media_type == CSV:
        return _lines([[label, *row] for label, row in zip(labels, rows, strict=True)])
    pairs = zip(labels, rows, strict=True)
    return _predictions(
        [{"label": label, "probabilities": dict(zip(classes, row, strict=True))} for label, row in pairs]
    )


def _lines(records: Sequence[Sequence[Any]]) -> bytes:
    buffer: list[str] = []
    csv.writer(_Lines(buffer), lineterminator="\n").writerows(records)
    return "".join(buffer).encode()


class _Lines:
    """Let csv write into a list."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines

    def write(self, text: str) -> None:
        self._lines.append(text)


def _predictions(values: list[Any]) -> bytes:
    return orjson.dumps({"predictions": values}) + b"\n"
