import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.base import Scalar
from spec.builtins import Hyperparameter, builtin

pytestmark = pytest.mark.unit

BOOSTED = builtin("xgboost").hyperparameters
LINEAR = builtin("linear-learner").hyperparameters


@pytest.mark.parametrize(("name", "required"), [("xgboost", ["num_round"]), ("linear-learner", [])])
def test_only_what_the_task_does_not_decide_is_required(name: str, required: list[str]) -> None:
    assert [key for key, known in builtin(name).hyperparameters.items() if known.required] == required


@pytest.mark.parametrize(
    ("name", "tunable"),
    [
        ("xgboost", {"alpha", "eta", "gamma", "lambda", "max_depth", "num_round", "subsample"}),
        (
            "linear-learner",
            {"l1", "wd", "learning_rate", "mini_batch_size", "positive_example_weight_mult", "use_bias"},
        ),
    ],
)
def test_what_aws_tunes_can_be_tuned(name: str, tunable: set[str]) -> None:
    assert tunable <= {key for key, known in builtin(name).hyperparameters.items() if known.tunable}


@pytest.mark.parametrize("name", ["xgboost", "linear-learner"])
def test_training_data_is_a_must_and_validation_data_is_not(name: str) -> None:
    assert builtin(name).channels == {"train": True, "validation": False}


@pytest.mark.parametrize("name", ["xgboost", "linear-learner"])
def test_every_kind_of_target_has_a_metric_to_tune_for(name: str) -> None:
    kinds = {kind for metric in builtin(name).metrics.values() for kind in metric.kinds}
    assert kinds == {"regression", "binary", "multiclass"}


@pytest.mark.parametrize(
    ("known", "value", "taken"),
    [
        (BOOSTED["max_depth"], 6, True),
        (BOOSTED["max_depth"], 6.0, False),
        (BOOSTED["max_depth"], "6", False),
        (BOOSTED["max_depth"], True, False),
        (BOOSTED["booster"], "dart", True),
        (BOOSTED["booster"], "forest", False),
        (BOOSTED["eval_metric"], "rmse,mae", True),
        (BOOSTED["save_model_on_termination"], True, True),
        (LINEAR["wd"], "auto", True),
        (LINEAR["wd"], "none", False),
        (LINEAR["use_bias"], False, True),
        (LINEAR["positive_example_weight_mult"], "balanced", True),
    ],
)
def test_values_are_taken_as_aws_takes_them(known: Hyperparameter, value: Scalar, taken: bool) -> None:
    assert known.accepts(value) is taken


@given(st.floats(-2, 3))
def test_bounds_are_open_or_closed_as_documented(value: float) -> None:
    assert BOOSTED["eta"].accepts(value) is (0 <= value <= 1)
    assert BOOSTED["subsample"].accepts(value) is (0 < value <= 1)
    assert BOOSTED["sketch_eps"].accepts(value) is (0 < value < 1)


def test_bounds_are_said_in_words() -> None:
    assert BOOSTED["subsample"].allowed == "a number above 0 up to 1"
    assert LINEAR["momentum"].allowed == "a number from 0 below 1 or auto"
