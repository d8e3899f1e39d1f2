"""The hyperparameters of the built-in algorithm, all of them, with type and range.

Sources: "XGBoost hyperparameters" in the SageMaker developer guide (releases 0.72, and 0.90 to 3.0), and the ranges
that AWS's public container checks.
"""

from collections.abc import Mapping
from typing import Any

from xgboost_image import metric_names
from xgboost_image.parameters import (
    Categorical,
    CommaSeparated,
    Continuous,
    Integer,
    Interval,
    NestedList,
    Parameter,
    Tuple,
    Words,
)
from xgboost_image.problems import UserError

OBJECTIVES = (
    "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "multi:softmax", "multi:softprob",
    "rank:pairwise", "rank:ndcg", "rank:map", "reg:linear", "reg:squarederror", "reg:logistic", "reg:gamma",
    "reg:pseudohubererror", "reg:squaredlogerror", "reg:absoluteerror", "reg:tweedie", "survival:aft", "survival:cox",
)  # fmt: skip
UPDATERS = (
    "grow_colmaker", "distcol", "grow_histmaker", "grow_skmaker", "grow_quantile_histmaker", "sync", "refresh",
    "prune", "shotgun", "coord_descent",
)  # fmt: skip
PREFIX = "sagemaker_"

_ANY = Interval()
_FLAG = Interval(0, 1)
_FROM_0, _FROM_1 = Interval(0), Interval(1)
_SHARE = Interval(0, 1, low_open=True)
_SWITCH = Words(("true", "false"))

PARAMETERS: Mapping[str, Parameter] = {
    "num_round": Integer(_FROM_1),
    "num_class": Integer(Interval(2)),
    "csv_weights": Integer(_FLAG),
    "early_stopping_rounds": Integer(_FROM_1),
    "objective": Categorical(Words(OBJECTIVES)),
    "eval_metric": CommaSeparated(metric_names.KNOWN, metric_names.fits),
    "booster": Categorical(Words(("gbtree", "gblinear", "dart"))),
    "tree_method": Categorical(Words(("auto", "exact", "approx", "hist", "gpu_hist"))),
    "eta": Continuous(Interval(0, 1)),
    "gamma": Continuous(_FROM_0),
    "max_depth": Integer(_FROM_0),
    "min_child_weight": Continuous(_FROM_0),
    "max_delta_step": Continuous(_FROM_0),
    "subsample": Continuous(_SHARE),
    "colsample_bytree": Continuous(_SHARE),
    "colsample_bylevel": Continuous(_SHARE),
    "colsample_bynode": Continuous(_SHARE),
    "lambda": Continuous(_FROM_0),
    "alpha": Continuous(_FROM_0),
    "base_score": Continuous(_FROM_0),
    "scale_pos_weight": Continuous(Interval(0, low_open=True)),
    "num_parallel_tree": Integer(_FROM_1),
    "grow_policy": Categorical(Words(("depthwise", "lossguide"))),
    "max_leaves": Integer(_FROM_0),
    "max_bin": Integer(_FROM_0),
    "sampling_method": Categorical(Words(("uniform", "gradient_based"))),
    "monotone_constraints": Tuple((-1, 0, 1)),
    "interaction_constraints": NestedList(_FROM_0),
    "updater": CommaSeparated(UPDATERS),
    "process_type": Categorical(Words(("default", "update"))),
    "refresh_leaf": Integer(_FLAG),
    "sample_type": Categorical(Words(("uniform", "weighted"))),
    "normalize_type": Categorical(Words(("tree", "forest"))),
    "rate_drop": Continuous(_FLAG),
    "one_drop": Integer(_FLAG),
    "skip_drop": Continuous(_FLAG),
    "lambda_bias": Continuous(_FLAG),
    "tweedie_variance_power": Continuous(Interval(1, 2, low_open=True, high_open=True)),
    "aft_loss_distribution": Categorical(Words(("normal", "logistic", "extreme"))),
    "aft_loss_distribution_scale": Continuous(_FROM_0),
    "seed": Integer(Interval(-(2**31), 2**31 - 1, low_open=True, high_open=True)),
    "nthread": Integer(_FROM_1),
    "verbosity": Integer(Interval(0, 3)),
    "silent": Integer(_FLAG),
    "save_model_on_termination": Categorical(_SWITCH),
    "deterministic_histogram": Categorical(_SWITCH),
    "single_precision_histogram": Categorical(_SWITCH),
    "use_dask_gpu_training": Categorical(_SWITCH),
    "predictor": Categorical(Words(("auto", "cpu_predictor", "gpu_predictor"))),
    "sketch_eps": Continuous(Interval(0, 1, low_open=True, high_open=True)),
    "dsplit": Categorical(Words(("row", "col"))),
    "prob_buffer_row": Integer(Interval(1, low_open=True)),
    "_kfold": Integer(Interval(2)),
    "_num_cv_round": Integer(_FROM_1),
    "_tuning_objective_metric": Categorical(Words(f"validation:{name}" for name in metric_names.KNOWN)),
}
ALIASES = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}


def read(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the typed values of what was given.

    Raises:
        UserError: num_round is missing, a name is unknown, or a value is not what its parameter allows.
    """
    named = {ALIASES.get(name, name): str(text) for name, text in given.items() if not name.startswith(PREFIX)}
    if "num_round" not in named:
        raise UserError("Missing required hyperparameter: num_round")
    for name in named:
        if name not in PARAMETERS:
            raise UserError(f"Extraneous hyperparameter found: {name}")
    return {name: PARAMETERS[name].read(name, text) for name, text in named.items()}
