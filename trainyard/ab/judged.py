"""Predictions beside what turned out to be true: one number per row, by variant.

Classification: 1 for the right label, else 0. Regression: the error. Forecasting: the mean absolute error of one
series over the periods that are known by now; periods of one series go together, so they are one row.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from predict import decode
from predict.schema import Schema

from trainyard.ab.captures import Answer


@dataclass
class Judged:
    """`values` by variant; what could not be judged is counted: nothing here is fatal."""

    values: dict[str, list[float]]
    seen: set[str] = field(default_factory=set)
    unreadable: int = 0
    mismatched: int = 0


class Mismatch(Exception):
    """The actual value is not of the prediction's form."""


def join(schema: Schema, variants: Sequence[str], answers: Iterable[Answer], actual: Mapping[str, Any]) -> Judged:
    """Judge every answer that there is an actual value for; of several answers to one id the first counts."""
    judged = Judged({variant: [] for variant in variants})
    for answer in answers:
        if answer.inference_id in judged.seen:
            continue
        judged.seen.add(answer.inference_id)
        rows = _rows(schema, actual[answer.inference_id])
        try:
            judged.values[answer.variant] += _judge(schema, answer, rows)
        except decode.Unreadable:
            judged.unreadable += 1
        except Mismatch:
            judged.mismatched += 1
    return judged


def _rows(schema: Schema, actual: Any) -> list[Any]:
    """One actual value per instance; a forecast's is a list already."""
    if schema.task == "forecasting":
        return list(actual) if isinstance(actual, list) and actual and isinstance(actual[0], list) else [actual]
    return list(actual) if isinstance(actual, list) else [actual]


def _judge(schema: Schema, answer: Answer, rows: list[Any]) -> list[float]:
    decoder = schema.decoders.get(answer.variant)
    if answer.body is None or decoder is None:
        raise decode.Unreadable("no answer, or no decoder for it")
    predictions = decode.read(answer.body, decoder, schema, len(rows))
    pairs = zip(predictions, rows, strict=True)
    try:
        found = [_ONE[schema.task](prediction, row) for prediction, row in pairs]
    except (TypeError, ValueError, KeyError) as error:
        raise Mismatch(str(error)) from error
    return [value for value in found if value is not None]


def _right(prediction: Any, actual: Any) -> float:
    return float(prediction["label"] == str(actual))


def _error(prediction: Any, actual: Any) -> float:
    if isinstance(actual, bool | str):
        raise TypeError(f"{actual!r} is no number")
    return float(prediction) - float(actual)


def _horizon(prediction: Any, actual: Any) -> float | None:
    """None where the model had no forecast for the series, or no period is known yet."""
    if "error" in prediction:
        return None
    if len(actual) > len(prediction["mean"]):
        raise ValueError(f"{len(actual)} actual periods for {len(prediction['mean'])} of the forecast")
    errors = [
        abs(_error(mean, value)) for mean, value in zip(prediction["mean"], actual, strict=False) if value is not None
    ]
    return sum(errors) / len(errors) if errors else None


_ONE: Mapping[str, Callable[[Any, Any], float | None]] = {
    "classification": _right,
    "regression": _error,
    "forecasting": _horizon,
}
