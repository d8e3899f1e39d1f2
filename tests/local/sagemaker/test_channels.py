"""Channels of training jobs: prefixes, manifests, input modes."""

import gzip
import json
import struct
from typing import Any

import pytest

from local.sagemaker import trainingchecks
from local.sagemaker.errors import AwsError
from local.sagemaker.limits import Limits
from local.sagemaker.s3files import S3Files, S3Problem
from tests.local.sagemaker.conftest import BUCKET, World
from tests.local.sagemaker.tools import BASE, TELLS, algorithm, channel, told, training_request

pytestmark = pytest.mark.local


def manifest(world: World, *entries: object) -> str:
    return world.put("lists/data.manifest", json.dumps(entries))


def test_a_manifest_brings_the_objects_that_it_names_and_no_others(world: World) -> None:
    for key in ("a/b/one.csv", "a/two.csv", "a/three.csv"):
        world.put(f"store/{key}", key)
    manifest(world, {"prefix": f"s3://{BUCKET}/store/a/"}, "b/one.csv", "two.csv")
    job = world.train(
        "listed",
        world.publish("tells", TELLS),
        InputDataConfig=[channel("train", "lists/data.manifest", "ManifestFile", ContentType="text/csv")],
        HyperParameters={"depth": "3"},
    )
    assert job["TrainingJobStatus"] == "Completed", job
    found = told(world, "listed")["algo-1"]
    assert found["files"] == {"train/b/one.csv": "a/b/one.csv", "train/two.csv": "a/two.csv"}
    assert found["hyperparameters"] == {"depth": "3"}
    assert found["inputdataconfig"] == {
        "train": {
            "ContentType": "text/csv",
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            "RecordWrapperType": "None",
        }
    }


BAD_MANIFESTS = [
    ("not json", "not a readable manifest"),
    ('{"prefix": "s3://train/"}', "its first element must be"),
    ('["a.csv"]', "its first element must be"),
    ('[{"prefix": "/etc/"}, "passwd"]', "its first element must be"),
    ('[{"prefix": "s3://train/"}, 7]', "7 is not the name of an object"),
    ('[{"prefix": "s3://train/"}, ""]', "'' is not the name of an object"),
    ('[{"prefix": "s3://train/"}]', "No S3 objects found under S3 URL"),
]


def test_a_bad_manifest_is_told_by_what_is_wrong(world: World) -> None:
    for content, words in BAD_MANIFESTS:
        uri = world.put("lists/bad.manifest", content)
        with pytest.raises(S3Problem, match=words):
            S3Files(world.settings).sources(uri, "ManifestFile")


def test_a_manifest_cannot_lead_out_of_the_channel(world: World) -> None:
    world.put("evil", "x")
    manifest(world, {"prefix": f"s3://{BUCKET}/"}, "../../model/evil")
    job = world.train(
        "evil", world.publish("tells", TELLS), InputDataConfig=[channel("train", "lists/data.manifest", "ManifestFile")]
    )
    assert job["FailureReason"].startswith("ClientError: Data download failed:")
    assert "leads out of the input folder" in job["FailureReason"]


def test_an_object_that_a_manifest_names_in_vain_fails_the_job(world: World) -> None:
    manifest(world, {"prefix": f"s3://{BUCKET}/"}, "gone.csv")
    job = world.train(
        "gone", world.publish("tells", TELLS), InputDataConfig=[channel("train", "lists/data.manifest", "ManifestFile")]
    )
    assert job["FailureReason"].startswith(f"ClientError: Data download failed:s3://{BUCKET}/gone.csv")


@pytest.mark.parametrize(
    ("channels", "words"),
    [
        ([channel("a", "x/"), channel("a", "y/")], "Duplicate channel names"),
        ([channel("a", "x/", "AugmentedManifestFile")], "can only be used if the channel's input mode is Pipe"),
        (
            [channel("a", "x/", "AugmentedManifestFile", InputMode="Pipe")],
            "S3DataType AugmentedManifestFile is not covered",
        ),
        ([channel("a", "x/", "ManifestFile", InputMode="FastFile")], "FastFile mode needs S3DataType S3Prefix"),
        ([channel("a", "x/", InstanceGroupNames=["g"])], r"ResourceConfig has no instance group \['g'\]"),
        (
            [{"ChannelName": "a", "DataSource": {"FileSystemDataSource": {
                "FileSystemId": "fs-01234567", "FileSystemAccessMode": "ro", "FileSystemType": "EFS",
                "DirectoryPath": "/d"}}}],
            "reads S3DataSource only",
        ),
    ],
)  # fmt: skip
def test_a_channel_that_cannot_be_is_refused(channels: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(AwsError, match=words):
        trainingchecks.check(training_request(InputDataConfig=channels), Limits())


def test_fast_file_channels_are_folders_that_say_file(world: World) -> None:
    world.put("fast/train-01/data.csv", "1")
    world.put("fast/train-011/data.csv", "2")
    image = world.publish("tells", TELLS)
    whole = [channel("train", "fast/train-01", InputMode="FastFile")]
    assert world.train("fast", image, InputDataConfig=whole)["TrainingJobStatus"] == "Completed"
    found = told(world, "fast")["algo-1"]
    assert found["files"] == {"train/data.csv": "1"}
    assert found["inputdataconfig"]["train"]["TrainingInputMode"] == "File"
    part = world.train(
        "part",
        image,
        AlgorithmSpecification=algorithm(image, "FastFile"),
        InputDataConfig=[channel("train", "fast/tra")],
    )
    assert "No S3 objects found under S3 URL" in part["FailureReason"]


READS_PIPES = (
    BASE
    + """
data = base / "input/data"
def read(name, most=-1):
    while not (data / name).exists():
        time.sleep(0.01)
    with (data / name).open("rb") as pipe:
        return pipe.read(most)
told = {
    "mode": json.loads((base / "input/config/inputdataconfig.json").read_text())["text"]["TrainingInputMode"],
    "first": read("text_0").decode(),
    "early": len(read("text_1", 2)),
    "third": read("text_2").decode(),
    "record": list(read("record_0")),
}
(base / "model/algo-1.json").write_text(json.dumps(told))
"""
)


def test_pipe_mode_feeds_an_epoch_after_the_other_unzips_and_wraps_records(world: World) -> None:
    world.put("zipped/a", gzip.compress(b"one\n") + gzip.compress(b"two\n"))
    world.put("zipped/b", gzip.compress(b"three\n" * 100_000))
    world.put("pipe-raw/a", b"abc")
    image = world.publish("pipes", READS_PIPES)
    job = world.train(
        "pipes",
        image,
        AlgorithmSpecification=algorithm(image, "Pipe"),
        InputDataConfig=[
            channel("text", "zipped/", CompressionType="Gzip"),
            channel("record", "pipe-raw/", RecordWrapperType="RecordIO"),
        ],
    )
    assert job["TrainingJobStatus"] == "Completed", job
    found = told(world, "pipes")["algo-1"]
    assert found["mode"] == "Pipe"
    assert found["first"] == found["third"] == "one\ntwo\n" + "three\n" * 100_000
    assert found["early"] == 2
    assert bytes(found["record"]) == struct.pack("<II", 0xCED7230A, 3) + b"abc\0"


def test_a_pipe_that_cannot_be_fed_fails_the_job(world: World) -> None:
    world.put("zipped/bad", b"this is no gzip")
    program = BASE + "(base / 'input/data/text_0').open('rb').read(); time.sleep(600)\n"
    image = world.publish("starves", program)
    job = world.train(
        "starves",
        image,
        AlgorithmSpecification=algorithm(image, "Pipe"),
        InputDataConfig=[channel("text", "zipped/bad", CompressionType="Gzip")],
    )
    assert job["FailureReason"].startswith("ClientError: Data download failed:")
    assert "is not gzip" in job["FailureReason"]


def test_a_job_that_never_reads_its_pipes_ends_all_the_same(world: World) -> None:
    world.put("pipe-raw/a", b"abc")
    image = world.publish("ignores", "print('no interest')")
    job = world.train(
        "ignores",
        image,
        AlgorithmSpecification=algorithm(image, "Pipe"),
        InputDataConfig=[channel("text", "pipe-raw/a")],
    )
    assert job["TrainingJobStatus"] == "Completed", job
