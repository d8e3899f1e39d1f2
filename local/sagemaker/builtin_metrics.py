"""What SageMaker knows of its built-in algorithms before one runs: metrics, their direction, what can be tuned.

Names and directions: https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost-tuning.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/linear-learner-tuning.html (the classes of XGBoost's container
add some). CloudWatch shows XGBoost's tabs as `#011`: both are accepted.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from local.sagemaker.store import Record

Direction = Literal["Maximize", "Minimize"]
_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"
_REPOSITORY = re.compile(r"[^/]+/(?P<name>[^@:]+)(?:[@:].*)?")
_XGBOOST: dict[Direction, str] = {
    "Maximize": "accuracy auc aucpr balanced_accuracy f1 f1_binary f1_macro map ndcg precision precision_macro"
    " precision_micro r2 recall recall_macro recall_micro",
    "Minimize": "aft-nloglik cox-nloglik error gamma-deviance gamma-nloglik interval-regression-accuracy logloss mae"
    " mape merror mlogloss mphe mse poisson-nloglik rmse rmsle tweedie-nloglik",
}
_LINEAR: dict[Direction, dict[str, str]] = {
    "Maximize": {
        "binary_classification_accuracy": "binary_classification_accuracy <score>",
        "binary_f_beta": r"binary_f_\S+ <score>",
        "dcg": "dcg <score>",
        "macro_f_beta": r"macro_f_\S+ <score>",
        "macro_precision": "macro_precision <score>",
        "macro_recall": "macro_recall <score>",
        "multiclass_accuracy": "multiclass_accuracy <score>",
        "multiclass_top_k_accuracy": r"multiclass_top_k_accuracy_\S+ <score>",
        "precision": "precision <score>",
        "recall": "recall <score>",
        "roc_auc_score": "roc_auc_score <score>",
    },
    "Minimize": {"absolute_loss": "absolute_loss <loss>", "mse": "mse <loss>", "rmse": "rmse <loss>"},
}


@dataclass(frozen=True, kw_only=True)
class Recommended:
    """A hyperparameter that can be tuned: its kind, and the range that AWS recommends."""

    kind: Literal["integer", "continuous", "categorical"]
    low: float = 0
    high: float = 0
    values: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Algorithm:
    """A built-in algorithm."""

    definitions: tuple[tuple[str, str], ...]  # metric name and expression
    objectives: dict[str, Direction]
    tunable: dict[str, Recommended]


def algorithm(image: str) -> Algorithm | None:
    """Return the built-in algorithm behind an image's URI, or None: the image is somebody's own."""
    found = _REPOSITORY.fullmatch(image)
    return {"sagemaker-xgboost": _xgboost, "xgboost": _xgboost, "linear-learner": _linear}.get(
        found["name"] if found else "", lambda: None
    )()


def complete(specification: Record) -> Record:
    """Return an AlgorithmSpecification with the built-in algorithm's metrics after those of the request."""
    builtin = algorithm(specification.get("TrainingImage", ""))
    if not builtin:
        return specification
    given = specification.get("MetricDefinitions", [])
    names = {item["Name"] for item in given}
    added = [{"Name": name, "Regex": regex} for name, regex in builtin.definitions if name not in names]
    return {**specification, "MetricDefinitions": [*given, *added]}


@cache
def _xgboost() -> Algorithm:
    directions = {name: direction for direction, names in _XGBOOST.items() for name in names.split()}
    definitions = (
        (f"{split}:{name}", rf"\[[0-9]+\].*(?:#011|\t){split}-{re.escape(name)}:{_NUMBER}")
        for split in ("train", "validation")
        for name in directions
    )
    return Algorithm(
        definitions=tuple(definitions),
        objectives={f"validation:{name}": direction for name, direction in directions.items()},
        tunable={
            "num_round": Recommended(kind="integer", low=1, high=4000),
            "max_depth": Recommended(kind="integer", low=0, high=10),
            "alpha": Recommended(kind="continuous", low=0, high=1000),
            "colsample_bylevel": Recommended(kind="continuous", low=0.1, high=1),
            "colsample_bynode": Recommended(kind="continuous", low=0.1, high=1),
            "colsample_bytree": Recommended(kind="continuous", low=0.5, high=1),
            "eta": Recommended(kind="continuous", low=0.1, high=0.5),
            "gamma": Recommended(kind="continuous", low=0, high=5),
            "lambda": Recommended(kind="continuous", low=0, high=1000),
            "max_delta_step": Recommended(kind="continuous", low=0, high=10),
            "min_child_weight": Recommended(kind="continuous", low=0, high=120),
            "subsample": Recommended(kind="continuous", low=0.5, high=1),
        },
    )


@cache
def _linear() -> Algorithm:
    host = r"#quality_metric: host=\S+, "
    loss = r"\S+_objective <loss>=(\S+)"
    printed = {name: text for texts in _LINEAR.values() for name, text in texts.items()}
    definitions = [
        (f"{split}:{name}", rf"{host}{split} {text}=(\S+)")
        for split in ("train", "validation", "test")
        for name, text in printed.items()
    ]
    for split in ("train", "validation"):
        definitions.append((f"{split}:objective_loss", rf"{host}epoch=\S+, {split} {loss}"))
        definitions.append((f"{split}:objective_loss:final", rf"{host}{split} {loss}"))
    definitions.append(("test:objective_loss", rf"{host}test {loss}"))
    definitions.append(("train:progress", r"#progress_metric: host=\S+, completed (\S+) %"))
    definitions.append(("train:throughput", r"#throughput_metric: host=\S+, train throughput=(\S+) records/second"))
    objectives = {name: direction for direction, names in _LINEAR.items() for name in names}
    objectives["objective_loss"] = "Minimize"
    return Algorithm(
        definitions=tuple(definitions),
        objectives={f"{split}:{name}": objectives[name] for split in ("validation", "test") for name in objectives},
        tunable={
            "wd": Recommended(kind="continuous", low=1e-7, high=1),
            "l1": Recommended(kind="continuous", low=1e-7, high=1),
            "learning_rate": Recommended(kind="continuous", low=1e-5, high=1),
            "mini_batch_size": Recommended(kind="integer", low=100, high=5000),
            "use_bias": Recommended(kind="categorical", values=("true", "false")),
            "positive_example_weight_mult": Recommended(kind="continuous", low=1e-5, high=1e5),
        },
    )
