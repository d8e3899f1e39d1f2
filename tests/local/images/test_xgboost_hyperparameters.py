"""Every hyperparameter of the built-in: its type, its range, and what it says about others."""

from typing import Any

import pytest
from xgboost_image import dependencies, hyperparameters
from xgboost_image.problems import UserError

pytestmark = pytest.mark.unit


def read(**given: Any) -> dict[str, Any]:
    values = hyperparameters.read({"num_round": "10", **given})
    dependencies.check(values)
    return values


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("eta", "0.3", 0.3),
        ("eta", "0", 0.0),
        ("max_depth", "0", 0),
        ("subsample", "1", 1.0),
        ("tweedie_variance_power", "1.5", 1.5),
        ("eval_metric", "rmse,mae", ["rmse", "mae"]),
        ("eval_metric", "error@0.7", ["error@0.7"]),
        ("csv_weights", "1", 1),
        ("updater", "grow_colmaker,prune", ["grow_colmaker", "prune"]),
        ("_tuning_objective_metric", "validation:rmse", "validation:rmse"),
        ("silent", "0", 0),
    ],
)
def test_a_value_is_read_by_its_type(name: str, text: str, value: Any) -> None:
    assert read(**{name: text})[name] == value


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("eta", "1.1", r"Hyperparameter eta: 1\.1 is not in \[0, 1\]"),
        ("eta", "fast", r"Hyperparameter eta: could not parse value 'fast' \(caused by ValueError\)"),
        ("eta", "nan", "is not in"),
        ("max_depth", "3.5", "could not parse"),
        ("max_depth", "-1", r"-1 is not in \[0, \+inf\)"),
        ("subsample", "0", r"0\.0 is not in \(0, 1\]"),
        ("colsample_bytree", "0", "is not in"),
        ("num_round", "0", r"0 is not in \[1, \+inf\)"),
        ("tweedie_variance_power", "2", r"is not in \(1, 2\)"),
        ("booster", "forest", "forest is not in .*gbtree"),
        ("objective", "multi:soft", "is not in"),
        ("tree_method", "fast", "is not in"),
        ("eval_metric", "rmse,best", "is not in"),
        ("eval_metric", "auc@3", "is not in"),
        ("eval_metric", "error@x", "is not in"),
        ("updater", "grow", "is not in"),
        ("verbosity", "4", "is not in"),
        ("_tuning_objective_metric", "train:rmse", "is not in"),
        ("monotone_constraints", "(2, 0)", "is not in"),
        ("monotone_constraints", "(1,", "could not parse"),
        ("monotone_constraints", "__import__('os')", "could not parse"),
        ("interaction_constraints", "[[-1]]", "is not in"),
        ("learning", "1", "Extraneous hyperparameter found: learning"),
    ],
)
def test_a_value_out_of_its_range_is_refused_by_name(name: str, text: str, reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        read(**{name: text})


def test_the_number_of_rounds_must_be_given() -> None:
    with pytest.raises(UserError, match="Missing required hyperparameter: num_round"):
        hyperparameters.read({"eta": "0.1"})


def test_aliases_are_the_names_they_stand_for() -> None:
    found = read(learning_rate="0.1", reg_lambda="2", reg_alpha="3", min_split_loss="4")
    assert (found["eta"], found["lambda"], found["alpha"], found["gamma"]) == (0.1, 2, 3, 4)


def test_what_the_platform_adds_for_itself_is_not_the_algorithms() -> None:
    assert "sagemaker_region" not in read(sagemaker_region="us-east-1")


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"objective": "multi:softmax"}, "Require input for parameter 'num_class'"),
        ({"objective": "binary:logistic", "num_class": "2"}, "Do not need to setup parameter 'num_class'"),
        ({"objective": "reg:squarederror", "eval_metric": "auc"}, "Metric 'auc' can only be applied"),
        ({"objective": "binary:logistic", "eval_metric": "aft-nloglik"}, "'survival:aft' objective"),
        ({"booster": "gblinear", "updater": "prune"}, "Linear updater should be one of"),
        ({"process_type": "update", "updater": "grow_colmaker"}, "'refresh' and 'prune'"),
        ({"updater": "grow_colmaker,grow_histmaker"}, "Only one tree grow plugin"),
        ({"updater": "shotgun"}, "need booster 'gblinear'"),
        ({"monotone_constraints": "(1,0)"}, "monotone_constraints can be used only"),
        ({"interaction_constraints": "[[0,1]]", "tree_method": "auto"}, "interaction_constraints can be used only"),
        ({"use_dask_gpu_training": "true"}, "needs GPUs"),
        ({"_kfold": "5"}, "cross validation"),
    ],
)
def test_values_that_do_not_go_together_are_refused(given: dict[str, str], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        read(**given)
