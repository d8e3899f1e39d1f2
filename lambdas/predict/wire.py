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
    lines = (",".join([_text(cell, row) for cell in schema.cells]) for row in rows)
    body = "".join(f"{line}\n" for line in lines).encode()
    if len(body) > LIMIT:
        raise TooLarge(f"The model would have to read {len(body)} bytes, more than {LIMIT}: split the instances.")
    return body


def _text(cell: Cell, row: Mapping[str, Any]) -> str:
    value = row[cell.feature.name]
    if cell.level is not None:
        return "1" if value == cell.level else "0"
    return _quoted(value) if isinstance(value, str) else str(value)


def _quoted(text: str) -> str:
    if not _SPECIAL.search(text):
        return text
    return '"' + text.replace('"', '""') + '"'
