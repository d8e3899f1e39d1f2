from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from spec.base import Seconds, seconds
from spec.candidate import Candidate
from spec.gate import Task
from spec.loader import load_workload
from tests.spec.cases import FOLDER

pytestmark = pytest.mark.unit


def _boosted(**given: Any) -> Candidate:
    algorithm = {"builtin": "xgboost", "version": "1.7-1"}
    return Candidate.model_validate({"algorithm": algorithm, "hyperparameters": {"num_round": 5} | given})


LINEAR = Candidate.model_validate({"algorithm": {"builtin": "linear-learner", "version": "1"}})
IMAGE = Candidate.model_validate({"algorithm": {"image": "sklearn"}, "hyperparameters": {"warm": True, "c": 0.5}})
SCRIPT = Candidate.model_validate(
    {"algorithm": {"script": "train.py", "framework": "scikit-learn", "version": "1.2-1"}}
)


@pytest.mark.parametrize(
    ("candidate", "task", "format_", "output"),
    [
        (_boosted(), "regression", "csv", "value"),
        (_boosted(), "classification", "csv", "probabilities"),
        (_boosted(objective="multi:softmax"), "classification", "csv", "code"),
        (_boosted(objective="binary:hinge"), "classification", "csv", "code"),
        (LINEAR, "regression", "json", "score"),
        (LINEAR, "classification", "json", "score"),
        (IMAGE, "regression", "csv", "value"),
        (IMAGE, "classification", "csv", "label-probabilities"),
        (IMAGE, "forecasting", "json", "forecast"),
        (SCRIPT, "regression", "csv", "value"),
        (SCRIPT, "classification", "csv", "label"),
    ],
)
def test_decoder_is_that_of_the_algorithms_answer(candidate: Candidate, task: Task, format_: str, output: str) -> None:
    assert candidate.decoder(task) == {"format": format_, "output": output}


@pytest.mark.parametrize(
    ("candidate", "task", "classes", "expected"),
    [
        (_boosted(), "regression", None, {"num_round": "5", "objective": "reg:squarederror"}),
        (_boosted(), "classification", 2, {"num_round": "5", "objective": "binary:logistic"}),
        (
            _boosted(),
            "classification",
            3,
            {"num_round": "5", "objective": "multi:softprob", "num_class": "3"},
        ),
        (
            _boosted(objective="multi:softmax"),
            "classification",
            2,
            {"num_round": "5", "objective": "multi:softmax", "num_class": "2"},
        ),
        (LINEAR, "regression", None, {"predictor_type": "regressor"}),
        (LINEAR, "classification", 2, {"predictor_type": "binary_classifier"}),
        (LINEAR, "classification", 4, {"predictor_type": "multiclass_classifier", "num_classes": "4"}),
        (IMAGE, "regression", None, {"task": "regression", "warm": "true", "c": "0.5"}),
        (SCRIPT, "regression", None, {}),
    ],
)
def test_task_decides_the_hyperparameters_that_follow_from_it(
    candidate: Candidate, task: Task, classes: int | None, expected: dict[str, str]
) -> None:
    assert candidate.training_hyperparameters(task, classes) == expected


def test_boston_is_encoded_because_of_its_builtins() -> None:
    boston = load_workload(FOLDER / "valid" / "boston.yaml")
    assert boston.layout == "encoded"
    assert boston.images == {"toolkit"}
    tuning = boston.candidates["xgboost"].tuning
    assert tuning
    assert (tuning.jobs, sorted(tuning.ranges)) == (20, ["eta", "max_depth", "min_child_weight"])


def test_weights_are_equal_if_not_given() -> None:
    spot = load_workload(FOLDER / "valid" / "spot.yaml")
    assert spot.endpoint.weights == {"boosted": 1.0, "linear": 1.0}


def test_grid_counts_its_points() -> None:
    tuning = load_workload(FOLDER / "valid" / "grid.yaml").candidates["linear"].tuning
    assert tuning
    assert tuning.jobs == 6


def test_times_are_read_in_every_spelling() -> None:
    spot = load_workload(FOLDER / "valid" / "spot.yaml").candidates["boosted"]
    script = load_workload(FOLDER / "valid" / "script.yaml").candidates["forest"]
    assert spot.spot
    assert (spot.instance.max_runtime_seconds, spot.spot.max_wait_seconds) == (5_400, 86_400)
    assert script.instance.max_runtime_seconds == 5_400


def test_workload_is_immutable() -> None:
    iris = load_workload(FOLDER / "valid" / "iris.yaml")
    with pytest.raises(ValidationError, match="frozen"):
        iris.name = "other"  # type: ignore[misc]


def test_folder_is_where_the_file_lies() -> None:
    assert load_workload(FOLDER / "valid" / "iris.yaml").folder == Path(FOLDER / "valid")


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_duration_is_the_sum_of_its_parts(days: int, hours: int, minutes: int, rest: int) -> None:
    total = days * 86_400 + hours * 3_600 + minutes * 60 + rest
    assert seconds(f"{days}d{hours}h{minutes}m{rest}s") == total


@pytest.mark.parametrize("text", ["", "h", "1", "1 h", "1h 30m", "-1h", "1.5h", "1m1h"])
def test_other_texts_are_no_duration(text: str) -> None:
    with pytest.raises(ValidationError, match="a duration such as 90m"):
        TypeAdapter(Seconds).validate_python(text)
