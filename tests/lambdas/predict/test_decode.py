import json
from typing import Any

import pytest
from predict import decode, schema
from predict.decode import Unreadable

from tests.lambdas.predict.world import FEATURES

pytestmark = pytest.mark.unit
BINARY = schema.read(FEATURES)
THREE = schema.read(FEATURES | {"target": {"name": "t", "type": "category", "categories": ["a", "b", "c"]}})
REGRESSION = schema.read(FEATURES | {"task": "regression", "target": {"name": "t", "type": "number"}})
A, C = {"a": 0.5, "b": 0.25, "c": 0.25}, {"a": 0.0, "b": 0.25, "c": 0.75}


@pytest.mark.parametrize(
    ("form", "answer", "of", "expected"),
    [
        ("value", b"1.5\n-2e3\n", REGRESSION, [1.5, -2000.0]),
        ("value", b"1.5,-2e3", REGRESSION, [1.5, -2000.0]),
        ("label", b'a\n"b,\nc"\n', THREE, [{"label": "a"}, {"label": "b,\nc"}]),
        ("code", b"2.0\n0\n", THREE, [{"label": "c"}, {"label": "a"}]),
        (
            "label-probabilities",
            b"a,0.5,0.25,0.25\nc,0,0.25,0.75\n",
            THREE,
            [{"label": "a", "probabilities": A}, {"label": "c", "probabilities": C}],
        ),
        (
            "probabilities",
            b"[0.5, 0.25, 0.25],[0, 0.25, 0.75]",
            THREE,
            [{"label": "a", "probabilities": A}, {"label": "c", "probabilities": C}],
        ),
        (
            "probabilities",
            b"0.25\n0.75\n",
            BINARY,
            [
                {"label": "setosa", "probabilities": {"setosa": 0.75, "virginica": 0.25}},
                {"label": "virginica", "probabilities": {"setosa": 0.25, "virginica": 0.75}},
            ],
        ),
    ],
)
def test_csv_answers_are_read(form: str, answer: bytes, of: schema.Schema, expected: list[Any]) -> None:
    assert decode.read(answer, {"format": "csv", "output": form}, of, 2) == expected


@pytest.mark.parametrize(
    ("row", "of", "expected"),
    [
        ({"score": 2.5}, REGRESSION, 2.5),
        (
            {"score": 0.75, "predicted_label": 1},
            BINARY,
            {"label": "virginica", "probabilities": {"setosa": 0.25, "virginica": 0.75}},
        ),
        ({"score": [0.5, 0.25, 0.25], "predicted_label": 0.0}, THREE, {"label": "a", "probabilities": A}),
    ],
)
def test_linear_learner_answers_are_read(row: Any, of: schema.Schema, expected: Any) -> None:
    body = json.dumps({"predictions": [row]}).encode()
    assert decode.read(body, {"format": "json", "output": "score"}, of, 1) == [expected]


@pytest.mark.parametrize(
    ("form", "answer"),
    [("code", b"3"), ("code", b"-1"), ("code", b"0.5"), ("value", b"inf"), ("value", b"1\n2\n3")],
)
def test_answer_outside_its_decoder_is_unreadable(form: str, answer: bytes) -> None:
    with pytest.raises(Unreadable):
        decode.read(answer, {"format": "csv", "output": form}, THREE, 1)


def test_a_line_that_does_not_divide_into_the_rows_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="5 cells"):
        decode.read(b"1,2,3,4,5", {"format": "csv", "output": "value"}, REGRESSION, 2)


FORECAST = {
    "periods": ["2016 Q1", "2016 Q2"],
    "mean": [1.5, 2],
    "intervals": {"80": {"lower": [1, 1.5], "upper": [2, 2.5]}, "95": {"lower": [0, 1], "upper": [3, 3]}},
    "model": "ETS(A,N,A)",
}
AS_JSON = {"format": "json", "output": "forecast"}


def test_forecasts_and_the_reason_of_a_series_without_one_are_read() -> None:
    body = json.dumps({"predictions": [FORECAST, {"error": "too short"}]}).encode()
    assert decode.read(body, AS_JSON, REGRESSION, 2) == [FORECAST, {"error": "too short"}]


@pytest.mark.parametrize(
    "broken",
    [{"mean": [1.5]}, {"mean": [1.5, None]}, {"periods": ["2016 Q1"]}, {"intervals": {"80": {"lower": [1, 2]}}}],
)
def test_a_forecast_whose_parts_do_not_fit_is_unreadable(broken: dict[str, Any]) -> None:
    body = json.dumps({"predictions": [FORECAST | broken]}).encode()
    with pytest.raises(Unreadable):
        decode.read(body, AS_JSON, REGRESSION, 1)
