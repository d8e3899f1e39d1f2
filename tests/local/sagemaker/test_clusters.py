"""Training and processing on several instances."""

from typing import Any

import psutil
import pytest

from local.sagemaker import trainingchecks
from local.sagemaker.errors import AwsError
from local.sagemaker.limits import Limits
from tests.local.sagemaker.conftest import World
from tests.local.sagemaker.tools import (
    BASE,
    TELLS,
    channel,
    processing_request,
    resources,
    s3_input,
    s3_output,
    told,
    training_request,
)

pytestmark = pytest.mark.local


def test_each_instance_has_its_own_name_its_share_of_the_data_and_its_own_log(world: World) -> None:
    for number in range(3):
        world.put(f"shards/{number}.csv", str(number))
    world.put("whole/all.csv", "all")
    job = world.train(
        "two",
        world.publish("tells", TELLS),
        ResourceConfig=resources(2),
        InputDataConfig=[
            channel("train", "shards/", S3DataDistributionType="ShardedByS3Key"),
            channel("side", "whole/", S3DataDistributionType="FullyReplicated"),
        ],
    )
    assert job["TrainingJobStatus"] == "Completed", job
    hosts = told(world, "two")
    assert sorted(hosts) == ["algo-1", "algo-2"]
    assert sorted(hosts["algo-1"]["files"]) == ["side/all.csv", "train/0.csv", "train/2.csv"]
    assert sorted(hosts["algo-2"]["files"]) == ["side/all.csv", "train/1.csv"]
    assert hosts["algo-2"]["resourceconfig"] == {
        "current_host": "algo-2",
        "current_instance_type": "ml.m5.xlarge",
        "current_group_name": "homogeneousCluster",
        "hosts": ["algo-1", "algo-2"],
        "instance_groups": [
            {
                "instance_group_name": "homogeneousCluster",
                "instance_type": "ml.m5.xlarge",
                "hosts": ["algo-1", "algo-2"],
            }
        ],
        "network_interface_name": "eth0",
    }
    assert hosts["algo-1"]["inputdataconfig"]["train"]["S3DistributionType"] == "ShardedByS3Key"
    for host in hosts:
        assert world.lines("/aws/sagemaker/TrainingJobs", f"two/{host}-") == [f"I am {host}"]


def test_one_failing_instance_stops_the_others_and_fails_the_job(world: World) -> None:
    program = BASE + (
        "host = json.loads((base / 'input/config/resourceconfig.json').read_text())['current_host']\n"
        "if host == 'algo-1':\n"
        "    print('pid', os.getpid(), flush=True); time.sleep(600)\n"
        "(base / 'output/failure').write_text('no rows for ' + host); sys.exit(3)\n"
    )
    job = world.train("half", world.publish("half", program), ResourceConfig=resources(2))
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"] == "AlgorithmError: no rows for algo-2, exit code: 3"
    pids = [int(line.split()[1]) for line in world.lines("/aws/sagemaker/TrainingJobs", "half/") if "pid" in line]
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_instance_groups_get_only_their_channels(world: World) -> None:
    world.put("whole/all.csv", "all")
    groups = [
        {"InstanceGroupName": "chief", "InstanceType": "ml.m5.large", "InstanceCount": 1},
        {"InstanceGroupName": "readers", "InstanceType": "ml.c5.xlarge", "InstanceCount": 2},
    ]
    job = world.train(
        "mixed",
        world.publish("tells", TELLS),
        ResourceConfig={"InstanceGroups": groups, "VolumeSizeInGB": 10},
        InputDataConfig=[channel("train", "whole/", InstanceGroupNames=["readers"])],
    )
    assert job["TrainingJobStatus"] == "Completed", job
    hosts = told(world, "mixed")
    assert [hosts[host]["folders"] for host in sorted(hosts)] == [[], ["train"], ["train"]]
    assert hosts["algo-3"]["resourceconfig"]["current_group_name"] == "readers"
    assert hosts["algo-1"]["resourceconfig"]["instance_groups"][1]["hosts"] == ["algo-2", "algo-3"]


@pytest.mark.parametrize(
    ("config", "code", "words"),
    [
        (resources(21), "ResourceLimitExceeded", "'ml.m5.xlarge for training job usage' is 20 Instances"),
        (resources(0), "ValidationException", "InstanceCount must be at least 1"),
        ({"InstanceCount": 1, "VolumeSizeInGB": 1}, "ValidationException", "needs InstanceType"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(config: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(AwsError, match=words) as refused:
        trainingchecks.check(training_request(ResourceConfig=config), Limits())
    assert refused.value.code == code


PROCESS = BASE + (
    "host = json.loads((base / 'config/resourceconfig.json').read_text())['current_host']\n"
    "names = sorted(file.name for file in (base / 'processing/in').iterdir())\n"
    "(base / 'processing/out' / host).write_text(' '.join(names))\n"
    "(base / 'output/message').write_text(host + ';')\n"
)


def test_a_processing_job_shards_its_input_and_gathers_outputs_and_messages(world: World) -> None:
    for number in range(3):
        world.put(f"parts/{number}", "x")
    world.sagemaker.create_processing_job(
        **processing_request(
            ProcessingJobName="spread",
            AppSpecification={"ImageUri": world.publish("spread", PROCESS)},
            ProcessingResources={"ClusterConfig": resources(2)},
            ProcessingInputs=[s3_input("parts/", S3DataDistributionType="ShardedByS3Key")],
            ProcessingOutputConfig={"Outputs": [s3_output("gathered")]},
        )
    )
    job = world.until(
        lambda: world.sagemaker.describe_processing_job(ProcessingJobName="spread"),
        "ProcessingJobStatus",
        "Completed",
        "Failed",
    )
    assert job["ProcessingJobStatus"] == "Completed", job
    assert [world.get(f"gathered/algo-{number}") for number in (1, 2)] == [b"0 2", b"1"]
    assert job["ExitMessage"] == "algo-1;algo-2;"
