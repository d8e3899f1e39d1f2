"""Predictions into answers: numbers are written by orjson in one go, and text is laid around them.

orjson writes the shortest decimal that is the number, as Python does, but where Python writes an exponent; such
numbers take the slower way, so that an answer does not depend on how it was written.
"""

import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson

from sklearn_image.schema import Predictions, Schema
from sklearn_image.wire import CSV

# What may be left of a number that Python writes otherwise: below 0.0001, from 1e16, not finite.
UNLIKE_PYTHON = (b"0.0000", b"e", b"null")


class Writer:
    """Writes answers for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._classes = schema.classes
        self._labels = [_line([label, ""]).rstrip(b"\n") for label in schema.classes]

    def write(self, predictions: Predictions, media_type: str) -> bytes:
        """Write numbers, or each row's label and the probabilities of all classes."""
        if media_type != CSV:
            return orjson.dumps({"predictions": self._values(predictions)}) + b"\n"
        text = orjson.dumps(predictions, option=orjson.OPT_SERIALIZE_NUMPY)
        if any(sign in text for sign in UNLIKE_PYTHON):
            return self._careful(predictions)
        if not self._classes:
            return b"%b\n" % text[1:-1].replace(b",", b"\n")
        labels = map(self._labels.__getitem__, predictions.argmax(axis=1).tolist())
        rows = text[2:-2].split(b"],[")
        return b"%b\n" % b"\n".join([label + row for label, row in zip(labels, rows, strict=True)])

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


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue().encode()
