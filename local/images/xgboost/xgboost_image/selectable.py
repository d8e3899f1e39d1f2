"""Selectable inference: `SAGEMAKER_INFERENCE_OUTPUT` names what a prediction consists of.

Source: "Common data formats for inference" in the SageMaker developer guide, and AWS's public container.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from recordio import Record, Tensor, write_records

from xgboost_image.problems import UserError

_CLASSIFIED = ("predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores")
_WITHOUT_PROBABILITY = ("predicted_label", "labels", "raw_score", "raw_scores")
_SCORED = ("predicted_score",)
# What each objective can tell.
_KEYS: Mapping[str, Sequence[str]] = {
    "reg:squarederror": _SCORED,
    "reg:logistic": _SCORED,
    "reg:gamma": _SCORED,
    "reg:absoluteerror": _SCORED,
    "reg:tweedie": _SCORED,
    "binary:logistic": _CLASSIFIED,
    "binary:logitraw": _WITHOUT_PROBABILITY,
    "binary:hinge": _WITHOUT_PROBABILITY,
    "multi:softmax": _WITHOUT_PROBABILITY,
    "multi:softprob": _CLASSIFIED,
}
_SELECTORS: Mapping[str, Callable[[str, int, Any], Any]] = {
    "predicted_label": lambda objective, _, raw: _label(objective, raw),
    "labels": lambda objective, classes, _: list(range(2 if objective.startswith("binary:") else classes)),
    "probability": lambda _, __, raw: _best(raw),
    "probabilities": lambda _, __, raw: _all(raw),
    "raw_score": lambda _, __, raw: _best(raw),
    "raw_scores": lambda _, __, raw: _all(raw),
    "predicted_score": lambda _, __, raw: raw,
}


def select(wanted: str, objective: str, classes: int, predictions: Sequence[Any]) -> list[dict[str, Any]]:
    """Return a dictionary per row, its keys in the order of `wanted`; a key that the objective has not is NaN.

    Raises:
        UserError: nothing can be selected for the objective.
    """
    if objective not in _KEYS:
        raise UserError(f"Objective `{objective}` unsupported for selectable inference predictions.")
    keys = wanted.replace(" ", "").lower().split(",")
    return [
        {key: _SELECTORS[key](objective, classes, raw) if key in _KEYS[objective] else float("nan") for key in keys}
        for raw in predictions
    ]


def encode(rows: Sequence[Mapping[str, Any]], accept: str) -> bytes:
    """Return the rows in one of the four media types."""
    if accept == "application/json":
        return json.dumps({"predictions": rows}).encode()
    if accept == "application/jsonlines":
        return "".join(json.dumps(row) + "\n" for row in rows).encode()
    if accept == "application/x-recordio-protobuf":
        return write_records(Record(label={key: _tensor(value) for key, value in row.items()}) for row in rows)
    return "\n".join(",".join(map(_cell, row.values())) for row in rows).encode()


def _cell(value: Any) -> str:
    return f'"{value}"' if isinstance(value, list) else str(value)


def _tensor(value: Any) -> Tensor:
    return Tensor(np.array(value if isinstance(value, list) else [value], dtype=float))


def _label(objective: str, raw: Any) -> int | float:
    if objective == "multi:softprob":
        return int(np.argmax(raw))
    if objective == "binary:logistic":
        return int(raw > 0.5)
    return int(raw > 0) if objective == "binary:logitraw" else float(raw)


def _best(raw: Any) -> float:
    return float(max(raw)) if isinstance(raw, list) else float(raw)


def _all(raw: Any) -> list[float]:
    return raw if isinstance(raw, list) else [1.0 - raw, raw]
