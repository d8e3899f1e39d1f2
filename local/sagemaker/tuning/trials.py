"""A tuning job's training jobs: the request that makes one, and what is told about it afterwards."""

import json
import math
import secrets
from collections.abc import Iterable

from local.sagemaker import builtin_metrics
from local.sagemaker.store import Record

OBJECTIVE = "ObjectiveMetric"  # how AWS calls the objective among a training job's metrics
OBJECTIVE_HYPERPARAMETER = "_tuning_objective_metric"
_COPIED = (
    "RoleArn", "InputDataConfig", "VpcConfig", "OutputDataConfig", "StoppingCondition", "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining", "RetryStrategy", "Environment",
)  # fmt: skip
_TOLD = ("CreationTime", "TrainingStartTime", "TrainingEndTime", "TrainingJobStatus", "FailureReason", "TrainingJobArn")


def name(tuning_job: str, number: int) -> str:
    """Return the name of a tuning job's `number`th training job (from 1), as AWS builds it."""
    return f"{tuning_job}-{number:03d}-{secrets.token_hex(4)}"


def settled(definition: Record, objective: Record) -> Record:
    """Return a definition as the tuning job describes it: with the objective among its metrics."""
    specification = builtin_metrics.complete(definition["AlgorithmSpecification"])
    static = definition.get("StaticHyperParameters", {})
    metric = objective["MetricName"]
    # What the SageMaker SDK sends for a script are JSON strings, and so AWS writes this one.
    text = json.dumps(metric) if "sagemaker_program" in static else metric
    return {
        **definition,
        # The SageMaker SDK sends the other form and reads this one when it attaches to a tuning job.
        "ResourceConfig": resources(definition),
        "AlgorithmSpecification": {**specification, "MetricDefinitions": _with_objective(specification, metric)},
        "StaticHyperParameters": {**static, OBJECTIVE_HYPERPARAMETER: text},
    }


def _with_objective(specification: Record, metric: str) -> list[Record]:
    definitions: list[Record] = specification.get("MetricDefinitions", [])
    found = [{"Name": OBJECTIVE, "Regex": item["Regex"]} for item in definitions if item["Name"] == metric]
    return [*definitions, *found[:1]]


def request(job: str, definition: Record, values: dict[str, str], tags: list[Record]) -> Record:
    """Return the CreateTrainingJob of one set of hyperparameters; `definition` is settled."""
    made = {
        "TrainingJobName": job,
        "HyperParameters": {**definition["StaticHyperParameters"], **values},
        "AlgorithmSpecification": definition["AlgorithmSpecification"],
        "ResourceConfig": resources(definition),
        **{member: definition[member] for member in _COPIED if member in definition},
    }
    if checkpoints := definition.get("CheckpointConfig"):  # a job must not resume from another one's
        made["CheckpointConfig"] = {**checkpoints, "S3Uri": f"{checkpoints['S3Uri'].rstrip('/')}/{job}"}
    return {**made, "Tags": tags} if tags else made


def resources(definition: Record) -> Record:
    """Return the ResourceConfig; of several instance types the first one, which is preferred."""
    if "ResourceConfig" in definition:
        return dict(definition["ResourceConfig"])
    config = definition["HyperParameterTuningResourceConfig"]
    chosen = config["InstanceConfigs"][0] if config.get("InstanceConfigs") else config
    members = ("InstanceType", "InstanceCount", "VolumeSizeInGB")
    found = {member: chosen[member] for member in members if member in chosen}
    return found | ({"VolumeKmsKeyId": config["VolumeKmsKeyId"]} if "VolumeKmsKeyId" in config else {})


def objective_of(training_job: Record) -> float | None:
    """Return the last value of the objective that a training job measured, None if it has no usable one."""
    for item in training_job.get("FinalMetricDataList", []):
        if item["MetricName"] == OBJECTIVE and math.isfinite(item["Value"]):
            return float(item["Value"])
    return None


def summary(tuning_job: str, trial: Record, training_job: Record, objective: Record) -> Record:
    """Return the HyperParameterTrainingJobSummary of a trial."""
    told = {member: training_job[member] for member in _TOLD if member in training_job}
    made: Record = {
        "TrainingJobName": trial["TrainingJobName"],
        "TuningJobName": tuning_job,
        "TunedHyperParameters": trial["TunedHyperParameters"],
        "ObjectiveStatus": trial["ObjectiveStatus"],
        **told,
    }
    if "DefinitionName" in trial:
        made["TrainingJobDefinitionName"] = trial["DefinitionName"]
    if "Objective" in trial:
        made["FinalHyperParameterTuningJobObjectiveMetric"] = {
            "Type": objective["Type"],
            "MetricName": objective["MetricName"],
            "Value": trial["Objective"],
        }
    return made


def status_counters(training_jobs: Iterable[Record]) -> Record:
    """Return TrainingJobStatusCounters."""
    counters = dict.fromkeys(("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped"), 0)
    for job in training_jobs:
        status = job["TrainingJobStatus"]
        if status == "Failed":
            internal = job.get("FailureReason", "").startswith("InternalServerError")
            status = "RetryableError" if internal else "NonRetryableError"
        counters[status if status in counters else "InProgress"] += 1
    return counters


def objective_counters(trials: Iterable[Record]) -> Record:
    """Return ObjectiveStatusCounters."""
    counters = dict.fromkeys(("Succeeded", "Pending", "Failed"), 0)
    for trial in trials:
        counters[trial["ObjectiveStatus"]] += 1
    return counters


def best(trials: Iterable[Record], *, maximize: bool) -> Record | None:
    """Return the trial with the best objective; of equals the first one."""
    known = [trial for trial in trials if "Objective" in trial]
    sign = -1 if maximize else 1
    return min(known, key=lambda trial: sign * trial["Objective"], default=None)
