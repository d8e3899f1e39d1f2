"""However an answer is written, it is what Python's own writers make of the same numbers."""

import csv
import io
import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn_image import wire
from sklearn_image.answers import Writer
from sklearn_image.schema import Column, Predictions, Schema

pytestmark = pytest.mark.unit

LABELS = ("plain", 'so "so", la', "[1.0,2]", "two\nlines", "e", "ü")
KINDS = Schema("classification", "kind", (Column("a"),), LABELS)
NUMBERS = Schema("regression", "y", (Column("a"),))
FLOATS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(0, 1),
    st.sampled_from([0.0, -0.0, 1.0, 0.1, 1e-4, 9.9e-5, 1e-5, 1e15, 1e16, 123456789.0, 5e-324, 10.00001]),
)


def expected_csv(schema: Schema, predictions: Predictions) -> bytes:
    buffer = io.StringIO()
    rows = predictions.tolist() if schema.classes else [[value] for value in predictions.tolist()]
    labels = [[schema.classes[row.index(max(row))]] if schema.classes else [] for row in rows]
    csv.writer(buffer, lineterminator="\n").writerows(label + row for label, row in zip(labels, rows, strict=True))
    return buffer.getvalue().encode()


@given(st.lists(FLOATS, min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
@example([0.1, 0.2])
@example([1e-5])
@example([1e16])
def test_numbers(values: list[float]) -> None:
    predictions, writer = np.array(values), Writer(NUMBERS)
    assert writer.write(predictions, wire.CSV) == expected_csv(NUMBERS, predictions)
    assert json.loads(writer.write(predictions, wire.JSON)) == {"predictions": values}


@given(st.lists(st.lists(FLOATS, min_size=len(LABELS), max_size=len(LABELS)), min_size=1, max_size=6))
@settings(max_examples=300, deadline=None)
@example([[0.0] * 5 + [1.0], [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]])
def test_labels_and_probabilities(values: list[list[float]]) -> None:
    predictions, writer = np.array(values), Writer(KINDS)
    assert writer.write(predictions, wire.CSV) == expected_csv(KINDS, predictions)
    told = json.loads(writer.write(predictions, wire.JSON))["predictions"]
    assert [row["label"] for row in told] == [LABELS[row.index(max(row))] for row in values]
    assert [list(row["probabilities"].items()) for row in told] == [
        list(zip(LABELS, row, strict=True)) for row in values
    ]


def test_what_is_not_finite_is_written_as_python_writes_it() -> None:
    assert Writer(NUMBERS).write(np.array([np.nan, np.inf, 1.0]), wire.CSV) == b"nan\ninf\n1.0\n"
