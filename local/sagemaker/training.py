"""The operations on training jobs, and what whoever makes jobs in this process may ask of them."""

from local.sagemaker import artifacts, builtin_metrics, metrics, secondary, trainingchecks
from local.sagemaker.clusterruns import DAY
from local.sagemaker.context import Context
from local.sagemaker.jobqueue import Queue
from local.sagemaker.jobs import Jobs, job_kind
from local.sagemaker.runs import JobRun
from local.sagemaker.store import Record
from local.sagemaker.trainingrun import TrainingRun

_MOST_READERS = 2000
_FLAGS = ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining")


class TrainingJobs(Jobs):
    """The operations on training jobs."""

    kind = job_kind("TrainingJob", "training-job", missing="Requested resource not found.")
    run_class = TrainingRun

    def __init__(self, context: Context, queue: Queue) -> None:
        super().__init__(context, queue)
        self._readers: dict[str, metrics.MetricReader] = {}

    def new_run(self, name: str) -> JobRun:
        """Return the run of a job; its metric points can be asked for, those of the newest jobs also later."""
        run = super().new_run(name)
        if isinstance(run, TrainingRun):
            self._readers[name] = run.metrics
        while len(self._readers) > _MOST_READERS:
            self._readers.pop(next(iter(self._readers)), None)
        return run

    def points(self, name: str) -> list[metrics.Point]:
        """Return (metric, value, epoch seconds) of everything that a job has measured so far, oldest first."""
        reader = self._readers.get(name)
        return reader.points() if reader else []

    def check(self, request: Record) -> None:
        """Refuse what AWS or this SageMaker cannot train."""
        trainingchecks.check(request, self.context.limits)

    def initial(self, request: Record) -> Record:
        """Return the first status, the defaults that AWS shows, and where the model will be."""
        first: Record = {
            "AlgorithmSpecification": builtin_metrics.complete(request["AlgorithmSpecification"]),
            "OutputDataConfig": {"KmsKeyId": "", **request["OutputDataConfig"]},
            "ModelArtifacts": {"S3ModelArtifacts": artifacts.location(request)},
            "StoppingCondition": {"MaxRuntimeInSeconds": DAY} | request.get("StoppingCondition", {}),
            "ProfilingStatus": "Disabled",  # nothing is profiled here, whatever ProfilerConfig asks for
        }
        first |= {flag: request.get(flag, False) for flag in _FLAGS}
        if preferred := request["ResourceConfig"].get("InstancePreferences"):
            first["ResourceConfig"] = request["ResourceConfig"] | {"SelectedInstanceType": preferred[0]["InstanceType"]}
        secondary.move(first, "Starting")
        return first

    def mark_stopping(self, record: Record) -> None:
        """Set both statuses."""
        super().mark_stopping(record)
        secondary.move(record, "Stopping")
