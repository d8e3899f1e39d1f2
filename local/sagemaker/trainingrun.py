"""One training job: channels down, `train` on every instance, model and output up, checkpoints all the while."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from local.runtime.interface import Launch
from local.sagemaker import artifacts, configfiles, metrics, secondary
from local.sagemaker.cluster import Instance
from local.sagemaker.clusterruns import ClusterRun
from local.sagemaker.context import Context
from local.sagemaker.runs import LONGEST_REASON, JobFailed, JobStopped, JobTimedOut
from local.sagemaker.store import Record, Table
from local.sagemaker.sync import FolderSync, following
from local.sagemaker.trainingfolder import CHECKPOINTS, TrainingFolders


class TrainingRun(ClusterRun):
    """A training job from its turn to its end, with AWS's secondary statuses on the way."""

    log_group = "/aws/sagemaker/TrainingJobs"

    def __init__(self, context: Context, table: Table, name: str) -> None:
        super().__init__(context, table, name)
        definitions = self.request["AlgorithmSpecification"].get("MetricDefinitions", [])
        self.metrics = metrics.MetricReader(definitions)
        self._folders = TrainingFolders(context, self.request, self.instances)

    @property
    def image(self) -> str:
        """The training image."""
        return str(self.request["AlgorithmSpecification"].get("TrainingImage", ""))

    @property
    def cluster_config(self) -> Record:
        """The instances asked for."""
        config: Record = self.request["ResourceConfig"]
        return config

    @property
    def retries(self) -> int:
        """What RetryStrategy allows."""
        return int(self.request.get("RetryStrategy", {}).get("MaximumRetryAttempts", 0))

    def heard_from(self, host: str, line: str) -> None:
        """Log a line and look for metrics in it."""
        super().heard_from(host, line)
        self.metrics.read(line)

    def check(self) -> None:
        """Also end a job whose pipes cannot be fed."""
        super().check()
        self._folders.check()

    def execute(self, folder: Path) -> None:
        """Download, train, upload; a stopped or timed-out job uploads what it has, as on AWS."""
        self.check()
        self._enter("Downloading")
        try:
            for instance in self.instances:
                self._folders.fill(instance, folder / instance.host, self.check)
            with self._checkpoints(folder):
                failed = self._train(folder)
        finally:
            self._folders.close()
        if failed:
            raise JobFailed(failed)
        self._enter("Uploading")
        self._upload(folder)
        self.check_stop()

    def _train(self, folder: Path) -> str:
        """Run the image; return the reason of a failure."""
        self._enter("Training")
        try:
            host, code = self.run_cluster(folder)
        except (JobStopped, JobTimedOut):
            self._upload(folder)
            raise
        return self._algorithm_error(folder / host, code) if code else ""

    @contextmanager
    def _checkpoints(self, folder: Path) -> Iterator[None]:
        """Bring checkpoints down first, send changes and metrics during the run, and the rest at its end."""
        config = self.request.get("CheckpointConfig")
        local = (config or {}).get("LocalPath", CHECKPOINTS)
        syncs = [
            FolderSync(self.context.s3, configfiles.place(place, local), config["S3Uri"])
            for place in self.places(folder).values()
            if config
        ]
        for sync in syncs:
            sync.restore()
        with following(self.context.limits.sync_seconds, syncs, self._publish):
            yield

    def launch(self, instance: Instance, folder: Path, network: str) -> Launch:
        """Return `train` for an instance, or the entry point that the request names."""
        specification = self.request["AlgorithmSpecification"]
        entrypoint = tuple(specification.get("ContainerEntrypoint", ()))
        return Launch(
            name=self.name,
            image=self.image,
            base_dir=folder,
            entrypoint=entrypoint,
            arguments=tuple(specification.get("ContainerArguments", () if entrypoint else ("train",))),
            environment={
                **self.request.get("Environment", {}),
                "TRAINING_JOB_NAME": self.name,
                "TRAINING_JOB_ARN": self.request["TrainingJobArn"],
            },
            host_name=instance.host,
            network=network,
        )

    @staticmethod
    def _algorithm_error(place: Path, code: int) -> str:
        ending = f", exit code: {code}"
        reason = configfiles.read_reason(place / "output" / "failure")
        # AWS's own algorithms tell what the user has to change under that name, and it stands alone.
        prefix = "" if reason.startswith("ClientError: ") else "AlgorithmError: "
        return f"{prefix}{reason}"[: LONGEST_REASON - len(ending)] + ending

    def _upload(self, folder: Path) -> None:
        artifacts.upload(self.request, list(self.places(folder).values()), folder, self.context.s3)

    def _publish(self) -> None:
        self.metrics.publish(self.context.client("cloudwatch"), self.name)

    def _enter(self, status: str) -> None:
        self.table.change(self.name, lambda record: secondary.enter(record, status))

    def restarting(self) -> None:
        """Enter Restarting, then Starting."""
        self._enter("Restarting")
        self._enter("Starting")

    def completed(self) -> None:
        """Record success, with the metrics' last values."""
        self._end("Completed", "Completed")

    def stopped(self) -> None:
        """Record the stop."""
        self._end("Stopped", "Stopped")

    def timed_out(self) -> None:
        """On AWS a training job whose time is over is Stopped, not Failed."""
        self._end("Stopped", "MaxRuntimeExceeded")

    def waited_too_long(self) -> None:
        """A spot job that did not end in time is Stopped too."""
        self._end("Stopped", "MaxWaitTimeExceeded")

    def failed(self, reason: str) -> None:
        """Record the failure."""
        self._end("Failed", "Failed", reason)

    def _end(self, status: str, last: str, reason: str = "") -> None:
        with suppress(ClientError, BotoCoreError):
            self._publish()

        final = self.metrics.final()
        self.table.change(self.name, lambda record: secondary.end(record, status, last, reason, final))
