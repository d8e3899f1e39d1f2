"""Requests into matrices: bodies of text/csv or application/json, whatever they hold."""

from typing import Any

import orjson
from contract import table
from contract.errors import UserError
from contract.text import quoted

from sklearn_image.plain import PlainRows
from sklearn_image.schema import SHOWN, Matrix, Schema

CSV = "text/csv"
JSON = "application/json"
# Rows of one request; their text is at most 100 MB, what is made of it several times that.
MOST_ROWS = 1_000_000


class Reader:
    """Reads requests for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._plain = PlainRows(schema)

    def read(self, body: bytes, media_type: str) -> Matrix:
        """Read a body; UserError names row, column and value of what does not fit."""
        if media_type == CSV:
            if len(body) > MOST_ROWS:
                _check_count(body.count(b"\n") or body.count(b"\r"))
            matrix = self._plain.csv(body)
            return careful_csv(body, self._schema) if matrix is None else matrix
        instances = _instances(_text(body))
        _check_count(len(instances))
        matrix = self._plain.json(instances)
        return careful_json(instances, self._schema) if matrix is None else matrix


class TooManyRows(UserError):
    """A request is to be sent in parts."""


def _check_count(rows: int) -> None:
    if rows > MOST_ROWS:
        raise TooManyRows(f"the body has more than {MOST_ROWS} rows; send fewer at a time")


def careful_csv(body: bytes, schema: Schema) -> Matrix:
    """Read text/csv in any dress."""
    return schema.matrix(_csv_records(_text(body), schema))


def careful_json(instances: list[Any], schema: Schema) -> Matrix:
    """Read lists and objects of numbers and text."""
    return schema.matrix([_record(instance, row, schema) for row, instance in enumerate(instances, start=1)])


def _text(body: bytes) -> str:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"byte {error.start} of the body is not UTF-8") from error
    if not text.strip():
        raise UserError("the body is empty; send at least one row")
    return text


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


def _instances(text: str) -> list[Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UserError(f"the body is not JSON: {error}") from error
    instances = value.get("instances") if isinstance(value, dict) else None
    if not isinstance(instances, list) or not instances:
        raise UserError('expected {"instances": [...]} with at least one row')
    return instances


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
