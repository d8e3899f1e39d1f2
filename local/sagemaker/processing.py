"""The operations on processing jobs, and what they refuse beyond their model."""

from local.sagemaker import cluster
from local.sagemaker.clusterruns import DAY
from local.sagemaker.errors import validation
from local.sagemaker.jobs import Jobs, job_kind
from local.sagemaker.processingrun import ProcessingRun
from local.sagemaker.store import Record

_ROOT = "/opt/ml/processing/"


class ProcessingJobs(Jobs):
    """Create, Describe, List, Stop."""

    kind = job_kind("ProcessingJob", "processing-job", missing="Could not find requested job with name: {name}")
    run_class = ProcessingRun

    def check(self, request: Record) -> None:
        """Refuse too many instances, paths outside `/opt/ml/processing`, and sources that only AWS has."""
        config = request["ProcessingResources"]["ClusterConfig"]
        if not (config.get("InstanceType") or config.get("InstancePreferences")):
            raise validation("ClusterConfig needs InstanceType and InstanceCount, or InstancePreferences")
        cluster.check_quota(config, "processing job", self.context.limits.job_instances)
        inputs = request.get("ProcessingInputs", [])
        outputs = request.get("ProcessingOutputConfig", {}).get("Outputs", [])
        _check_names([item["InputName"] for item in inputs], "InputName")
        _check_names([item["OutputName"] for item in outputs], "OutputName")
        for item in inputs:
            _check_input(item)
        for item in outputs:
            _check_output(item)

    def initial(self, request: Record) -> Record:
        """Return the defaults that AWS shows."""
        return {"StoppingCondition": request.get("StoppingCondition", {"MaxRuntimeInSeconds": DAY})}


def _check_names(names: list[str], member: str) -> None:
    if len(names) != len(set(names)):
        raise validation(f"{member} must be unique: {names}")


def _check_input(item: Record) -> None:
    name, managed = item["InputName"], item.get("AppManaged", False)
    if "DatasetDefinition" in item and not managed:
        raise validation(f"Input {name}: the embedded SageMaker reads S3Input only, not DatasetDefinition")
    source = _place_in_s3(item, "S3Input", f"Input {name}", managed=managed)
    if source is None:
        return
    if source.get("S3InputMode", "File") == "Pipe" and not managed:
        raise validation(f"Input {name}: S3InputMode Pipe is not covered by the embedded SageMaker: use File")
    if source.get("S3CompressionType", "None") == "Gzip":
        raise validation(f"Input {name}: S3CompressionType Gzip can only be used with S3InputMode Pipe")
    _check_path(source.get("LocalPath"), name, managed=managed)


def _check_output(item: Record) -> None:
    name, managed = item["OutputName"], item.get("AppManaged", False)
    if "FeatureStoreOutput" in item and not managed:
        raise validation(f"Output {name}: FeatureStoreOutput is only supported when AppManaged is true")
    target = _place_in_s3(item, "S3Output", f"Output {name}", managed=managed)
    if target is not None:
        _check_path(target.get("LocalPath"), name, managed=managed)


def _place_in_s3(item: Record, member: str, who: str, *, managed: bool) -> Record | None:
    """Return where an input or output lies; an application that manages it itself may leave that out."""
    if member not in item and not managed:
        raise validation(f"{who}: {member} is required unless AppManaged is true")
    place: Record | None = item.get(member)
    return place


def _check_path(path: str | None, name: str, *, managed: bool) -> None:
    if path is None and not managed:
        raise validation(f"{name}: LocalPath is required unless AppManaged is true")
    if path is not None and (not f"{path.rstrip('/')}/".startswith(_ROOT) or ".." in path.split("/")):
        raise validation(f"{name}: LocalPath {path!r} must begin with {_ROOT}")
