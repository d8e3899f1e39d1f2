"""`retire` and `destroy` leave nothing that costs money; `cdk destroy` removes the stacks.

The last file by name that uses this deployment: the stacks are gone after it.
"""

import pytest

from tests.journey.deployment import Deployment
from tests.journey.remains import remains

IDLE = {"iam", "logs"}
"""What may be left beside the buckets and costs nothing idle: the role by which API Gateway writes logs, which the
stack retains, and the log group that the embedded Lambda makes beside the stack's own."""

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]


def left(deployment: Deployment) -> list[str]:
    sagemaker = deployment.client("sagemaker")
    return [
        *(one["EndpointName"] for one in sagemaker.list_endpoints()["Endpoints"]),
        *(one["EndpointConfigName"] for one in sagemaker.list_endpoint_configs()["EndpointConfigs"]),
        *(one["ModelName"] for one in sagemaker.list_models()["Models"]),
    ]


def test_retired_workload_comes_back_with_its_next_run(breaking: Deployment) -> None:
    example = breaking.described("faulty")["example"]
    breaking.command("trainyard", "retire", "faulty", "--yes")
    assert not [name for name in left(breaking) if name.startswith("dev-faulty")]
    assert breaking.predict("faulty", [example]).status == 503
    assert breaking.run("faulty")["status"] == "SUCCEEDED"
    breaking.settled("faulty")  # another journey may have trained it on data of another form
    assert breaking.predict("faulty", [{"brightness": 0.5, "kind": "a"}]).status == 200


def test_destroy_finds_everything_without_its_state_machines_and_tells_what_to_type(breaking: Deployment) -> None:
    stacks, sagemaker = breaking.client("cloudformation"), breaking.client("sagemaker")
    for version in sagemaker.list_model_packages(ModelPackageGroupName="dev-faulty")["ModelPackageSummaryList"]:
        sagemaker.delete_model_package(ModelPackageName=version["ModelPackageArn"])  # else their group holds the stack
    stacks.delete_stack(StackName="trainyard-dev-workload-faulty")
    said = breaking.command("trainyard", "destroy", "--yes").stdout
    assert left(breaking) == []
    assert "cdk destroy" in said
    breaking.command("cdk", "destroy", "--all", "--force")
    names = [stack["StackName"] for stack in stacks.describe_stacks()["Stacks"]]
    assert not [name for name in names if name.startswith("trainyard-")]
    ours = {kind: [one for one in names if "trainyard-dev" in one or one.startswith("dev-")]
            for kind, names in remains(breaking).items()}  # fmt: skip
    assert {bucket.split("-")[3][:6] for bucket in ours.pop("s3")} == {"bucket", "access"}, "kept on purpose"
    assert {kind for kind, names in ours.items() if names} <= IDLE, ours
