"""How much a tuning job may do: AWS's quotas, the size of its search space, and Hyperband's resources."""

import math
from collections.abc import Sequence

from local.sagemaker.errors import AwsError, validation
from local.sagemaker.store import Record
from local.sagemaker.tuning.ranges import CategoricalRange, Range, combinations

MOST_JOBS = {"Bayesian": 750, "Random": 10_000, "Grid": 750, "Hyperband": 750}
_MOST_PARALLEL = 100
_MOST_RESOURCE = 20_000
_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")


def number_of_jobs(config: Record, spaces: Sequence[Sequence[Range]]) -> int:
    """Return how many training jobs a tuning job launches at most.

    Raises:
        AwsError: too many, fewer than at once, or more than there are combinations.
    """
    limits, strategy = config["ResourceLimits"], config["Strategy"]
    total = math.fsum(combinations(ranges) for ranges in spaces)
    wanted = limits.get("MaxNumberOfTrainingJobs")
    parallel = limits["MaxParallelTrainingJobs"]
    if strategy == "Grid":
        wanted = _grid(wanted, total, spaces)
    jobs = int(min(total, MOST_JOBS[strategy])) if wanted is None else int(wanted)
    _check_quota("Maximum number of training jobs per Hyperparameter Tuning Job", jobs, MOST_JOBS[strategy])
    _check_quota("Maximum number of parallel training jobs per Hyperparameter Tuning Job", parallel, _MOST_PARALLEL)
    if wanted is not None and parallel > jobs:
        raise validation(
            f"MaxParallelTrainingJobs [{parallel}] must be less than or equal to MaxNumberOfTrainingJobs [{jobs}]."
        )
    if jobs > total:
        raise validation(
            "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter"
            f" combinations for the provided ranges [{total}] must be equal or greater than the value of"
            f" MaxNumberOfJobs, [{jobs}]. Provide additional ranges."
        )
    return jobs


def _grid(wanted: int | None, total: float, spaces: Sequence[Sequence[Range]]) -> float:
    if not all(isinstance(item, CategoricalRange) for ranges in spaces for item in ranges):
        raise validation("Only categorical hyperparameters are supported when using the Grid strategy.")
    if wanted is not None and wanted != total:
        raise validation(
            f"With the Grid strategy MaxNumberOfTrainingJobs [{wanted}] must equal the total number of distinct"
            f" categorical combinations possible [{int(total)}], or be left out."
        )
    return total


def _check_quota(what: str, wanted: int, most: int) -> None:
    if wanted > most:
        raise AwsError(
            "ResourceLimitExceeded",
            f"The account-level service limit '{what}' is {most} Training Jobs, with current utilization of 0 Training"
            f" Jobs and a request delta of {wanted} Training Jobs. Please contact AWS support to request an increase"
            " for this limit.",
        )


def hyperband(config: Record, definition: Record) -> tuple[int, int | None]:
    """Return a Hyperband job's MinResource and MaxResource; (1, None) for other strategies.

    Raises:
        AwsError: no MaxResource and none to infer, or members that do not go together.
    """
    given = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig")
    if config["Strategy"] != "Hyperband":
        if given is not None:
            raise validation("HyperbandStrategyConfig should be provided only if Hyperband is the Strategy.")
        return 1, None
    if config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
        raise validation("TrainingJobEarlyStoppingType must be Off to use the Hyperband strategy.")
    low, high = (given or {}).get("MinResource", 1), (given or {}).get("MaxResource") or _inferred(definition)
    if high is None:
        raise validation(
            "MaxResource is required in HyperbandStrategyConfig: it could not be inferred from any of"
            f" {list(_EPOCHS)} in StaticHyperParameters."
        )
    if not low <= high <= _MOST_RESOURCE:
        raise validation(
            f"MinResource [{low}] must be less than or equal to MaxResource [{high}], and MaxResource at most"
            f" {_MOST_RESOURCE}."
        )
    return low, high


def _inferred(definition: Record) -> int | None:
    static = definition.get("StaticHyperParameters", {})
    texts = [static[name].strip('"') for name in _EPOCHS if name in static]
    return next((int(text) for text in texts if text.isdigit() and int(text) > 0), None)
