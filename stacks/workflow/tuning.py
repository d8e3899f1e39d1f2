"""A tuning of the workload as SageMaker's tuning job wants it."""

from collections.abc import Mapping
from typing import Any

from spec.base import spelled
from spec.tuning import CategoricalRange, ContinuousRange, IntegerRange, Tuning


def tuning_config(tuning: Tuning, *, seed: int) -> dict[str, Any]:
    """HyperParameterTuningJobConfig; Hyperband stops early by itself and refuses to be told."""
    return {
        "Strategy": tuning.strategy,
        "HyperParameterTuningJobObjective": {"Type": tuning.direction, "MetricName": tuning.objective},
        "ResourceLimits": {
            "MaxNumberOfTrainingJobs": tuning.jobs,
            "MaxParallelTrainingJobs": tuning.max_parallel_jobs,
        },
        "ParameterRanges": _ranges(tuning.ranges),
        "TrainingJobEarlyStoppingType": "Off" if tuning.strategy in ("Hyperband", "Grid") else "Auto",
        "RandomSeed": seed % 2**31,
    }


def _ranges(ranges: Mapping[str, IntegerRange | ContinuousRange | CategoricalRange]) -> dict[str, Any]:
    grouped: dict[str, list[dict[str, Any]]] = {}
    for name, searched in ranges.items():
        group, fields = _range(searched)
        grouped.setdefault(group, []).append({"Name": name, **fields})
    return grouped


def _range(searched: IntegerRange | ContinuousRange | CategoricalRange) -> tuple[str, dict[str, Any]]:
    match searched:
        case CategoricalRange(categorical=values):
            return "CategoricalParameterRanges", {"Values": [spelled(value) for value in values]}
        case IntegerRange(integer=(low, high)):
            group = "IntegerParameterRanges"
        case ContinuousRange(continuous=(low, high)):
            group = "ContinuousParameterRanges"
    return group, {"MinValue": spelled(low), "MaxValue": spelled(high), "ScalingType": searched.scaling}
