"""One processing job: inputs down, the container on every instance, outputs up; its reason is `output/message`."""

import time
from pathlib import Path

from local.runtime.interface import Launch
from local.sagemaker import cluster, configfiles
from local.sagemaker.cluster import Instance
from local.sagemaker.clusterruns import ClusterRun
from local.sagemaker.runs import LONGEST_REASON, JobFailed
from local.sagemaker.s3files import S3Problem
from local.sagemaker.store import Record
from local.sagemaker.sync import FolderSync, following


class ProcessingRun(ClusterRun):
    """A processing job from its turn to its end."""

    log_group = "/aws/sagemaker/ProcessingJobs"
    _message = ""

    @property
    def image(self) -> str:
        """The processing image."""
        return str(self.request["AppSpecification"]["ImageUri"])

    @property
    def cluster_config(self) -> Record:
        """The instances asked for."""
        config: Record = self.request["ProcessingResources"]["ClusterConfig"]
        return config

    @property
    def isolated(self) -> bool:
        """What NetworkConfig asks for."""
        return bool(self.request.get("NetworkConfig", {}).get("EnableNetworkIsolation"))

    def execute(self, folder: Path) -> None:
        """Download, run, upload."""
        self.table.update(self.name, ProcessingStartTime=time.time())
        for instance in self.instances:
            self._prepare(instance, folder / instance.host)
        with following(self.context.limits.sync_seconds, self._syncs(folder, "Continuous")):
            code = self._run(folder)
        if code:
            raise JobFailed("AlgorithmError: See job logs for more information")
        for sync in self._syncs(folder, "EndOfJob"):
            sync.push()

    def _run(self, folder: Path) -> int:
        try:
            return self.run_cluster(folder)[1]
        finally:
            self._message = self._exit_message(list(self.places(folder).values()))

    @staticmethod
    def _exit_message(places: list[Path]) -> str:
        """Return the messages of all containers, together at most 1 KB."""
        try:
            texts = [configfiles.read_text(place / "output" / "message") for place in places]
        except UnicodeDecodeError as error:
            raise JobFailed("ClientError: /opt/ml/output/message is not encoded in UTF-8") from error
        return "".join(texts).encode()[:LONGEST_REASON].decode(errors="ignore")

    def _prepare(self, instance: Instance, place: Path) -> None:
        (place / "output").mkdir(parents=True)
        config = place / "config"
        configfiles.write_json(config / "processingjobconfig.json", configfiles.processing_config(self.request))
        configfiles.write_json(config / "resourceconfig.json", cluster.resource_config(instance, self.instances))
        for output in self._outputs():
            configfiles.place(place, output["S3Output"]["LocalPath"]).mkdir(parents=True, exist_ok=True)
        for item in self.request.get("ProcessingInputs", []):
            if not item.get("AppManaged"):
                self._download(item["S3Input"], instance, place)

    def _download(self, source: Record, instance: Instance, place: Path) -> None:
        try:
            found = self.context.s3.sources(source["S3Uri"], source["S3DataType"])
            if source.get("S3DataDistributionType") == "ShardedByS3Key":
                found = found[self.instances.index(instance) :: len(self.instances)]
            self.context.s3.fetch_all(found, configfiles.place(place, source["LocalPath"]), self.check)
        except S3Problem as error:
            raise JobFailed(f"ClientError: Failed to download data. {error}") from error

    def launch(self, instance: Instance, folder: Path, network: str) -> Launch:
        """Return the image's entry point, or the one that the request names."""
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
            host_name=instance.host,
            network=network,
        )

    def _outputs(self) -> list[Record]:
        outputs = self.request.get("ProcessingOutputConfig", {}).get("Outputs", [])
        return [output for output in outputs if not output.get("AppManaged")]

    def _syncs(self, folder: Path, mode: str) -> list[FolderSync]:
        return [
            FolderSync(self.context.s3, configfiles.place(place, output["LocalPath"]), output["S3Uri"])
            for output in (item["S3Output"] for item in self._outputs())
            if output["S3UploadMode"] == mode
            for place in self.places(folder).values()
        ]

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
