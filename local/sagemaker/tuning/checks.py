"""What AWS refuses in a CreateHyperParameterTuningJob beyond its service model.

Where AWS's own words could be found (users' reports of them), they are used.
"""

from collections.abc import Sequence

from local.sagemaker import builtin_metrics, metrics
from local.sagemaker.errors import validation
from local.sagemaker.store import Record
from local.sagemaker.tuning.ranges import CategoricalRange, ContinuousRange, Range

_MOST_HYPERPARAMETERS = 100


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
