"""Processing jobs: inputs down, the container, outputs up; its reason is `output/message`."""

import time
from pathlib import Path

from local.runtime.interface import Launch
from local.sagemaker import configfiles
from local.sagemaker.errors import validation
from local.sagemaker.jobs import JobFailed, JobRun, Jobs, job_kind, one_instance
from local.sagemaker.s3files import S3Problem
from local.sagemaker.store import Record

_DAY = 86_400
_ML = "/opt/ml/"


class ProcessingRun(JobRun):
    """One processing job."""

    log_group = "/aws/sagemaker/ProcessingJobs"
    _message = ""

    @property
    def image(self) -> str:
        """The processing image."""
        return str(self.request["AppSpecification"]["ImageUri"])

    def execute(self, folder: Path) -> None:
        """Download, run, upload."""
        self.table.update(self.name, ProcessingStartTime=time.time())
        self._prepare(folder)
        self.check_stop()
        try:
            code = self.run_image(self._launch(folder), self._max_runtime())
        finally:
            self._message = configfiles.read_reason(folder / "output" / "message")
        if code:
            raise JobFailed("AlgorithmError: See job logs for more information")
        self._upload(folder)

    def _prepare(self, folder: Path) -> None:
        (folder / "output").mkdir()
        cluster = self.request["ProcessingResources"]["ClusterConfig"]
        config = folder / "config"
        configfiles.write_json(config / "processingjobconfig.json", self._config())
        configfiles.write_json(config / "resourceconfig.json", configfiles.resource_config(cluster["InstanceType"]))
        for output in self._outputs():
            _place(folder, output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
        for item in self.request.get("ProcessingInputs", []):
            self._download(item, folder)

    def _config(self) -> Record:
        left_out = {"ProcessingJobStatus", "CreationTime", "LastModifiedTime"}
        return {name: value for name, value in self.request.items() if name not in left_out}

    def _download(self, item: Record, folder: Path) -> None:
        source = item["S3Input"]
        try:
            target = _place(folder, source["LocalPath"])
            self.context.s3.download(source["S3Uri"], target, source["S3DataType"])
        except S3Problem as error:
            raise JobFailed(f"ClientError: Failed to download data. {error}") from error

    def _launch(self, folder: Path) -> Launch:
        application = self.request["AppSpecification"]
        return Launch(
            name=self.name,
            image=self.image,
            base_dir=folder,
            entrypoint=tuple(application.get("ContainerEntrypoint", ())),
            arguments=tuple(application.get("ContainerArguments", ())),
            environment={
                **self.request.get("Environment", {}),
                "PROCESSING_JOB_NAME": self.name,
                "PROCESSING_JOB_ARN": self.request["ProcessingJobArn"],
            },
        )

    def _max_runtime(self) -> float:
        return float(self.request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds", _DAY))

    def _outputs(self) -> list[Record]:
        outputs = self.request.get("ProcessingOutputConfig", {}).get("Outputs", [])
        return [output for output in outputs if "S3Output" in output]

    def _upload(self, folder: Path) -> None:
        for output in self._outputs():
            target = output["S3Output"]
            self.context.s3.upload_folder(_place(folder, target["LocalPath"]), target["S3Uri"])

    def completed(self) -> None:
        """Record success."""
        self._end("Completed")

    def stopped(self) -> None:
        """Record the stop."""
        self._end("Stopped")

    def timed_out(self) -> None:
        """A processing job whose time is over is stopped."""
        self._end("Stopped", "The job's runtime exceeded MaxRuntimeInSeconds")

    def failed(self, reason: str) -> None:
        """Record the failure."""
        self._end("Failed", reason)

    def _end(self, status: str, reason: str = "") -> None:
        members: Record = {"ProcessingJobStatus": status, "ProcessingEndTime": time.time()}
        if self._message:
            members["ExitMessage"] = self._message
        if reason:
            members["FailureReason"] = reason
        self.table.update(self.name, **members)


def _place(folder: Path, local_path: str) -> Path:
    """Return where `/opt/ml/...` of the image is; the check of the request has seen that it is below."""
    return folder / local_path.removeprefix(_ML)


class ProcessingJobs(Jobs):
    """The operations on processing jobs."""

    kind = job_kind("ProcessingJob", "processing-job", missing="Could not find requested job with name: {name}")
    run_class = ProcessingRun

    def check(self, request: Record) -> None:
        """Refuse paths outside `/opt/ml/processing` and what is not covered yet."""
        one_instance(request["ProcessingResources"]["ClusterConfig"]["InstanceCount"])
        for item in request.get("ProcessingInputs", []):
            if "S3Input" not in item:
                raise validation(f"Input {item['InputName']}: only S3Input is covered yet")
            self._check_path(item["S3Input"].get("LocalPath", ""), item["InputName"])
        for output in request.get("ProcessingOutputConfig", {}).get("Outputs", []):
            if "S3Output" not in output:
                raise validation(f"Output {output['OutputName']}: only S3Output is covered yet")
            self._check_path(output["S3Output"].get("LocalPath", ""), output["OutputName"])

    @staticmethod
    def _check_path(path: str, name: str) -> None:
        if not path.startswith(f"{_ML}processing") or ".." in path.split("/"):
            raise validation(f"LocalPath {path!r} of {name} must be below /opt/ml/processing")

    def initial(self, request: Record) -> Record:
        """Return the defaults that AWS shows."""
        return {"StoppingCondition": request.get("StoppingCondition", {"MaxRuntimeInSeconds": _DAY})}
