"""Typed rows as the bytes that every variant reads: CSV in wire order, no header."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from predict.problems import TooLarge
from predict.schema import Cell, Schema

MEDIA_TYPE = "text/csv"
# SageMaker's limit for the body of InvokeEndpoint.
LIMIT = 6_291_456
# The csv module of Python before 3.13 leaves a lone carriage return bare, which cuts the row for its readers.
_SPECIAL = re.compile(r'[",\r\n]|^$')


def write(rows: Iterable[Mapping[str, Any]], schema: Schema) -> bytes:
    """Write one line per row."""
    lines = (",".join(_quoted(_value(cell, row)) for cell in schema.cells) for row in rows)
    body = "".join(f"{line}\n" for line in lines).encode()
    if len(body) > LIMIT:
        raise TooLarge(f"The model would have to read {len(body)} bytes, more than {LIMIT}: split the instances.")
    return body


def _value(cell: Cell, row: Mapping[str, Any]) -> Any:
    value = row[cell.feature.name]
    return value if cell.level is None else int(value == cell.level)


def _quoted(value: Any) -> str:
    text = str(value)
    if not _SPECIAL.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'
