"""The channels of a training job: what each instance gets, as files or as pipes."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from local.sagemaker import pipes
from local.sagemaker.cluster import Instance
from local.sagemaker.errors import validation
from local.sagemaker.pipes import Pipe
from local.sagemaker.s3files import S3Files, S3Problem, no_objects, split
from local.sagemaker.store import Record

Sources = list[tuple[str, str]]


def mode(channel: Record, default: str) -> str:
    """Return a channel's input mode: its own, else the algorithm's."""
    return str(channel.get("InputMode") or default)


def config(channel: Record, default: str) -> Record:
    """Return a channel's entry of inputdataconfig.json; FastFile looks like File to the algorithm."""
    own = {"ContentType": channel["ContentType"]} if channel.get("ContentType") else {}
    return {
        **own,
        "TrainingInputMode": "Pipe" if mode(channel, default) == "Pipe" else "File",
        "S3DistributionType": _source(channel).get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
    }


def check(request: Record) -> None:
    """Refuse channels that AWS refuses, and sources that only AWS has."""
    specification = request["AlgorithmSpecification"]
    channels = request.get("InputDataConfig", [])
    names = [channel["ChannelName"] for channel in channels]
    if len(names) != len(set(names)):
        raise validation(f"Duplicate channel names in InputDataConfig: {names}")
    for channel in channels:
        _check_source(channel, mode(channel, specification["TrainingInputMode"]))


def _check_source(channel: Record, how: str) -> None:
    name, source = channel["ChannelName"], _source(channel)
    if not source:
        raise validation(f"Channel {name}: the embedded SageMaker reads S3DataSource only")
    kind = source["S3DataType"]
    if kind == "AugmentedManifestFile" and how != "Pipe":
        raise validation(f"Channel {name}: AugmentedManifestFile can only be used if the channel's input mode is Pipe")
    if kind not in ("S3Prefix", "ManifestFile"):
        raise validation(f"Channel {name}: S3DataType {kind} is not covered by the embedded SageMaker")
    if how == "FastFile" and kind != "S3Prefix":
        raise validation(f"Channel {name}: FastFile mode needs S3DataType S3Prefix")


def _source(channel: Record) -> Record:
    source: Record = channel["DataSource"].get("S3DataSource") or {}
    return source


class Channels:
    """All channels of one job."""

    def __init__(self, request: Record, cluster: Sequence[Instance], s3: S3Files) -> None:
        self._channels: list[Record] = request.get("InputDataConfig", [])
        self._default = request["AlgorithmSpecification"]["TrainingInputMode"]
        self._cluster = cluster
        self._s3 = s3

    def of(self, instance: Instance) -> list[Record]:
        """Return the channels that an instance gets."""
        return [channel for channel in self._channels if instance in self._readers(channel)]

    def config(self, instance: Instance) -> Record:
        """Return an instance's inputdataconfig.json."""
        return {channel["ChannelName"]: config(channel, self._default) for channel in self.of(instance)}

    def download(self, channel: Record, instance: Instance, data: Path, check: Callable[[], None]) -> Pipe | None:
        """Put an instance's part of a channel below `data`, or start to feed its pipe; `check` may end it early.

        Raises:
            S3Problem: there is nothing, or it cannot be read.
        """
        sources = self._share(channel, instance)
        target = data / channel["ChannelName"]
        if mode(channel, self._default) == "Pipe":
            data.mkdir(parents=True, exist_ok=True)
            return Pipe(target, lambda epoch: self._stream(channel, sources, epoch))
        self._s3.fetch_all(sources, target, check)
        return None

    def _readers(self, channel: Record) -> list[Instance]:
        groups = _source(channel).get("InstanceGroupNames")
        return [instance for instance in self._cluster if not groups or instance.group in groups]

    def _share(self, channel: Record, instance: Instance) -> Sources:
        source = _source(channel)
        found = self._s3.sources(source["S3Uri"], source["S3DataType"])
        if mode(channel, self._default) == "FastFile":
            found = _whole_folder(source["S3Uri"], found)
        readers = self._readers(channel)
        if source.get("S3DataDistributionType") != "ShardedByS3Key":
            return found
        return found[readers.index(instance) :: len(readers)]

    def _stream(self, channel: Record, sources: Sources, epoch: int) -> Iterator[bytes]:
        order = list(sources)
        if shuffle := channel.get("ShuffleConfig"):
            random.Random(f"{shuffle['Seed']}-{epoch}").shuffle(order)  # noqa: S311  not for secrets
        for uri, _ in order:
            pieces = self._s3.stream(uri)
            if channel.get("CompressionType") == "Gzip":
                pieces = pipes.gunzip(pieces, uri)
            if channel.get("RecordWrapperType") == "RecordIO":
                pieces = iter([pipes.record(b"".join(pieces))])
            yield from pieces


def _whole_folder(uri: str, sources: Sources) -> Sources:
    """FastFile shows folders: a prefix that ends within a folder's name leads to nothing."""
    bucket, key = split(uri)
    root = f"s3://{bucket}/{key}".rstrip("/")
    found = [(source, relative) for source, relative in sources if source == root or source.startswith(root + "/")]
    if not found:
        raise S3Problem(no_objects(uri))
    return found
