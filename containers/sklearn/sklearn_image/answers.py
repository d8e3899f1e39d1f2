"""Predictions into answers: numbers are written by orjson in one go, and text is laid around them.

orjson writes the shortest decimal that is the number, as Python does, but where Python writes an exponent; such
numbers take the slower way, so that an answer does not depend on how it was written.
"""

import csv
import io
from collections.abc import Sequence
from operator import add
from typing import Any

import orjson

from sklearn_image.schema import Predictions, Schema
from sklearn_image.wire import CSV


class Writer:
    """Writes answers for one schema."""

    def __init__(self, schema: Schema) -> None:
        self._classes = schema.classes
        self._labels = [_line([label, ""]).rstrip(b"\n") for label in schema.classes]

    def write(self, predictions: Predictions, media_type: str) -> bytes:
        """Write numbers, or each row's label and the probabilities of all classes."""
        if media_type != CSV:
            return orjson.dumps({"predictions": self._values(predictions)}) + b"\n"
        if len(predictions) == 1:
            return self._line(predictions[0].tolist())
        text = orjson.dumps(predictions, option=orjson.OPT_SERIALIZE_NUMPY)
        if _unlike_python(text):
            return self._careful(predictions)
        if not self._classes:
            return b"%b\n" % text[1:-1].replace(b",", b"\n")
        labels = map(self._labels.__getitem__, predictions.argmax(axis=1).tolist())
        return b"%b\n" % b"\n".join(map(add, labels, text[2:-2].split(b"],[")))

    def _line(self, values: Any) -> bytes:
        """Write one row without a step that pays for many."""
        if not self._classes:
            return b"%a\n" % values
        text = orjson.dumps(values)
        label = self._labels[values.index(max(values))]
        if _unlike_python(text):
            return b"%b%b\n" % (label, ",".join(map(repr, values)).encode())
        return b"%b%b\n" % (label, text[1:-1])

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


def _unlike_python(text: bytes) -> bool:
    """Tell whether Python writes one of the numbers in another way: from 1e16, below 0.0001, and if not finite."""
    return b"e" in text or b"0.0000" in text or b"null" in text


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue().encode()
