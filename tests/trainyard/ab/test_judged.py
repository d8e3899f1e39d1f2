"""Answers beside actual values, decoded as the API decodes them."""

import json
from typing import Any

import pytest
from predict import schema

from trainyard.ab import judged
from trainyard.ab.captures import Answer

pytestmark = pytest.mark.unit

CLASSES = ["setosa", "versicolor", "virginica"]
LABELS = {"format": "csv", "output": "label-probabilities"}


def shape(task: str, decoder: dict[str, str], target: dict[str, Any] | None = None) -> schema.Schema:
    features = [{"name": "x", "type": "number"}]
    document = {"task": task, "layout": "raw", "target": target or {"name": "y", "type": "number"}}
    return schema.read(document | {"features": features, "columns": ["x"], "decoders": {"a": decoder, "b": decoder}})


SPECIES = shape("classification", LABELS, {"name": "species", "type": "category", "categories": CLASSES})
PRICES = shape("regression", {"format": "csv", "output": "value"})
TRIPS = shape("forecasting", {"format": "json", "output": "forecast"})


def join(kind: schema.Schema, actual: dict[str, Any], *answers: tuple[str, str, bytes | None]) -> judged.Judged:
    return judged.join(kind, ["a", "b"], [Answer(*answer) for answer in answers], actual)


def forecast(*means: float) -> dict[str, Any]:
    return {"periods": [str(at) for at in range(len(means))], "mean": list(means), "intervals": {}, "model": "ETS"}


def test_a_label_is_right_or_wrong_for_the_variant_that_answered() -> None:
    answers = [("a", "1", b"setosa,0.9,0.1,0\n"), ("b", "2", b"setosa,0.9,0.1,0\n")]
    found = join(SPECIES, {"1": "setosa", "2": "virginica"}, *answers)
    assert found.values == {"a": [1.0], "b": [0.0]}


def test_a_list_has_one_actual_value_per_instance() -> None:
    found = join(PRICES, {"1": [20, 30.5]}, ("a", "1", b"21.5\n30\n"))
    assert found.values["a"] == [1.5, -0.5]


def test_xgboosts_one_line_for_several_rows_is_read_by_their_number() -> None:
    assert join(PRICES, {"1": [20, 30]}, ("a", "1", b"21.5,30")).values["a"] == [1.5, 0]


def test_a_forecast_is_judged_over_the_periods_that_are_known() -> None:
    body = json.dumps({"predictions": [forecast(10, 12, 14)]}).encode()
    found = join(TRIPS, {"1": [11, None, 17]}, ("a", "1", body))
    assert found.values["a"] == [2.0]


def test_each_series_of_a_request_is_one_row() -> None:
    body = json.dumps({"predictions": [forecast(10), {"error": "too short"}, forecast(5)]}).encode()
    assert join(TRIPS, {"1": [[12], [1], [None]]}, ("a", "1", body)).values["a"] == [2.0]


@pytest.mark.parametrize(
    ("kind", "actual", "body"),
    [
        (PRICES, "high", b"21.5"),
        (PRICES, True, b"21.5"),
        (PRICES, {"price": 3}, b"21.5"),
        (TRIPS, [1, 2, 3], json.dumps({"predictions": [forecast(1)]}).encode()),
        (TRIPS, 7, json.dumps({"predictions": [forecast(1)]}).encode()),
    ],
)
def test_an_actual_value_of_another_form_is_counted(kind: schema.Schema, actual: Any, body: bytes) -> None:
    found = join(kind, {"1": actual}, ("a", "1", body))
    assert (found.mismatched, found.unreadable, found.values["a"]) == (1, 0, [])


@pytest.mark.parametrize("body", [None, b"", b"oops", b"1\n2\n", b"\xff"])
def test_an_answer_that_cannot_be_read_is_counted(body: bytes | None) -> None:
    found = join(PRICES, {"1": 3}, ("a", "1", body))
    assert (found.unreadable, found.mismatched, found.values["a"]) == (1, 0, [])


def test_a_variant_without_decoder_is_counted() -> None:
    kind = shape("regression", {"format": "csv", "output": "value"})
    found = judged.join(kind, ["c"], [Answer("c", "1", b"1")], {"1": 1})
    assert found.unreadable == 1


def test_one_id_counts_once() -> None:
    found = join(PRICES, {"1": 3}, ("a", "1", b"3"), ("a", "1", b"4"))
    assert found.values["a"] == [0.0]
