"""Training data for the tests, and the same rows as scikit-learn reads them."""

from typing import Any

import numpy as np
from sklearn.datasets import load_iris

COLOURS = ["blue", "red", 'so "so", la']


def iris(first: int, step: int = 2) -> tuple[list[list[str]], list[str]]:
    """Return every second iris with a made-up colour, as text cells, and its kind."""
    data = load_iris()
    chosen = range(first, 150, step)
    rows = [[*(repr(float(value)) for value in data.data[row]), COLOURS[row % 3]] for row in chosen]
    return rows, [str(data.target_names[data.target[row]]) for row in chosen]


HEADER = ["sepal_length", "sepal_width", "petal_length", "petal_width", "colour"]


def line(cells: list[str]) -> str:
    """Write one CSV line, quoting where needed."""
    return ",".join('"' + cell.replace('"', '""') + '"' if set(cell) & set('",') else cell for cell in cells)


def table(first: int) -> str:
    """Return a channel: header, label first."""
    rows, kinds = iris(first)
    lines = [line([kind, *row]) for kind, row in zip(kinds, rows, strict=True)]
    return "\n".join([",".join(["kind", *HEADER]), *lines]) + "\n"


def body(first: int) -> str:
    """Return a request: no header, no label."""
    return "".join(line(row) + "\n" for row in iris(first)[0])


def matrix(rows: list[list[str]]) -> Any:
    """Return numbers, then one column per colour."""
    return np.array([[*map(float, row[:-1]), *(float(row[-1] == colour) for colour in COLOURS)] for row in rows])
