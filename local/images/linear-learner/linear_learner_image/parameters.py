"""The hyperparameters of the built-in's page: their kinds, ranges and defaults, checked all at once.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/ll_hyperparameters.html; the defaults as a published log of the
algorithm prints them. None stands for `auto`.
"""

import math
from collections.abc import Mapping
from typing import Any

from linear_learner_image.kinds import Choice, Flag, Number, Parameter, Weight, share, whole
from linear_learner_image.problems import ClientError

REGRESSOR, BINARY, MULTICLASS = "regressor", "binary_classifier", "multiclass_classifier"
LOSSES = {
    REGRESSOR: (
        "squared_loss",
        "absolute_loss",
        "eps_insensitive_squared_loss",
        "eps_insensitive_absolute_loss",
        "quantile_loss",
        "huber_loss",
    ),
    BINARY: ("logistic", "hinge_loss"),
    MULTICLASS: ("softmax_loss",),
}
CRITERIA = ("accuracy", "f_beta", "precision_at_target_recall", "recall_at_target_precision", "loss_function")
# Words of earlier versions that the SageMaker SDK still sends.
OLD_CRITERIA = {"f1": "f_beta", "cross_entropy_loss": "loss_function"}


_ANY_LOSS = tuple(loss for losses in LOSSES.values() for loss in losses)
KNOWN: dict[str, Parameter] = {
    "accuracy_top_k": whole(3),
    "balance_multiclass_weights": Flag(default=False),
    "beta_1": share(None, auto=True),
    "beta_2": share(None, auto=True),
    "bias_lr_mult": Number(None, auto=True),
    "bias_wd_mult": Number(None, low_included=True, auto=True),
    "binary_classifier_model_selection_criteria": Choice("accuracy", (*CRITERIA, *OLD_CRITERIA)),
    "early_stopping_patience": whole(3),
    "early_stopping_tolerance": Number(0.001),
    "epochs": whole(15),
    "f_beta": Number(1.0),
    "feature_dim": whole(None, auto=True),
    "huber_delta": Number(1.0),
    "init_bias": Number(0.0, -math.inf),
    "init_method": Choice("uniform", ("uniform", "normal")),
    "init_scale": Number(0.07),
    "init_sigma": Number(0.01),
    "l1": Number(None, low_included=True, auto=True),
    "learning_rate": Number(None, auto=True),
    "loss": Choice("auto", ("auto", *_ANY_LOSS)),
    "loss_insensitivity": Number(0.01),
    "lr_scheduler_factor": share(None, auto=True),
    "lr_scheduler_minimum_lr": Number(None, auto=True),
    "lr_scheduler_step": whole(None, auto=True),
    "margin": Number(1.0),
    "mini_batch_size": whole(1000),
    "momentum": share(None, auto=True),
    "normalize_data": Flag(default=None, auto=True),
    "normalize_label": Flag(default=None, auto=True),
    "num_calibration_samples": whole(None, auto=True),
    "num_classes": whole(1, 1_000_000),
    "num_models": whole(None, auto=True),
    "num_point_for_scaler": whole(10_000),
    "optimizer": Choice("auto", ("auto", "sgd", "adam", "rmsprop")),
    "positive_example_weight_mult": Weight(1.0),
    "predictor_type": Choice(None, (REGRESSOR, BINARY, MULTICLASS)),
    "quantile": Number(0.5, 0, 1),
    "target_precision": share(0.8),
    "target_recall": share(0.8),
    "unbias_data": Flag(default=None, auto=True),
    "unbias_label": Flag(default=None, auto=True),
    "use_bias": Flag(default=True),
    "use_lr_scheduler": Flag(default=True),
    "wd": Number(None, low_included=True, auto=True),
}
_PLATFORM = ("_tuning_objective_metric", "_kvstore", "_num_gpus", "_num_kv_servers", "_log_level", "_enable_profiler")


def read(values: Mapping[str, str]) -> dict[str, Any]:
    """Return every hyperparameter with its value or default.

    Raises:
        ClientError: some are unknown, missing or out of range; all of them are named.
    """
    own = {name: str(value).strip() for name, value in values.items() if name not in _PLATFORM}
    result: dict[str, Any] = {name: parameter.default for name, parameter in KNOWN.items()}
    problems = _unknown(own)
    for name in KNOWN.keys() & own.keys():
        try:
            result[name] = KNOWN[name].parse(own[name])
        except (ValueError, OverflowError):
            problems.append(f"hyperparameter {name}={own[name]!r} must be {KNOWN[name].allowed}")
    problems += _together(result, own)
    if problems:
        raise ClientError("; ".join(sorted(problems)))
    # Automatic tuning turns the algorithm's own search off.
    if values.get("_tuning_objective_metric"):
        result["num_models"] = 1
    return result


def _unknown(own: Mapping[str, str]) -> list[str]:
    names = ", ".join(repr(name) for name in sorted(own.keys() - KNOWN.keys()))
    were = "were" if ", " in names else "was"
    return [f"Additional properties are not allowed ({names} {were} unexpected)"] if names else []


def _together(result: dict[str, Any], own: Mapping[str, str]) -> list[str]:
    if "predictor_type" not in own:
        return ["'predictor_type' is a required property"]
    kind = result["predictor_type"]
    if kind is None:
        return []
    problems = []
    if kind == MULTICLASS and not (result["num_classes"] or 0) >= 3:
        problems.append("num_classes must be a whole number from 3, at most 1000000 for a multiclass_classifier")
    if result["loss"] == "auto":
        result["loss"] = LOSSES[kind][0]
    elif result["loss"] in _ANY_LOSS and result["loss"] not in LOSSES[kind]:
        problems.append(f"loss={result['loss']!r} is not for a {kind}: auto, {', '.join(LOSSES[kind])}")
    return problems
