"""What AWS refuses in a CreateHyperParameterTuningJob beyond its service model.

Where AWS's own words could be found (users' reports of them), they are used.
"""

import math
from collections.abc import Sequence

from local.sagemaker import builtin_metrics, metrics
from local.sagemaker.errors import AwsError, validation
from local.sagemaker.store import Record
from local.sagemaker.tuning.ranges import CategoricalRange, ContinuousRange, Range, combinations

MOST_JOBS = {"Bayesian": 750, "Random": 10_000, "Grid": 750, "Hyperband": 750}
_MOST_PARALLEL = 100
_MOST_HYPERPARAMETERS = 100
_MOST_RESOURCE = 20_000
_EPOCHS = ("epochs", "numepochs", "n-epochs", "n_epochs", "num_epochs")


def definitions_of(request: Record) -> list[Record]:
    """Return the definitions of training jobs, each with its objective and its ranges.

    Raises:
        AwsError: neither or both kinds of definition, or an objective or ranges in the wrong place.
    """
    config = request["HyperParameterTuningJobConfig"]
    single, several = request.get("TrainingJobDefinition"), request.get("TrainingJobDefinitions")
    if bool(single) == bool(several):
        raise validation("You must specify exactly one of TrainingJobDefinition and TrainingJobDefinitions.")
    if single:
        if "HyperParameterTuningJobObjective" not in config:
            raise validation("HyperParameterTuningJobObjective is required with TrainingJobDefinition.")
        given = {
            "TuningObjective": config["HyperParameterTuningJobObjective"],
            "HyperParameterRanges": config.get("ParameterRanges", {}),
        }
        return [{**single, **given}]
    if "HyperParameterTuningJobObjective" in config or "ParameterRanges" in config:
        raise validation(
            "HyperParameterTuningJobObjective and ParameterRanges must be specified in each definition when"
            " TrainingJobDefinitions is used."
        )
    _check_several(several or [])
    return list(several or [])


def _check_several(definitions: list[Record]) -> None:
    names = [item.get("DefinitionName") for item in definitions]
    if None in names or len(set(names)) != len(names):
        raise validation("Each of TrainingJobDefinitions needs a DefinitionName of its own.")
    for item in definitions:
        for member in ("TuningObjective", "HyperParameterRanges"):
            if member not in item:
                raise validation(f"{member} is required in the definition [{item['DefinitionName']}].")
    if len({item["TuningObjective"]["Type"] for item in definitions}) > 1:
        raise validation("The objectives of all TrainingJobDefinitions must have the same Type.")


def check_definition(definition: Record, ranges: Sequence[Range]) -> None:
    """Refuse a definition whose metrics, hyperparameters or resources AWS refuses."""
    specification = definition["AlgorithmSpecification"]
    metrics.check(specification.get("MetricDefinitions", []))
    if ("ResourceConfig" in definition) == ("HyperParameterTuningResourceConfig" in definition):
        raise validation("You must specify exactly one of ResourceConfig and HyperParameterTuningResourceConfig.")
    _check_instances(definition.get("HyperParameterTuningResourceConfig", {}))
    static = definition.get("StaticHyperParameters", {})
    if both := sorted(item.name for item in ranges if item.name in static):
        raise validation(f"Hyperparameters must not be both static and tunable: {both}.")
    if len(static) + len(ranges) + 1 > _MOST_HYPERPARAMETERS:
        raise validation(f"A training job has at most {_MOST_HYPERPARAMETERS} hyperparameters, static plus tunable.")
    _check_objective(specification, definition["TuningObjective"])
    if "sagemaker_program" not in static:
        _check_tunable(specification, ranges)


def _check_instances(config: Record) -> None:
    single = [member for member in ("InstanceType", "InstanceCount", "VolumeSizeInGB") if member in config]
    if config and bool(single) == bool(config.get("InstanceConfigs")):
        raise validation(
            "HyperParameterTuningResourceConfig needs either InstanceConfigs, or InstanceType, InstanceCount and"
            " VolumeSizeInGB."
        )


def _check_objective(specification: Record, objective: Record) -> None:
    name, image = objective["MetricName"], specification.get("TrainingImage", "")
    if name in {item["Name"] for item in specification.get("MetricDefinitions", [])}:
        return
    builtin = builtin_metrics.algorithm(image)
    if not builtin:
        raise validation(
            "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric"
            " definitions."
        )
    if name not in builtin.objectives:
        raise validation(
            f"The objective metric for the hyperparameter tuning job, [{name}], isn't valid for the [{image}]"
            " algorithm. Choose a valid objective metric."
        )
    if builtin.objectives[name] != objective["Type"]:
        raise validation(
            f"The objective type for the hyperparameter tuning job, [{objective['Type']}], isn't valid for the"
            f" objective metric [{name}] of the [{image}] algorithm. Choose a valid objective type."
        )


def _check_tunable(specification: Record, ranges: Sequence[Range]) -> None:
    image = specification.get("TrainingImage", "")
    builtin = builtin_metrics.algorithm(image)
    for item in ranges if builtin else ():
        known = builtin.tunable.get(item.name) if builtin else None
        if known is None:
            raise validation(f"The hyperparameter [{item.name}] isn't tunable for the [{image}] algorithm.")
        number = not isinstance(item, CategoricalRange)
        if number == (known.kind == "categorical") or (known.kind == "integer" and isinstance(item, ContinuousRange)):
            raise validation(f"The hyperparameter [{item.name}] of the [{image}] algorithm is of type {known.kind}.")


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
