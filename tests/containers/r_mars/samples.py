"""Iris with sepal length as the target and the species as a category, split in two."""

from sklearn.datasets import load_iris

HEADER = ["sepal_width", "petal_length", "petal_width", "species"]


def rows(first: int) -> tuple[list[list[str]], list[float]]:
    """Return every second flower as text cells, and its sepal length."""
    data = load_iris()
    chosen = range(first, 150, 2)
    features = [[*map(str, data.data[row][1:]), str(data.target_names[data.target[row]])] for row in chosen]
    return features, [float(data.data[row][0]) for row in chosen]


def table(first: int) -> str:
    """Return a channel: header, label first."""
    features, lengths = rows(first)
    lines = [",".join([str(length), *row]) for length, row in zip(lengths, features, strict=True)]
    return "\n".join([",".join(["sepal_length", *HEADER]), *lines]) + "\n"


def body(first: int) -> str:
    """Return a request: no header, no label."""
    return "".join(",".join(row) + "\n" for row in rows(first)[0])
