"""Rows that are plain numbers, as nearly all are, in a few passes over bytes; of anything else `wire` takes care.

What is read here is the same numbers there, and what is wrong is never told here: None means to look closely.
"""

from collections.abc import Sequence
from itertools import chain
from struct import pack
from typing import Any

import numpy as np
import orjson

from sklearn_image.schema import LARGEST, NUMBERS, Matrix, Schema

PLAIN = {float, int}


class PlainRows:
    """Reads for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._width = len(schema.columns)
        self._line = b"," * (self._width - 1) + b"\n"
        self._only_numbers = schema.only_numbers
        self._lines = schema.plain
        self._names = schema.names

    def csv(self, body: bytes) -> Matrix | None:
        """Read text/csv."""
        if not self._lines:
            return None
        if b"\r" in body:
            body = body.replace(b"\r\n", b"\n")
        if not body.endswith(b"\n"):
            body += b"\n"
        # What is left of a body without its numbers has to be the ends of cells and lines.
        ends = body.translate(None, NUMBERS)
        if ends != self._line * (len(ends) // self._width):
            return None
        try:
            # A number of JSON is one of CSV; others (.5, +1, 007) are not read here.
            cells = orjson.loads(b"[%b]" % body[:-1].replace(b"\n", b","))
        except orjson.JSONDecodeError:
            return None
        return self._matrix(cells, len(ends) // self._width)

    def json(self, instances: Sequence[Any]) -> Matrix | None:
        """Read the instances of application/json, which are all lists or all objects."""
        if not self._only_numbers:
            return None
        kinds = set(map(type, instances))
        if kinds not in ({list}, {dict}) or set(map(len, instances)) != {self._width}:
            return None
        try:
            cells = self._flat(instances, named=kinds == {dict})
        except KeyError:
            return None
        return self._matrix(cells, len(instances)) if PLAIN.issuperset(map(type, cells)) else None

    def _flat(self, instances: Sequence[Any], *, named: bool) -> list[Any]:
        if named:
            return [instance[name] for instance in instances for name in self._names]
        return list(chain.from_iterable(instances))

    def _matrix(self, cells: Sequence[float], rows: int) -> Matrix | None:
        if len(cells) != rows * self._width:
            return None
        matrix = np.frombuffer(pack(f"{len(cells)}d", *cells)).reshape(rows, self._width)
        # Not one of them is larger than LARGEST if all squares together are not larger than its square.
        return matrix if np.vdot(matrix, matrix) <= LARGEST * LARGEST else None
