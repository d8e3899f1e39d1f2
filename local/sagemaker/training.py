"""Training jobs: channels down, `train`, model and output up, with AWS's secondary statuses on the way."""

import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import client
from local.runtime.interface import Launch
from local.sagemaker import archives, configfiles, metrics, submit_directory
from local.sagemaker.context import Context
from local.sagemaker.errors import validation
from local.sagemaker.jobs import JobFailed, JobRun, Jobs, JobStopped, JobTimedOut, Queue, job_kind, one_instance
from local.sagemaker.s3files import S3Problem
from local.sagemaker.store import Record, Table

_DAY = 86_400
_MOST_READERS = 2000
_FLAGS = ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining")
_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Stopping": "Stopping the training job",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
    "Failed": "Training job failed",
}


def move(record: Record, secondary: str, message: str = "") -> None:
    """Enter a secondary status; the one before ends."""
    now = time.time()
    transitions: list[Record] = record.setdefault("SecondaryStatusTransitions", [])
    if transitions:
        transitions[-1]["EndTime"] = now
    text = message or _MESSAGES[secondary]
    transitions.append({"Status": secondary, "StartTime": now, "StatusMessage": text})
    record["SecondaryStatus"] = secondary


class TrainingRun(JobRun):
    """One training job."""

    log_group = "/aws/sagemaker/TrainingJobs"

    def __init__(self, context: Context, table: Table, name: str) -> None:
        super().__init__(context, table, name)
        definitions = self.request["AlgorithmSpecification"].get("MetricDefinitions", [])
        self.metrics = metrics.MetricReader(definitions)

    @property
    def image(self) -> str:
        """The training image."""
        return str(self.request["AlgorithmSpecification"].get("TrainingImage", ""))

    def heard(self, line: str) -> None:
        """Log a line and look for metrics in it."""
        super().heard(line)
        self.metrics.read(line)

    def execute(self, folder: Path) -> None:
        """Download, train, upload; a stopped or timed-out job uploads what it has, as on AWS."""
        self._enter("Downloading", TrainingStartTime=time.time())
        self._prepare(folder)
        self._enter("Training")
        try:
            code = self.run_image(self._launch(folder), self._max_runtime())
        except (JobStopped, JobTimedOut):
            self._upload(folder)
            raise
        if code:
            raise JobFailed(self._algorithm_error(folder, code))
        self._enter("Uploading")
        self._upload(folder)
        self.check_stop()

    def _prepare(self, folder: Path) -> None:
        for part in ("model", "output/data", "input/data", "checkpoints"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        channels = self.request.get("InputDataConfig", [])
        config = folder / "input" / "config"
        configfiles.write_json(config / "hyperparameters.json", self.request.get("HyperParameters", {}))
        inputs = {channel["ChannelName"]: configfiles.channel_config(channel) for channel in channels}
        configfiles.write_json(config / "inputdataconfig.json", inputs)
        instance = self.request["ResourceConfig"].get("InstanceType", "")
        configfiles.write_json(config / "resourceconfig.json", configfiles.resource_config(instance))
        for channel in channels:
            self._download(channel, folder / "input" / "data" / channel["ChannelName"])
        self._place_code(folder)

    def _place_code(self, folder: Path) -> None:
        try:
            submit_directory.place_for_training(self.context, self.request.get("HyperParameters", {}), folder)
        except submit_directory.CodeProblem as error:
            raise JobFailed(f"AlgorithmError: Framework Error: {error}, exit code: 1") from error

    def _download(self, channel: Record, folder: Path) -> None:
        source = channel["DataSource"]["S3DataSource"]
        try:
            self.context.s3.download(source["S3Uri"], folder, source["S3DataType"])
        except S3Problem as error:
            raise JobFailed(f"ClientError: Data download failed:{error}") from error
        self.check_stop()

    def _launch(self, folder: Path) -> Launch:
        specification = self.request["AlgorithmSpecification"]
        return Launch(
            name=self.name,
            image=self.image,
            base_dir=folder,
            entrypoint=tuple(specification.get("ContainerEntrypoint", ())),
            arguments=tuple(specification.get("ContainerArguments", ("train",))),
            environment={
                **self.request.get("Environment", {}),
                "TRAINING_JOB_NAME": self.name,
                "TRAINING_JOB_ARN": self.request["TrainingJobArn"],
            },
        )

    def _max_runtime(self) -> float:
        return float(self.request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", _DAY))

    def _algorithm_error(self, folder: Path, code: int) -> str:
        reason = configfiles.read_reason(folder / "output" / "failure", 900)
        return f"AlgorithmError: {reason}, exit code: {code}"

    def _upload(self, folder: Path) -> None:
        target = self.request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        for source, archive in (("model", "model.tar.gz"), ("output/data", "output.tar.gz")):
            if source == "model" or any((folder / source).iterdir()):
                packed = folder / archive
                archives.pack(folder / source, packed)
                self.context.s3.upload(packed, f"{target}/{self.name}/output/{archive}")

    def _enter(self, secondary: str, **members: Any) -> None:
        def change(record: Record) -> None:
            if record["TrainingJobStatus"] == "InProgress":
                move(record, secondary)
            record.update(members)

        self.table.change(self.name, change)

    def completed(self) -> None:
        """Record success, with the metrics' last values."""
        self._end("Completed", "Completed")

    def stopped(self) -> None:
        """Record the stop."""
        self._end("Stopped", "Stopped")

    def timed_out(self) -> None:
        """On AWS a training job whose time is over is Stopped, not Failed."""
        self._end("Stopped", "MaxRuntimeExceeded")

    def failed(self, reason: str) -> None:
        """Record the failure."""
        self._end("Failed", "Failed", reason)

    def _end(self, status: str, secondary: str, reason: str = "") -> None:
        with suppress(ClientError, BotoCoreError):
            self.metrics.publish(client("cloudwatch", self.context.settings), self.name)

        def change(record: Record) -> None:
            now = time.time()
            record.update(TrainingJobStatus=status, TrainingEndTime=now)
            if "TrainingStartTime" in record:
                seconds = max(1, round(now - record["TrainingStartTime"]))
                record.update(TrainingTimeInSeconds=seconds, BillableTimeInSeconds=seconds)
            if final := self.metrics.final():
                record["FinalMetricDataList"] = final
            if reason:
                record["FailureReason"] = reason
            move(record, secondary, reason)

        self.table.change(self.name, change)


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
        specification = request.get("AlgorithmSpecification") or {}
        for member in ("AlgorithmSpecification", "OutputDataConfig", "ResourceConfig", "RoleArn"):
            if member not in request:
                raise validation(f"{member} is required: serverless training is not covered yet")
        if bool(specification.get("TrainingImage")) == bool(specification.get("AlgorithmName")):
            raise validation(
                "You must specify exactly one of TrainingImage and AlgorithmName in AlgorithmSpecification."
            )
        if "AlgorithmName" in specification:
            raise validation("AlgorithmName is not covered yet by the embedded SageMaker: name a TrainingImage")
        one_instance(request["ResourceConfig"].get("InstanceCount", 1))
        names = [channel["ChannelName"] for channel in request.get("InputDataConfig", [])]
        if len(names) != len(set(names)):
            raise validation(f"Duplicate channel names in InputDataConfig: {names}")
        for channel in request.get("InputDataConfig", []):
            if "S3DataSource" not in channel["DataSource"]:
                raise validation(f"Channel {channel['ChannelName']}: only S3DataSource is covered yet")
        metrics.check(specification.get("MetricDefinitions", []))

    def initial(self, request: Record) -> Record:
        """Return the first status, and where the model will be."""
        target = request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        first: Record = {
            "ModelArtifacts": {"S3ModelArtifacts": f"{target}/{request['TrainingJobName']}/output/model.tar.gz"},
        } | {flag: request.get(flag, False) for flag in _FLAGS}
        move(first, "Starting")
        return first

    def mark_stopping(self, record: Record) -> None:
        """Set both statuses."""
        super().mark_stopping(record)
        move(record, "Stopping")
