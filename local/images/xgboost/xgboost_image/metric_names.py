"""The metrics that a job can be tuned for, and which of them are computed beside XGBoost's own.

Source: "Tune an XGBoost model" in the SageMaker developer guide, and the container's public list.
"""

MAXIMIZED = (
    "accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "map", "ndcg", "precision",
    "precision_macro", "precision_micro", "r2", "recall", "recall_macro", "recall_micro",
)  # fmt: skip
MINIMIZED = (
    "aft-nloglik", "cox-nloglik", "error", "gamma-deviance", "gamma-nloglik", "interval-regression-accuracy",
    "logloss", "mae", "mape", "merror", "mlogloss", "mphe", "mse", "poisson-nloglik", "rmse", "rmsle",
    "tweedie-nloglik",
)  # fmt: skip
KNOWN = MAXIMIZED + MINIMIZED
WITH_THRESHOLD = ("error", "ndcg", "map")
# XGBoost has rmse, mae and the rest; these it has not.
COMPUTED = (
    "accuracy", "balanced_accuracy", "f1", "f1_binary", "f1_macro", "mse", "precision", "precision_macro",
    "precision_micro", "r2", "recall", "recall_macro", "recall_micro",
)  # fmt: skip


def base(metric: str) -> str:
    """Return a metric's name without its threshold: `error@0.7` is `error`."""
    return metric.partition("@")[0].strip()


def fits(metric: str) -> bool:
    """Tell whether `eval_metric` may name it."""
    if "@" not in metric:
        return metric in KNOWN
    threshold = metric.partition("@")[2].strip()
    try:
        float(threshold)
    except ValueError:
        return False
    return base(metric) in WITH_THRESHOLD
