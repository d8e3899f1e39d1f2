"""What one hyperparameter says about another."""

from collections.abc import Mapping
from typing import Any

from xgboost_image import metric_names
from xgboost_image.problems import UserError

_LINEAR_UPDATERS = ("shotgun", "coord_descent")
_UPDATE_UPDATERS = ("refresh", "prune")
_GROWING_UPDATERS = ("grow_colmaker", "distcol", "grow_histmaker", "grow_skmaker", "grow_quantile_histmaker")


def check(values: Mapping[str, Any]) -> None:
    """Check the values against each other.

    Raises:
        UserError: two of them do not go together.
    """
    for rule in (_objective, _metrics, _updater, _constraints, _not_here):
        rule(values)


def _objective(values: Mapping[str, Any]) -> None:
    multi = str(values.get("objective", "")).startswith("multi:")
    if multi and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if not multi and "num_class" in values:
        raise UserError("Do not need to setup parameter 'num_class' for learning task other than multi-classification.")


def _metrics(values: Mapping[str, Any]) -> None:
    objective = values.get("objective", "reg:squarederror")
    names = [metric_names.base(name) for name in values.get("eval_metric", ())]
    if "auc" in names and not objective.startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in names and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")


def _updater(values: Mapping[str, Any]) -> None:
    chosen = values.get("updater")
    if chosen is None:
        return
    if values.get("booster") == "gblinear":
        if len(chosen) != 1 or chosen[0] not in _LINEAR_UPDATERS:
            raise UserError(f"Linear updater should be one of these options: {', '.join(_LINEAR_UPDATERS)}.")
    elif values.get("process_type") == "update":
        if not set(chosen) <= set(_UPDATE_UPDATERS):
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif set(chosen) & set(_LINEAR_UPDATERS):
        raise UserError(f"Tree updater cannot be {' or '.join(_LINEAR_UPDATERS)}; these need booster 'gblinear'.")
    elif sum(name in _GROWING_UPDATERS for name in chosen) > 1:
        raise UserError(f"Only one tree grow plugin can be selected. Choose one of {', '.join(_GROWING_UPDATERS)}")


def _constraints(values: Mapping[str, Any]) -> None:
    method = values.get("tree_method")
    if "monotone_constraints" in values and method not in ("exact", "hist"):
        raise UserError(
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."
        )
    if "interaction_constraints" in values and method not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to either 'exact', 'hist'"
            " or 'approx'."
        )


def _not_here(values: Mapping[str, Any]) -> None:
    """Refuse what this stand-in does not do, rather than do something else."""
    if values.get("use_dask_gpu_training") == "true":
        raise UserError("use_dask_gpu_training needs GPUs; this stand-in for AWS's XGBoost image has none")
    for name in ("_kfold", "_num_cv_round"):
        if name in values:
            raise UserError(f"{name} (cross validation) is not covered by this stand-in for AWS's XGBoost image")
