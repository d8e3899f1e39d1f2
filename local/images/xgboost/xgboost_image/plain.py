"""Numbers as text by the short way: plain CSV read, and predictions written, as the long ways do.

Each function gives nothing where the short way does not apply, and the long way knows what that means.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

# What JSON's numbers consist of: with commas and line ends between them, rows are lists of lists.
_NUMBERS = b"0123456789.-+eE,\n"


def read_csv(body: bytes) -> NDArray[np.float32] | None:
    """Return rows of numbers, all of one length and none missing, as XGBoost compares them: in 32 bits."""
    if body.translate(None, _NUMBERS):
        return None
    try:
        rows = orjson.loads(b"[[" + body.removesuffix(b"\n").replace(b"\n", b"],[") + b"]]")
        table = np.array(rows, dtype=np.float32)
    except ValueError:
        return None
    return table if table.size else None


def lines(predictions: Sequence[Any]) -> bytes | None:
    """Return a line for each prediction, a number or a list of them, with the digits that `str` writes.

    Exponents look different there, and begin at other numbers.
    """
    text = orjson.dumps(predictions)
    if not predictions or b"e" in text or b"null" in text or b"0.0000" in text:
        return None
    if isinstance(predictions[0], list):
        return text[2:-2].replace(b"],[", b"\n") + b"\n"
    return text[1:-1].replace(b",", b"\n") + b"\n"
