from collections.abc import Mapping
from typing import Any

import pytest
from rich.console import Console

from local.demo.deployed import Run
from local.demo.summary import spelled, table

pytestmark = pytest.mark.unit

GATE = {"metric": "rmse", "max": 6.0}


def candidate(name: str, error: str = "", **metrics: float) -> dict[str, Any]:
    return {"name": name, "metrics": metrics, "error": error}


def shown(run: Run, weights: Mapping[str, float], answered: Mapping[str, int], predictions: Mapping[str, Any]) -> str:
    console = Console(width=80)
    with console.capture() as capture:
        console.print(table(run, weights, answered, predictions))
    return capture.get()


def test_each_candidate_stands_with_its_verdict_and_each_variant_with_its_traffic() -> None:
    run = Run(GATE, [candidate("xgboost", rmse=3.0), candidate("linear", rmse=4.5), candidate("guess", rmse=9.2)])
    text = shown(
        run, {"xgboost": 0.9, "linear": 0.1}, {"xgboost": 181, "linear": 19}, {"xgboost": 10.5, "linear": 12.9}
    )
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.strip()}
    assert rows["xgboost"] == ["3", "passed", "0.9", "181", "10.5"]
    assert rows["linear"] == ["4.5", "passed", "0.1", "19", "12.9"]
    assert rows["guess"] == ["9.2", "missed", "-", "-", "-"]
    assert "rmse at most 6" in text
    assert "of 200 requests" in text


def test_variant_that_answered_nothing_is_counted_as_0() -> None:
    text = shown(Run(GATE, [candidate("xgboost", rmse=3.0)]), {"xgboost": 0.0}, {}, {"xgboost": 1.0})
    assert text.splitlines()[3].split() == ["xgboost", "3", "passed", "0", "0", "1"]


def test_failed_candidate_says_why() -> None:
    assert Run(GATE, []).verdict(candidate("xgboost", error="Train failed: no data")) == "Train failed: no data"


def test_metric_that_a_candidate_lacks_is_named() -> None:
    assert Run(GATE, []).verdict(candidate("xgboost", mae=2.0)) == "has no rmse"


@pytest.mark.parametrize(
    ("gate", "value", "verdict"),
    [
        ({"min": 0.9}, 0.9, "passed"),
        ({"min": 0.9}, 0.89, "missed"),
        ({"max": 6}, 6, "passed"),
        ({"max": 6}, 7, "missed"),
    ],
)
def test_gate_is_met_at_its_very_bound(gate: dict[str, float], value: float, verdict: str) -> None:
    assert Run({"metric": "m", **gate}, []).verdict(candidate("c", m=value)) == verdict


@pytest.mark.parametrize(
    ("prediction", "words"),
    [
        (10.84321, "10.84"),
        ({"label": "setosa"}, "setosa"),
        ({"label": "setosa", "probabilities": {"setosa": 0.952, "virginica": 0.048}}, "setosa (95%)"),
        ({"mean": [8.123456, 9.0], "periods": ["2017 Q1", "2017 Q2"]}, "8.123, 9"),
        ({"error": "too short"}, "too short"),
    ],
)
def test_every_kind_of_prediction_is_told_in_a_few_words(prediction: Any, words: str) -> None:
    assert spelled(prediction) == words
