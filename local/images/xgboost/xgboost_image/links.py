"""From sums of leaves to predictions, as each objective has it; exponentials to the last bit but one of 32.

XGBoost's own last bit is that of the C library's `expf`, which is another on other machines.
"""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Link = Callable[[Floats], Floats]

# XGBoost keeps the sigmoid's exponent below this, and adds nothing visible against division by zero.
_LARGEST = np.float32(88.7)
_ONE = np.float32(1)


def _identity(sums: Floats) -> Floats:
    return sums[:, 0]


def _sigmoid(sums: Floats) -> Floats:
    result: Floats = _ONE / (_exp(np.minimum(-sums[:, 0], _LARGEST)) + _ONE)
    return result


def _exponential(sums: Floats) -> Floats:
    return _exp(sums[:, 0])


def _hinge(sums: Floats) -> Floats:
    return (sums[:, 0] > 0).astype(np.float32)


def _softmax(sums: Floats) -> Floats:
    parts = _exp(sums - np.maximum.reduce(sums, axis=1, keepdims=True))
    whole = np.add.reduce(parts, axis=1, keepdims=True, dtype=np.float64).astype(np.float32)
    result: Floats = parts / whole
    return result


def _best(sums: Floats) -> Floats:
    result: Floats = sums.argmax(axis=1).astype(np.float32)
    return result


def _exp(values: Floats) -> Floats:
    result: Floats = np.exp(values, dtype=np.float64).astype(np.float32)
    return result


LINKS: Mapping[str, Link] = {
    **dict.fromkeys(("reg:squarederror", "reg:absoluteerror", "reg:squaredlogerror"), _identity),
    **dict.fromkeys(("reg:pseudohubererror", "reg:quantileerror", "binary:logitraw"), _identity),
    **dict.fromkeys(("rank:pairwise", "rank:ndcg", "rank:map"), _identity),
    **dict.fromkeys(("binary:logistic", "reg:logistic"), _sigmoid),
    **dict.fromkeys(("count:poisson", "reg:gamma", "reg:tweedie", "survival:cox", "survival:aft"), _exponential),
    "binary:hinge": _hinge,
    "multi:softprob": _softmax,
    "multi:softmax": _best,
}
