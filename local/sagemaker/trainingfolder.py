"""What an instance of a training job finds below its `/opt/ml` before `train` starts."""

from collections.abc import Callable, Sequence
from pathlib import Path

from local.sagemaker import cluster, configfiles, submit_directory
from local.sagemaker.channels import Channels
from local.sagemaker.cluster import Instance
from local.sagemaker.context import Context
from local.sagemaker.pipes import Pipe
from local.sagemaker.runs import JobFailed
from local.sagemaker.s3files import S3Problem
from local.sagemaker.store import Record

CHECKPOINTS = "/opt/ml/checkpoints"
_PARTS = ("model", "output/data", "input/data", "checkpoints")


class TrainingFolders:
    """Fills the folders of a job's instances and feeds their pipes until it is closed."""

    def __init__(self, context: Context, request: Record, instances: Sequence[Instance]) -> None:
        self._context = context
        self._request = request
        self._instances = instances
        self._channels = Channels(request, instances, context.s3)
        self._pipes: list[Pipe] = []

    def fill(self, instance: Instance, place: Path, check: Callable[[], None]) -> None:
        """Write configuration, code and data; `check` raises what ends the job meanwhile.

        Raises:
            JobFailed: data or code are not there or cannot be read.
        """
        for part in _PARTS:
            (place / part).mkdir(parents=True, exist_ok=True)
        config = place / "input" / "config"
        configfiles.write_json(config / "hyperparameters.json", self._request.get("HyperParameters", {}))
        configfiles.write_json(config / "inputdataconfig.json", self._channels.config(instance))
        configfiles.write_json(config / "resourceconfig.json", cluster.resource_config(instance, self._instances))
        if kept := self._request.get("CheckpointConfig"):
            configfiles.write_json(config / "checkpointconfig.json", {"LocalPath": CHECKPOINTS} | kept)
        for channel in self._channels.of(instance):
            self._download(channel, instance, place / "input" / "data", check)
        self._place_code(place)

    def _download(self, channel: Record, instance: Instance, data: Path, check: Callable[[], None]) -> None:
        try:
            pipe = self._channels.download(channel, instance, data, check)
        except S3Problem as error:
            raise JobFailed(f"ClientError: Data download failed:{error}") from error
        if pipe:
            self._pipes.append(pipe)

    def _place_code(self, place: Path) -> None:
        try:
            submit_directory.place_for_training(self._context, self._request.get("HyperParameters", {}), place)
        except submit_directory.CodeProblem as error:
            raise JobFailed(f"AlgorithmError: Framework Error: {error}, exit code: 1") from error

    def check(self) -> None:
        """Raise JobFailed once a pipe cannot be fed any more."""
        for problem in filter(None, (pipe.problem for pipe in self._pipes)):
            raise JobFailed(f"ClientError: Data download failed:{problem}") from problem

    def close(self) -> None:
        """Stop feeding."""
        for pipe in self._pipes:
            pipe.close()
        self._pipes.clear()
