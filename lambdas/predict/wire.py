"""Typed rows as the bytes that every variant reads: CSV in wire order, no header."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from predict.problems import TooLarge
from predict.schema import Cell, Schema

MEDIA_TYPE = "text/csv"
# SageMaker's limit for the body of InvokeEndpoint.
LIMIT = 6_291_456


def write(rows: Iterable[Mapping[str, Any]], schema: Schema) -> bytes:
    """Write one line per row."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([_value(cell, row) for cell in schema.cells] for row in rows)
    body = buffer.getvalue().encode()
    if len(body) > LIMIT:
        raise TooLarge(
            f"The model would have to read {len(body)} bytes, more than {LIMIT}: split the instances."
        )
    return body


def _value(cell: Cell, row: Mapping[str, Any]) -> Any:
    value = row[cell.feature.name]
    return value if cell.level is None else int(value == cell.level)
