"""Boosting: the values as XGBoost takes them, metric lines, checkpoints, early stopping."""

import logging
import os
import signal
import sys
from dataclasses import dataclass
from typing import Any

import xgboost

from xgboost_image import checkpoints, light, metric_names
from xgboost_image.callbacks import InOrder
from xgboost_image.paths import Paths
from xgboost_image.problems import AlgorithmError, UserError

log = logging.getLogger(__name__)

MODEL = "xgboost-model"
# Not XGBoost's, or not of the version that runs here: they decide nothing that it does.
_NOT_FOR_XGBOOST = (
    "num_round", "csv_weights", "early_stopping_rounds", "eval_metric", "save_model_on_termination", "predictor",
    "deterministic_histogram", "single_precision_histogram", "use_dask_gpu_training", "sketch_eps", "dsplit",
    "prob_buffer_row", "silent", "lambda_bias", "_tuning_objective_metric",
)  # fmt: skip
# What XGBoost says when the data is at fault.
_USERS_FAULT = (
    "label must be in [0, num_class)", "label must be nonnegative",
    "Target is multiclass but average='binary'", "feature_names mismatch", "base_score must be in (0,1)",
    "contains `inf`", "contains only positive or negative samples", "labels_.size()", "Label set is empty",
)  # fmt: skip


@dataclass(frozen=True)
class Data:
    """What a job trains on, and what it is watched on."""

    train: xgboost.DMatrix
    validation: xgboost.DMatrix | None

    @property
    def watched(self) -> list[tuple[xgboost.DMatrix, str]]:
        """The matrices with the names that metric lines give them."""
        named = [(self.train, "train"), (self.validation, "validation")]
        return [(matrix, name) for matrix, name in named if matrix is not None]


def boost(paths: Paths, values: dict[str, Any], data: Data) -> xgboost.Booster:
    """Return the trained model.

    Raises:
        UserError, AlgorithmError: XGBoost refused; by what it says, the data is at fault or not.
    """
    objective = values.get("objective", "reg:squarederror")
    _check_labels(objective, data)
    wanted = _metrics(values)
    computed = [name for name in wanted if name in metric_names.COMPUTED]
    own = [name for name in wanted if name not in computed]
    start, done = checkpoints.latest(paths.checkpoints)
    if start:
        log.info("Checkpoint loaded from %s", start)
        log.info("Resuming from iteration %d", done)
    try:
        return xgboost.train(
            _for_xgboost(values) | ({"eval_metric": own} if own else {}),
            data.train,
            num_boost_round=max(0, values["num_round"] - done),
            evals=data.watched,
            custom_metric=_computed(computed, objective) if computed else None,
            callbacks=[InOrder(_callbacks(paths, values, data, done))],
            xgb_model=str(start) if start else None,
            verbose_eval=False,
        )
    except (xgboost.core.XGBoostError, ValueError) as error:
        raise problem(error) from error


def _check_labels(objective: str, data: Data) -> None:
    """Say what XGBoost says; by itself it would first complain of a base score that it estimates from the labels."""
    if objective not in ("binary:logistic", "binary:logitraw", "reg:logistic"):
        return
    for matrix, _ in data.watched:
        labels = matrix.get_label()
        if labels.min() < 0 or labels.max() > 1:
            raise UserError("label must be in [0,1] for logistic regression")


def _metrics(values: dict[str, Any]) -> list[str]:
    tuned = values.get("_tuning_objective_metric")
    return list(dict.fromkeys([*values.get("eval_metric", ()), *([tuned.partition(":")[2]] if tuned else [])]))


def _computed(names: list[str], objective: str) -> Any:
    light.shown("pandas")
    from xgboost_image import metrics  # with scikit-learn, which most jobs do without

    return metrics.measure(names, objective)


def _for_xgboost(values: dict[str, Any]) -> dict[str, Any]:
    chosen = {name: value for name, value in values.items() if name not in _NOT_FOR_XGBOOST}
    if chosen.get("tree_method") == "gpu_hist":
        log.warning("There is no GPU here: tree_method gpu_hist is run as hist.")
        chosen["tree_method"] = "hist"
    if "updater" in chosen:
        chosen["updater"] = ",".join(chosen["updater"])
    for name in ("monotone_constraints", "interaction_constraints"):
        if name in chosen:
            chosen[name] = str(chosen[name])
    return chosen


def _callbacks(paths: Paths, values: dict[str, Any], data: Data, done: int) -> list[Any]:
    callbacks: list[Any] = [xgboost.callback.EvaluationMonitor(logger=tell)]
    if folder := paths.checkpoints:
        callbacks.append(checkpoints.Checkpoints(folder, done))
    if values.get("save_model_on_termination") == "true":
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
        callbacks.append(checkpoints.KeepModel(paths.model / MODEL))
    if "early_stopping_rounds" in values:
        callbacks += _early_stopping(values, data)
    return callbacks


def _early_stopping(values: dict[str, Any], data: Data) -> list[Any]:
    """As AWS's container: by the metric that is tuned, else the last of `eval_metric`, on the validation channel."""
    tuned = values.get("_tuning_objective_metric", "").partition(":")[2]
    metric = tuned or values.get("eval_metric", [""])[-1]
    if not metric or data.validation is None:
        log.warning("early_stopping_rounds has no effect without eval_metric and a validation channel.")
        return []
    maximize = metric_names.base(metric) in metric_names.MAXIMIZED
    rounds = values["early_stopping_rounds"]
    return [
        xgboost.callback.EarlyStopping(
            rounds=rounds, data_name="validation", metric_name=metric, maximize=maximize, save_best=True
        )
    ]


def tell(line: str) -> None:
    """Write a line of metrics as AWS's logs show it: XGBoost's tabs are `#011` there."""
    sys.stdout.write(line.rstrip("\n").replace("\t", "#011") + "\n")
    sys.stdout.flush()


def problem(error: Exception) -> UserError | AlgorithmError:
    """Return what XGBoost said, without its stack, as a problem of the user's or of the algorithm."""
    text = str(error).partition("Stack trace:")[0].strip()
    if any(known in text for known in _USERS_FAULT):
        return UserError(text)
    return AlgorithmError(f"XGB train call failed with exception:\n {text}")
