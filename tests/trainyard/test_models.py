"""`trainyard models`, `approve` and `reject`: what a user reads, and what the registry is told."""

import json
from typing import Any

import pytest

from tests.trainyard.conftest import RUN, WORKLOAD, Cli, client, point

pytestmark = pytest.mark.local

GROUP = f"dev-{WORKLOAD}"


def register(candidate: str, status: str, *, group: str = GROUP, accuracy: str = "0.9667") -> str:
    image = {"Image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/x:1"}
    made: dict[str, Any] = client("sagemaker").create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus=status,
        InferenceSpecification={
            "Containers": [image],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        MetadataProperties={"GeneratedBy": f"arn:aws:states:us-east-1:123456789012:execution:{GROUP}:{RUN}"},
        CustomerMetadataProperties={"candidate": candidate, "metrics.accuracy": accuracy},
    )
    return str(made["ModelPackageArn"])


def make_group(name: str = GROUP, stage: str = "dev", workload: str = WORKLOAD) -> None:
    tags = [{"Key": "trainyard:stage", "Value": stage}, {"Key": "trainyard:workload", "Value": workload}]
    client("sagemaker").create_model_package_group(ModelPackageGroupName=name, Tags=tags)


def described(arn: str) -> dict[str, Any]:
    found: dict[str, Any] = client("sagemaker").describe_model_package(ModelPackageName=arn)
    return found


@pytest.fixture
def registry(deployed: Cli) -> Cli:
    """Two versions of one run: the forest serves, the other waits."""
    make_group()
    arn = register("forest", "Approved")
    register("bayes", "PendingManualApproval", accuracy="0.9")
    point()
    name = f"/trainyard/dev/{WORKLOAD}/live"
    value = json.loads(client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    value["packages"] = {"forest": arn}
    client("ssm").put_parameter(Name=name, Value=json.dumps(value), Type="String", Overwrite=True)
    return deployed


def test_versions_are_listed_with_metrics_run_and_what_serves(registry: Cli) -> None:
    answer = json.loads(registry("models", WORKLOAD, "--json").stdout)
    assert (answer["workload"], answer["group"]) == (WORKLOAD, GROUP)
    found = {one["candidate"]: one for one in answer["versions"]}
    assert found["forest"]["metrics"] == {"accuracy": 0.9667}
    assert (found["forest"]["execution"], found["forest"]["variant"]) == (RUN, "forest")
    assert (found["bayes"]["status"], found["bayes"]["variant"]) == ("PendingManualApproval", None)


def test_people_read_what_waits_and_what_is_live(registry: Cli) -> None:
    text = registry("models", WORKLOAD).stdout
    (waiting,) = [line for line in text.splitlines() if "waits for approval" in line]
    assert "bayes" in waiting
    (live,) = [line for line in text.splitlines() if "live" in line]
    assert "forest" in live


def test_a_workload_without_versions_says_so(deployed: Cli) -> None:
    make_group()
    assert "no version yet" in deployed("models", WORKLOAD).stdout
    assert json.loads(deployed("models", WORKLOAD, "--json").stdout)["versions"] == []


@pytest.mark.parametrize(("command", "status"), [("approve", "Approved"), ("reject", "Rejected")])
def test_a_decision_is_told_to_the_registry_with_its_reason(registry: Cli, command: str, status: str) -> None:
    done = registry(command, WORKLOAD, "2", "--reason", "as discussed", "--json")
    assert done.exit_code == 0, done.output
    answer = json.loads(done.stdout)
    assert (answer["version"], answer["was"], answer["status"]) == (2, "PendingManualApproval", status)
    found = described(answer["arn"])
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == (status, "as discussed")


def test_approval_says_how_to_follow_the_run(registry: Cli) -> None:
    assert f"trainyard watch {RUN} -w {WORKLOAD}" in registry("approve", WORKLOAD, "2").output


def test_rejecting_what_serves_says_that_it_keeps_serving(registry: Cli) -> None:
    assert "variant forest serves it all the same" in registry("reject", WORKLOAD, "1").output


def test_an_unknown_version_is_not_found(registry: Cli) -> None:
    done = registry("approve", WORKLOAD, "9")
    assert done.exit_code == 3
    assert "has no version 9" in done.output
    assert f"trainyard models {WORKLOAD}" in done.output


def test_a_workload_that_is_not_deployed_is_not_found(registry: Cli) -> None:
    assert registry("models", "boston").exit_code == 3


@pytest.mark.parametrize("version", ["0", "forest"])
def test_a_version_is_a_number(registry: Cli, version: str) -> None:
    assert registry("approve", WORKLOAD, version).exit_code == 2


def test_a_reason_that_the_registry_would_refuse_is_refused(registry: Cli) -> None:
    done = registry("approve", WORKLOAD, "2", "--reason", "x" * 1025)
    assert done.exit_code == 2
    assert "at most 1024" in done.output


class Registry:
    """moto's SageMaker, which cannot delete versions and groups: it is remembered which should go."""

    def __init__(self) -> None:
        self.deleted: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(client("sagemaker"), name)

    def delete_model_package(self, ModelPackageName: str) -> None:
        self.deleted.append(ModelPackageName.partition(":model-package/")[2])

    def delete_model_package_group(self, ModelPackageGroupName: str) -> None:
        self.deleted.append(ModelPackageGroupName)


@pytest.fixture
def forgetful(registry: Cli) -> Registry:
    """Another workload, whose stack is gone, and another stage have versions as well."""
    for stage in ("dev", "prod"):
        make_group(f"{stage}-boston", stage, "boston")
        register("forest", "Approved", group=f"{stage}-boston")
    registry.fakes["sagemaker"] = Registry()
    made: Registry = registry.fakes["sagemaker"]
    return made


def test_retire_deletes_the_versions_and_leaves_the_group_to_the_stack(registry: Cli, forgetful: Registry) -> None:
    done = registry("retire", WORKLOAD, "--yes", "--json")
    assert done.exit_code == 0, done.output
    assert f"model version {GROUP}/1" in json.loads(done.stdout)["removed"]
    assert sorted(forgetful.deleted) == [f"{GROUP}/1", f"{GROUP}/2"]


def test_destroy_deletes_the_versions_and_a_group_without_a_stack(registry: Cli, forgetful: Registry) -> None:
    done = registry("destroy", "--yes", "--json")
    assert done.exit_code == 0, done.output
    assert sorted(forgetful.deleted) == ["dev-boston", "dev-boston/1", f"{GROUP}/1", f"{GROUP}/2"]
