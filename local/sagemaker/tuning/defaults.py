"""What AWS describes of a tuning job when its request left it out."""

from local.sagemaker.errors import validation
from local.sagemaker.store import Record
from local.sagemaker.tuning import autotune


def applied(request: Record) -> Record:
    """Return a request with its defaults, and with what Autotune chooses.

    Raises:
        AwsError: Autotune can choose nothing, or is not asked to.
    """
    config = {"TrainingJobEarlyStoppingType": "Off", **request["HyperParameterTuningJobConfig"]}
    if "Autotune" in request and "TrainingJobDefinition" in request:
        config = autotune.applied(config, request["TrainingJobDefinition"])
    elif any(item.get("AutoParameters") for item in _all_ranges(request)):
        raise validation("AutoParameters needs Autotune, and a single TrainingJobDefinition.")
    made = {**request, "HyperParameterTuningJobConfig": config}
    for ranges in _all_ranges(made):
        for item in (*ranges.get("IntegerParameterRanges", []), *ranges.get("ContinuousParameterRanges", [])):
            item.setdefault("ScalingType", "Auto")
    return made


def _all_ranges(request: Record) -> list[Record]:
    several = [item.get("HyperParameterRanges", {}) for item in request.get("TrainingJobDefinitions", [])]
    return [request["HyperParameterTuningJobConfig"].get("ParameterRanges", {}), *several]
