"""The estimators that can be asked for, with the parameters each one takes and their bounds."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contract.errors import UserError
from contract.parameters import Choice, Integer, Number, OptionalInteger, Parameter, typed
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge

SEEDS = Integer(0, 0, 2**32 - 1)

FOREST: Mapping[str, Parameter] = {
    "n_estimators": Integer(100, 1, 10_000),
    "max_depth": OptionalInteger(0, 1, 1000),
    "min_samples_split": Integer(2, 2, 1_000_000),
    "min_samples_leaf": Integer(1, 1, 1_000_000),
    "max_features": Choice("sqrt", ("sqrt", "log2", "all")),
}
BOOSTING: Mapping[str, Parameter] = {
    "max_iter": Integer(100, 1, 10_000),
    "learning_rate": Number(0.1, 0, 1),
    "max_depth": OptionalInteger(0, 1, 1000),
    "max_leaf_nodes": Integer(31, 2, 65_535),
    "min_samples_leaf": Integer(20, 1, 1_000_000),
    "l2_regularization": Number(0.0, 0, 1e9, low_included=True),
}
LOGISTIC: Mapping[str, Parameter] = {"C": Number(1.0, 0, 1e9), "max_iter": Integer(1000, 1, 1_000_000)}
RIDGE: Mapping[str, Parameter] = {"alpha": Number(1.0, 0, 1e9)}


@dataclass(frozen=True)
class Estimator:
    """One choice of `estimator` for one task."""

    make: Callable[..., Any]
    parameters: Mapping[str, Parameter]
    fixed: Mapping[str, Any]
    # Linear models compare weights across columns, trees do not.
    scaled: bool = False


KNOWN: Mapping[tuple[str, str], Estimator] = {
    ("classification", "random-forest"): Estimator(RandomForestClassifier, FOREST, {"n_jobs": -1}),
    ("regression", "random-forest"): Estimator(RandomForestRegressor, FOREST, {"n_jobs": -1}),
    ("classification", "gradient-boosting"): Estimator(
        HistGradientBoostingClassifier, BOOSTING, {"early_stopping": False}
    ),
    ("regression", "gradient-boosting"): Estimator(HistGradientBoostingRegressor, BOOSTING, {"early_stopping": False}),
    ("classification", "logistic-regression"): Estimator(LogisticRegression, LOGISTIC, {}, scaled=True),
    ("regression", "linear"): Estimator(Ridge, RIDGE, {}, scaled=True),
}


@dataclass(frozen=True)
class Chosen:
    """What the hyperparameters ask for."""

    task: str
    estimator: str
    known: Estimator
    arguments: Mapping[str, Any]

    def build(self) -> Any:
        """Make the unfitted estimator."""
        return self.known.make(**self.arguments, **self.known.fixed)


def choose(values: Mapping[str, str]) -> Chosen:
    """Check all hyperparameters and return what they ask for."""
    tasks = tuple(dict.fromkeys(task for task, _ in KNOWN))
    if values.get("task") not in tasks:
        raise UserError(f"hyperparameter task={values.get('task')!r} must be one of {', '.join(tasks)}")
    task = values["task"]
    names = [name for known, name in KNOWN if known == task]
    estimator = values.get("estimator", names[0])
    if estimator not in names:
        raise UserError(f"hyperparameter estimator={estimator!r} must be one of {', '.join(names)} for {task}")
    known = KNOWN[task, estimator]
    rest = {name: value for name, value in values.items() if name not in ("task", "estimator")}
    arguments = typed(rest, {**known.parameters, "seed": SEEDS})
    return Chosen(task, estimator, known, _for_sklearn(arguments))


def _for_sklearn(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Say in scikit-learn's words: `none` and `all` are None, the seed is random_state."""
    result = {("random_state" if name == "seed" else name): value for name, value in arguments.items()}
    if result.get("max_depth") == 0:
        result["max_depth"] = None
    if result.get("max_features") == "all":
        result["max_features"] = None
    return result
