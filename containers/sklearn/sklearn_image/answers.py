"""Predictions into answers: numbers are written in one go, and text is laid around them.

Probabilities of a few decimals, as forests have them, are written by compiled code, other numbers by orjson, which
writes the shortest decimal that is the number, as Python does, but where Python writes an exponent: such numbers take
the slower way. So an answer does not depend on how it was written.
"""

import csv
import io
from collections.abc import Sequence
from operator import add
from typing import Any

import orjson
from compiled import Lines, Unavailable

from sklearn_image.schema import Predictions, Schema
from sklearn_image.wire import CSV


class Writer:
    """Writes answers for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._classes = schema.classes
        self._labels = [_line([label, ""]).rstrip(b"\n") for label in schema.classes]
        self.lines = _compiled([label[:-1] for label in self._labels])

    def write(self, predictions: Predictions, media_type: str) -> bytes:
        """Write numbers, or each row's label and the probabilities of all classes."""
        if media_type != CSV:
            return orjson.dumps({"predictions": self._values(predictions)}) + b"\n"
        if self.lines and (lines := self.lines(predictions)):
            return lines
        text = orjson.dumps(predictions, option=orjson.OPT_SERIALIZE_NUMPY)
        # Python writes numbers from 1e16, below 0.0001 and those that are not finite in another way.
        if b"e" in text or b"0.0000" in text or b"null" in text:
            return self._careful(predictions)
        if not self._classes:
            return b"%b\n" % text[1:-1].replace(b",", b"\n")
        labels = map(self._labels.__getitem__, predictions.argmax(axis=1).tolist())
        return b"%b\n" % b"\n".join(map(add, labels, text[2:-2].split(b"],[")))

    def _values(self, predictions: Predictions) -> list[Any]:
        values: list[Any] = predictions.tolist()
        if not self._classes:
            return values
        classes = self._classes
        codes = predictions.argmax(axis=1).tolist()
        return [
            {"label": classes[code], "probabilities": dict(zip(classes, row, strict=True))}
            for code, row in zip(codes, values, strict=True)
        ]

    def _careful(self, predictions: Predictions) -> bytes:
        values = predictions.tolist()
        if not self._classes:
            return "".join([f"{value!r}\n" for value in values]).encode()
        codes = predictions.argmax(axis=1).tolist()
        return b"".join(
            [
                b"%b%b\n" % (self._labels[code], ",".join(map(repr, row)).encode())
                for code, row in zip(codes, values, strict=True)
            ]
        )


def _compiled(labels: Sequence[bytes]) -> Lines | None:
    try:
        return Lines(labels) if labels else None
    except Unavailable:
        return None


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue().encode()
