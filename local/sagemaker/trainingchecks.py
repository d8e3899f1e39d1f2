"""What CreateTrainingJob refuses beyond its model: AWS's words where they are known, ours where we differ."""

from pathlib import PurePosixPath

from local.sagemaker import channels, cluster, metrics
from local.sagemaker.errors import validation
from local.sagemaker.limits import Limits
from local.sagemaker.store import Record

_NEEDED = ("AlgorithmSpecification", "OutputDataConfig", "ResourceConfig", "RoleArn")
_RESERVED = ("input", "model", "output", "code", "errors")


def check(request: Record, limits: Limits) -> None:
    """Raise a ValidationException, or ResourceLimitExceeded for too many instances."""
    for member in _NEEDED:
        if member not in request:
            raise validation(f"{member} is required: serverless training is not covered by the embedded SageMaker")
    _check_algorithm(request["AlgorithmSpecification"])
    _check_resources(request["ResourceConfig"])
    cluster.check_quota(request["ResourceConfig"], "training job", limits.job_instances)
    channels.check(request)
    _check_groups(request)
    _check_times(request)
    _check_checkpoints(request.get("CheckpointConfig", {}))


def _check_algorithm(specification: Record) -> None:
    if bool(specification.get("TrainingImage")) == bool(specification.get("AlgorithmName")):
        raise validation("You must specify exactly one of TrainingImage and AlgorithmName in AlgorithmSpecification.")
    if "AlgorithmName" in specification:
        raise validation("AlgorithmName is not covered by the embedded SageMaker: name a TrainingImage")
    metrics.check(specification.get("MetricDefinitions", []))


def _check_resources(config: Record) -> None:
    groups = config.get("InstanceGroups")
    if groups and (config.get("InstanceType") or config.get("InstanceCount")):
        raise validation("ResourceConfig takes either InstanceGroups or InstanceType and InstanceCount, not both")
    if not groups and not (config.get("InstanceType") or config.get("InstancePreferences")):
        raise validation("ResourceConfig needs InstanceType and InstanceCount, or InstanceGroups")
    if not cluster.instances(config) or config.get("InstanceCount") == 0:
        raise validation("ResourceConfig: InstanceCount must be at least 1")
    names = [group["InstanceGroupName"] for group in groups or []]
    if len(names) != len(set(names)):
        raise validation(f"InstanceGroupName must be unique: {names}")


def _check_groups(request: Record) -> None:
    known = {group["InstanceGroupName"] for group in request["ResourceConfig"].get("InstanceGroups") or []}
    for channel in request.get("InputDataConfig", []):
        asked = set(channel["DataSource"].get("S3DataSource", {}).get("InstanceGroupNames") or [])
        if unknown := sorted(asked - known):
            raise validation(f"Channel {channel['ChannelName']}: ResourceConfig has no instance group {unknown}")


def _check_times(request: Record) -> None:
    condition = request.get("StoppingCondition", {})
    wait = condition.get("MaxWaitTimeInSeconds")
    if not request.get("EnableManagedSpotTraining"):
        if wait is not None:
            raise validation(
                "Invalid MaxWaitTimeInSeconds. It is only supported when EnableManagedSpotTraining is set to true"
            )
        return
    if wait is None or wait < condition.get("MaxRuntimeInSeconds", 0):
        raise validation(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds"
        )


def _check_checkpoints(config: Record) -> None:
    path = config.get("LocalPath")
    if path is None:
        return
    parts = PurePosixPath(path).parts
    if parts[:3] != ("/", "opt", "ml") or ".." in parts or len(parts) < 4 or parts[3] in _RESERVED:
        raise validation(
            f"CheckpointConfig: LocalPath {path!r} must be a folder below /opt/ml other than"
            f" {', '.join(_RESERVED)} in the embedded SageMaker"
        )
