"""Models: what AWS refuses, what becomes of artifacts and host names."""

import io
import tarfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.sagemaker import archives
from local.sagemaker.containers import containers_of
from tests.local.sagemaker.conftest import BUCKET, REGISTRY, ROLE, World
from tests.local.sagemaker.images import ECHO, ask, config, start, variant

IMAGE = f"{REGISTRY}/any:1"
ONE = {"Image": IMAGE}
NAMED = {"Image": IMAGE, "ContainerHostname": "a"}


@pytest.mark.local
@pytest.mark.parametrize(
    ("request_", "complaint"),
    [
        ({}, "Exactly one of PrimaryContainer and Containers"),
        ({"PrimaryContainer": ONE, "Containers": [ONE]}, "Exactly one of PrimaryContainer and Containers"),
        ({"Containers": [ONE] * 16}, "less than or equal to 15"),
        ({"Containers": [NAMED, ONE]}, "ContainerHostname must be specified for every container"),
        ({"Containers": [NAMED, NAMED]}, "ContainerHostname must be unique"),
        ({"Containers": [ONE, ONE], "InferenceExecutionConfig": {"Mode": "Direct"}}, "must be specified for every"),
        ({"PrimaryContainer": ONE, "InferenceExecutionConfig": {"Mode": "Direct"}}, "at least two Containers"),
        ({"PrimaryContainer": {}}, "either an Image or a ModelPackageName"),
        ({"PrimaryContainer": {**ONE, "Mode": "MultiModel"}}, "MultiModel is not covered"),
        (
            {"Containers": [{**ONE, "Environment": {f"K{n}": "v" * 1020 for n in range(17)}}] * 2},
            "more than the allowed 32768",
        ),
        (
            {
                "PrimaryContainer": {
                    **ONE,
                    "ModelDataUrl": "s3://train/a",
                    "ModelDataSource": {
                        "S3DataSource": {"S3Uri": "s3://train/a", "S3DataType": "S3Object", "CompressionType": "Gzip"}
                    },
                }
            },
            "Only one of ModelDataUrl and ModelDataSource",
        ),
    ],
)
def test_a_model_that_aws_refuses_is_refused(shared_world: World, request_: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ClientError, match=complaint) as refused:
        shared_world.sagemaker.create_model(ModelName="m", ExecutionRoleArn=ROLE, **request_)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.local
@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ({"S3Uri": "s3://train/files", "S3DataType": "S3Prefix", "CompressionType": "None"}, "forward slash"),
        ({"S3Uri": "s3://train/files/", "S3DataType": "S3Prefix", "CompressionType": "Gzip"}, "needs S3DataType S3Obj"),
        ({"S3Uri": "s3://train/none/", "S3DataType": "S3Prefix", "CompressionType": "None"}, "Could not find model d"),
        ({"S3Uri": "s3://train/none", "S3DataType": "S3Object", "CompressionType": "None"}, "Could not find model da"),
    ],
)
def test_a_model_data_source_that_cannot_be_is_refused(
    shared_world: World, source: dict[str, str], complaint: str
) -> None:
    shared_world.put("files/name", "x")
    with pytest.raises(ClientError, match=complaint):
        shared_world.model("m", IMAGE, ModelDataSource={"S3DataSource": source})


@pytest.mark.local
@pytest.mark.parametrize(("kind", "key"), [("S3Prefix", "loose/"), ("S3Object", "loose/name")])
def test_an_uncompressed_artifact_is_served_as_files(world: World, kind: str, key: str) -> None:
    world.put("loose/name", "loose")
    source = {"S3Uri": f"s3://{BUCKET}/{key}", "S3DataType": kind, "CompressionType": "None"}
    world.model("m", world.publish_server("echo", ECHO), ModelDataSource={"S3DataSource": source})
    config(world, "c", variant("main", "m"))
    start(world, "e", "c")
    assert ask(world) == "loose:x"


@pytest.mark.local
def test_a_model_describes_what_was_asked_for(world: World) -> None:
    world.model("m", IMAGE)
    described = world.sagemaker.describe_model(ModelName="m")
    assert described["PrimaryContainer"] == {"Image": IMAGE, "Mode": "SingleModel"}
    assert described["EnableNetworkIsolation"] is False
    assert described["ExecutionRoleArn"] == ROLE


@pytest.mark.unit
def test_containers_without_host_names_are_named_by_their_place() -> None:
    assert [item["ContainerHostname"] for item in containers_of({"Containers": [ONE, ONE]})] == [
        "container-1",
        "container-2",
    ]
    assert containers_of({"PrimaryContainer": NAMED})[0]["ContainerHostname"] == "primary"


def member(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    """Return an entry of an archive that is no plain file."""
    found = tarfile.TarInfo(name)
    found.type = kind
    found.linkname = link
    return found


@pytest.mark.unit
@pytest.mark.parametrize(
    "entry",
    [
        tarfile.TarInfo("../outside"),
        tarfile.TarInfo("/outside"),
        tarfile.TarInfo("a/../../outside"),
        member("link", tarfile.SYMTYPE, "/etc/passwd"),
        member("link", tarfile.LNKTYPE, "../outside"),
        member("null", tarfile.CHRTYPE),
        member("disk", tarfile.BLKTYPE),
        member("pipe", tarfile.FIFOTYPE),
    ],
    ids=lambda entry: f"{entry.name} {entry.type!r}",
)
def test_a_hostile_archive_is_not_unpacked(tmp_path: Path, entry: tarfile.TarInfo) -> None:
    packed = tmp_path / "model.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        archive.addfile(entry)
    with pytest.raises(archives.ArchiveProblem):
        archives.unpack(packed, tmp_path / "model", limit=10**6)
    assert not [path for path in tmp_path.rglob("*") if path.name in ("outside", "link", "null", "disk", "pipe")]


@pytest.mark.unit
def test_an_archive_that_unpacks_to_too_much_stops_before_it_fills_the_disk(tmp_path: Path) -> None:
    packed = tmp_path / "bomb.tar.gz"
    with tarfile.open(packed, "w:gz") as archive:
        for number in range(20):
            info = tarfile.TarInfo(f"zeros-{number}")
            info.size = 100_000
            archive.addfile(info, io.BytesIO(bytes(100_000)))
    with pytest.raises(archives.ArchiveProblem, match="more than 1000000 bytes"):
        archives.unpack(packed, tmp_path / "model", limit=1_000_000)
    assert sum(path.stat().st_size for path in (tmp_path / "model").rglob("*")) <= 1_000_000


@pytest.mark.unit
def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    packed = tmp_path / "model.tar.gz"
    packed.write_bytes(b"not a tar")
    with pytest.raises(archives.ArchiveProblem):
        archives.unpack(packed, tmp_path / "model", limit=10**6)
