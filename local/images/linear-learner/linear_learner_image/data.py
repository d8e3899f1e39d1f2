"""A channel's files as rows: CSV with the label first and no header, or RecordIO-protobuf, dense or sparse."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from framework import plain
from recordio import RecordIOError, read_matrix
from scipy.sparse import csr_matrix, issparse, vstack

from linear_learner_image.losses import Array
from linear_learner_image.parameters import BINARY, MULTICLASS
from linear_learner_image.problems import ClientError
from linear_learner_image.scaling import Features

CSV, RECORDIO = "text/csv", "application/x-recordio-protobuf"
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class Table:
    """Rows and their labels."""

    features: Features
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)


def read_channel(folder: Path, content_type: str | None, *, piped: bool = False) -> Table:
    """Read every file of a channel, or its first pipe; without a content type it is RecordIO-protobuf, as on AWS.

    Raises:
        ClientError: a file is not what its type says, a row is out of line, or there is no row.
    """
    media_type = (content_type or RECORDIO).split(";")[0].strip().lower()
    if media_type not in (CSV, RECORDIO):
        raise ClientError(f"channel {folder.name}: content type {content_type} must be {CSV} or {RECORDIO}")
    # A pipe is read once: all epochs learn from memory.
    files = [folder.with_name(f"{folder.name}_0")] if piped else filter(Path.is_file, sorted(folder.rglob("*")))
    parts = [_read(folder.name, file, media_type) for file in files]
    parts = [part for part in parts if len(part)]
    if not parts:
        raise ClientError(f"channel {folder.name} has no rows")
    widths = sorted({part.features.shape[1] for part in parts})
    sparse = any(issparse(part.features) for part in parts)
    if len(widths) > 1 and not sparse:
        raise ClientError(f"channel {folder.name}: its files have {widths[0]} and {widths[-1]} features")
    return Table(_stacked([part.features for part in parts], widths[-1]), np.concatenate([p.labels for p in parts]))


def _read(channel: str, file: Path, media_type: str) -> Table:
    body = file.read_bytes()
    try:
        body = gzip.decompress(body) if body.startswith(_GZIP) else body
        return _labelled_csv(body) if media_type == CSV else _labelled_records(body)
    except (OSError, EOFError, ValueError) as error:
        raise ClientError(
            f"Unable to read data channel '{channel}'. Requested content-type is '{media_type}'. Please verify the data"
            f" matches the requested content-type. (caused by {file.name}: {error})"
        ) from error


def _labelled_csv(body: bytes) -> Table:
    array = csv_rows(body)
    if not len(array):
        return Table(array, np.zeros(0))
    if array.shape[1] < 2:
        raise ValueError("a row needs a label and at least one feature")
    return Table(array[:, 1:], array[:, 0])


def _labelled_records(body: bytes) -> Table:
    found = read_matrix(body)
    if found.labels is None:
        raise RecordIOError("its records have no label")
    return Table(found.features, found.labels)


def csv_rows(body: bytes) -> Array:
    """Return the numbers of a CSV body.

    Raises:
        ValueError: a cell is no number, or rows have different lengths; the message says where.
    """
    table = plain.csv(body, np.float64)
    return any_rows(body) if table is None else table


def any_rows(body: bytes) -> Array:
    """Do the same the long way, for what is not plain."""
    lines = [line for line in body.decode("utf-8-sig").splitlines() if line.strip()]
    if not lines:
        return np.zeros((0, 0))
    try:
        array: Array = np.loadtxt(lines, delimiter=",", ndmin=2, comments=None)
    except ValueError as error:
        raise ValueError(f"not rows of numbers without a header: {error}") from error
    if not np.isfinite(array).all():
        raise ValueError(
            f"row {int(np.argmin(np.isfinite(array).all(axis=1))) + 1} has a cell that is no finite number"
        )
    return array


def _stacked(parts: list[Features], width: int) -> Features:
    if not any(issparse(part) for part in parts):
        return np.concatenate(parts)
    return vstack([fitted(part, width) for part in parts]).tocsr()


def fitted(features: Features, width: int) -> csr_matrix:
    """Return sparse rows as wide as asked: the features that are left out are 0."""
    rows = csr_matrix(features)
    rows.resize((rows.shape[0], max(width, rows.shape[1])))
    return rows


def checked(name: str, table: Table, width: int, parameters: Mapping[str, Any]) -> Table:
    """Return a channel's rows in the width of the model.

    Raises:
        ClientError: they have another width, or labels that the predictor type does not know.
    """
    features = table.features
    if issparse(features) and features.shape[1] < width:
        features = fitted(features, width)
    if features.shape[1] != width:
        raise ClientError(f"channel {name} has {features.shape[1]} features, feature_dim is {width}")
    _check_labels(name, table.labels, parameters)
    return Table(features, table.labels)


def _check_labels(name: str, labels: Array, parameters: Mapping[str, Any]) -> None:
    kind = parameters["predictor_type"]
    if kind == BINARY and not np.isin(labels, (0, 1)).all():
        raise ClientError(f"channel {name}: the labels of a {kind} must be 0 or 1, found {_outlier(labels, 2)}")
    count = parameters["num_classes"]
    if kind == MULTICLASS and not ((labels >= 0) & (labels < count) & (labels == np.floor(labels))).all():
        raise ClientError(
            f"channel {name}: the labels of a {kind} must be whole numbers from 0 to {count - 1},"
            f" found {_outlier(labels, count)}"
        )


def _outlier(labels: Array, count: int) -> str:
    wrong = labels[(labels < 0) | (labels >= count) | (labels != np.floor(labels))]
    return f"{wrong[0]:g}"
