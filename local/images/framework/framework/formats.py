"""Media types that the default functions read and write: CSV, JSON and NumPy's own."""

import csv
import io
import json
from typing import Any

import numpy as np

from framework.problems import UnsupportedFormatError

JSON = "application/json"
CSV = "text/csv"
NPY = "application/x-npy"
TEXTS = (JSON, CSV)


def decode(body: str | bytes, media_type: str) -> np.ndarray[Any, Any]:
    """Return the array that a body holds; text types give text or numbers as they were written.

    Raises:
        UnsupportedFormatError: it is none of the three types.
        ValueError: the body is not what its type says.
    """
    if media_type == CSV:
        return _from_csv(_text(body))
    if media_type == JSON:
        return np.array(json.loads(_text(body)))
    if media_type == NPY:
        return _from_npy(body if isinstance(body, bytes) else body.encode())
    raise UnsupportedFormatError(media_type)


def encode(values: Any, media_type: str) -> str | bytes:
    """Return an array-like as a body.

    Raises:
        UnsupportedFormatError: it is none of the three types.
    """
    if media_type == CSV:
        return _to_csv(values)
    if media_type == JSON:
        return json.dumps(values, default=_listed)
    if media_type == NPY:
        buffer = io.BytesIO()
        np.save(buffer, np.asarray(values), allow_pickle=False)
        return buffer.getvalue()
    raise UnsupportedFormatError(media_type)


def _text(body: str | bytes) -> str:
    return body.decode() if isinstance(body, bytes) else body


def _from_csv(text: str) -> np.ndarray[Any, Any]:
    """Rows by columns, even of one row or one column: AWS's image makes those a vector, which models refuse."""
    try:
        return np.array([row for row in csv.reader(io.StringIO(text), strict=True) if row])
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from error


def _from_npy(body: bytes) -> np.ndarray[Any, Any]:
    try:
        array: np.ndarray[Any, Any] = np.load(io.BytesIO(body), allow_pickle=False)
    except (EOFError, OSError) as error:
        raise ValueError(f"not a NumPy file: {error}") from error
    return array


def _to_csv(values: Any) -> str:
    array = np.array(values)
    if array.ndim < 2:
        array = array.reshape(-1, 1)
    stream = io.StringIO()
    # Python's own numbers are written as NumPy's are, several times faster; not so 32-bit floats, which would show
    # digits that they do not have.
    rows = array.tolist() if array.dtype.kind in "biuU" or array.dtype == np.float64 else array
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _listed(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
