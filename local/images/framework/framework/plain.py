"""Rows that are plain numbers, as nearly all are, read by the short way.

Both functions give what the long way does, or nothing where a body is anything else (quoted, ragged, empty, missing
cells, no numbers, numbers that JSON writes otherwise): the long way knows what that means.
"""

import re
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

# What JSON's numbers consist of: with commas and line ends between them, rows are lists of lists. No blanks: XGBoost
# takes them for what parts cells where a line has more of them than commas.
_NUMBERS = b"0123456789.-+eE,\n"
# JSON's whole numbers have no negative zero.
_MINUS_ZERO = re.compile(rb"-0(?![.eE])")


def csv(body: bytes, dtype: Any) -> NDArray[Any] | None:
    """Return the table of a CSV body without a header, two-dimensional."""
    body = body.replace(b"\r\n", b"\n")
    if body.translate(None, _NUMBERS) or _MINUS_ZERO.search(body):
        return None
    try:
        rows = orjson.loads(b"[[%b]]" % body.removesuffix(b"\n").replace(b"\n", b"],["))
        table = np.array(rows, dtype=dtype)
    except ValueError:
        return None
    return table if table.size else None


def json(body: bytes | str, dtype: Any) -> NDArray[Any] | None:
    """Return the array of a JSON body."""
    try:
        array = np.array(orjson.loads(body))
    except ValueError:
        return None
    return array.astype(dtype) if array.dtype.kind in "iuf" else None
