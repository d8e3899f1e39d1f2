"""Versions in the model registry, and the people who approve them: every path, without waiting."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.workflow.cloud import Cloud
from tests.stacks.workflow.interpreter import Execution, TaskError
from tests.stacks.workflow.machines import deciding
from tests.stacks.workflow.registry import approve, nobody, reject
from tests.stacks.workflow.test_runs import good_cloud, live, run

pytestmark = pytest.mark.unit

Json = dict[str, Any]


def walked(cloud: Cloud, name: str = "boston") -> Execution:
    return Execution(deciding(name), cloud)


def waiting(approver: Callable[[Json], None]) -> Cloud:
    cloud = good_cloud("approved")
    cloud.approver = approver
    return cloud


def by_candidate(cloud: Cloud) -> dict[str, Json]:
    return {one["CustomerMetadataProperties"]["candidate"]: one for one in cloud.packages.values()}


def only(candidate: str, decide: Callable[[Json], None], others: Callable[[Json], None]) -> Callable[[Json], None]:
    """Decides about one candidate in one way, about the others in another."""

    def decides(package: Json) -> None:
        named = package["CustomerMetadataProperties"]["candidate"] == candidate
        (decide if named else others)(package)

    return decides


def live_keys(cloud: Cloud) -> set[str]:
    return {key.split("/", 3)[3] for key in cloud.objects if "/live/" in key}


def test_what_passes_the_gate_is_registered_with_model_metrics_and_origin() -> None:
    cloud = good_cloud()
    output = walked(cloud).run()
    package = by_candidate(cloud)["xgboost"]
    (container,) = package["InferenceSpecification"]["Containers"]
    place = output["results"][0]["package"] and "boston/live/dev-boston-"
    assert package["ModelPackageGroupName"] == "dev-boston"
    assert package["ModelApprovalStatus"] == "Approved"
    assert container["ModelDataUrl"].startswith(f"s3://bucket/{place}")
    assert container["ModelDataUrl"].removeprefix("s3://bucket/") in cloud.objects
    statistics = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    assert json.loads(cloud.objects[statistics.removeprefix("s3://bucket/")])["regression_metrics"]["rmse"]
    properties = package["CustomerMetadataProperties"]
    assert (properties["execution"], properties["metrics.rmse"]) == ("run-1", "0.01")


def test_every_row_of_the_result_names_its_version() -> None:
    cloud = good_cloud()
    output = walked(cloud).run()
    assert [row["package"] for row in output["results"]] == list(cloud.packages)


def test_the_pointer_says_which_version_each_variant_is() -> None:
    cloud = good_cloud()
    run(cloud)
    versions = {one["CustomerMetadataProperties"]["candidate"]: arn for arn, one in cloud.packages.items()}
    assert live(cloud)["packages"] == versions


def test_a_refused_candidate_is_no_version() -> None:
    cloud = good_cloud()
    cloud.metrics["linear"] = {"rmse": 99}
    walked(cloud).run()
    assert by_candidate(cloud).keys() == {"xgboost"}


@pytest.mark.parametrize(
    ("name", "candidate", "reads", "machines"),
    [
        ("boston", "xgboost", ["text/csv"], ["ml.m5.large"]),  # built-in XGBoost reads no JSON
        ("boston", "linear", ["text/csv", "application/json"], ["ml.m5.large"]),
        ("serverless", "forest", ["text/csv", "application/json"], None),
    ],
)
def test_a_version_says_what_it_reads_and_where_it_serves(
    name: str, candidate: str, reads: list[str], machines: list[str] | None
) -> None:
    cloud = good_cloud(name)
    walked(cloud, name).run()
    specification = by_candidate(cloud)[candidate]["InferenceSpecification"]
    assert specification["SupportedContentTypes"] == reads
    assert specification.get("SupportedRealtimeInferenceInstanceTypes") == machines


def test_an_execution_of_any_name_is_registered() -> None:
    cloud = good_cloud()
    Execution(deciding("boston"), cloud, name="lauf-süd (2)'!").run()
    assert {one["CustomerMetadataProperties"]["execution"] for one in cloud.packages.values()} == {"lauf-s_d__2___"}


def test_a_lost_answer_registers_no_second_version() -> None:
    cloud = good_cloud()
    create, tries = cloud._createModelPackage, iter(range(9))

    def lost(sent: Json) -> Json:
        answer = create(sent)
        if next(tries) == 0:
            raise TaskError("SageMaker.SdkClientException", "connection reset")
        return answer

    cloud._createModelPackage = lost  # type: ignore[method-assign]
    walked(cloud).run()
    assert len(cloud.packages) == 2


def test_a_registry_that_does_not_answer_can_be_redriven() -> None:
    cloud = good_cloud()

    def fault(state: str, arguments: Any) -> None:
        if state == "Register version":
            raise TaskError("SageMaker.ResourceLimitExceededException", "too many versions")

    cloud.fault = fault
    execution = walked(cloud)
    with pytest.raises(TaskError, match="too many versions"):
        execution.run()
    assert cloud.models
    cloud.fault = lambda state, arguments: None
    assert len(execution.redrive()["passed"]) == 2


def test_a_failed_deployment_leaves_versions_that_can_still_be_deployed() -> None:
    cloud = good_cloud()

    def fault(state: str, arguments: Any) -> None:
        if state == "Create endpoint config":
            raise TaskError("SageMaker.AccessDeniedException", "broken")

    cloud.fault = fault
    with pytest.raises(TaskError):
        run(cloud)
    assert len(cloud.packages) == 2
    assert live_keys(cloud) == {f"{name}/{file}" for name in ("xgboost", "linear") for file in FILES}
    assert cloud.models == {}


FILES = ("model.tar.gz", "metrics.json")


def test_the_newest_versions_are_kept_with_their_artifacts_and_the_rest_goes() -> None:
    cloud = good_cloud("approved")
    cloud.approver = approve
    for number in range(5):
        run(cloud, "approved", f"run-{number}")
    kept = by_run(cloud)
    # keep: 5 of two candidates a run; what serves and what served before stays in any case
    assert kept == {"run-2": 1, "run-3": 2, "run-4": 2}
    artifacts = {one["InferenceSpecification"]["Containers"][0]["ModelDataUrl"] for one in cloud.packages.values()}
    there = {f"s3://bucket/{key}" for key in cloud.objects if "/live/" in key and key.endswith("model.tar.gz")}
    assert artifacts == there
    configs = {one["CustomerMetadataProperties"]["config"] for one in cloud.packages.values()}
    assert {key.split("/")[2] for key in cloud.objects if "/live/" in key} == configs


def by_run(cloud: Cloud) -> dict[str, int]:
    runs = [one["CustomerMetadataProperties"]["execution"] for one in cloud.packages.values()]
    return {run: runs.count(run) for run in runs}


def test_versions_that_serve_stay_however_few_are_kept() -> None:
    cloud = good_cloud("approved")
    cloud.approver = approve
    first = run(cloud, "approved", "run-0").output["config"]
    for number in range(4):  # none of these is deployed
        cloud.approver = reject
        with pytest.raises(TaskError):
            run(cloud, "approved", f"rejected-{number}")
    cloud.approver = approve
    run(cloud, "approved", "run-1")
    assert by_run(cloud) | {"run-0": 2, "run-1": 2} == by_run(cloud)
    assert any(first in key for key in cloud.objects)


def test_a_version_that_somebody_registered_by_hand_stays() -> None:
    cloud = good_cloud("approved")
    cloud.approver = approve
    cloud.packages["arn:aws:sagemaker:us-east-1:123456789012:model-package/dev-approved/0"] = {
        "ModelPackageArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package/dev-approved/0",
        "ModelApprovalStatus": "Approved",
        "CreationTime": "2020-01-01T00:00:00.000Z",
        "ClientToken": "x",
    }
    for number in range(5):
        run(cloud, "approved", f"run-{number}")
    assert any(arn.endswith("/0") for arn in cloud.packages)


def test_approved_versions_go_on() -> None:
    cloud = waiting(approve)
    output = walked(cloud, "approved").run()
    assert [row["name"] for row in output["passed"]] == ["forest", "bayes"]
    assert {one["ModelApprovalStatus"] for one in cloud.packages.values()} == {"Approved"}


def test_a_run_waits_under_the_versions_name_and_not_for_ever() -> None:
    cloud = waiting(approve)
    walked(cloud, "approved").run()
    assert cloud.tokens.keys() == cloud.packages.keys()
    for item in cloud.tokens.values():
        assert item["token"] == {"S": "Wait for approval"}
        assert int(item["expires"]["N"]) > 0
    state = deciding("approved")["States"]["Wait for approvals"]["ItemProcessor"]["States"]["Wait for approval"]
    assert state["TimeoutSeconds"] == 12 * 3600


def test_nobody_holds_the_lease_while_waiting() -> None:
    def look(package: Json) -> None:
        assert cloud.leases == {}
        approve(package)

    cloud = waiting(look)
    run(cloud, "approved")
    assert cloud.tokens


def test_a_rejected_version_is_dropped_and_its_row_says_by_whom_and_why() -> None:
    cloud = waiting(only("bayes", reject, approve))
    output = walked(cloud, "approved").run()
    assert [row["name"] for row in output["passed"]] == ["forest"]
    refused = {row["name"]: row["refused"] for row in output["results"]}
    who = "arn:aws:sts::123456789012:assumed-role/lead/ann"
    assert refused == {"forest": "", "bayes": f"rejected by {who}: unfair to the north"}


def test_a_run_whose_versions_are_all_rejected_fails_and_keeps_the_artifacts() -> None:
    cloud = waiting(reject)
    with pytest.raises(TaskError) as refused:
        walked(cloud, "approved").run()
    assert refused.value.error == "ApprovalRefused"
    assert "bayes (dev-approved/2): rejected by " in refused.value.cause
    assert "unfair to the north" in refused.value.cause
    assert cloud.models == {}
    assert "forest/model.tar.gz" in live_keys(cloud)  # a rejected version may still be approved


def test_what_nobody_decided_is_left_behind_when_others_are_approved() -> None:
    cloud = waiting(only("bayes", nobody, approve))
    output = walked(cloud, "approved").run()
    assert [row["name"] for row in output["passed"]] == ["forest"]
    assert {row["name"]: row["refused"] for row in output["results"]}["bayes"] == "nobody approved it in time"


def test_a_run_that_nobody_answers_fails_and_says_what_to_do() -> None:
    with pytest.raises(TaskError) as late:
        walked(waiting(nobody), "approved").run()
    assert (
        "Nobody decided within 12 h about forest (dev-approved/1), bayes (dev-approved/2). Approve or reject it"
        " (trainyard approve approved VERSION), then redrive this run."
    ) in late.value.cause


def test_a_run_that_was_answered_too_late_is_redriven() -> None:
    cloud = waiting(nobody)
    execution = walked(cloud, "approved")
    with pytest.raises(TaskError):
        execution.run()
    approve(by_candidate(cloud)["forest"])
    reject(by_candidate(cloud)["bayes"])
    cloud.tokens.clear()
    assert [row["name"] for row in execution.redrive()["passed"]] == ["forest"]
    assert cloud.tokens == {}


def test_a_redriven_run_waits_again_and_gives_up_again() -> None:
    cloud = waiting(nobody)
    execution = walked(cloud, "approved")
    for go_on in (execution.run, execution.redrive, execution.redrive):
        cloud.tokens.clear()
        with pytest.raises(TaskError, match="Nobody decided"):
            go_on()
        assert len(cloud.tokens) == 2
    cloud.approver = approve
    assert len(execution.redrive()["passed"]) == 2


def test_what_is_approved_before_the_run_looks_is_not_waited_for() -> None:
    cloud = waiting(nobody)
    create = cloud._createModelPackage

    def decided(sent: Json) -> Json:
        answer = create(sent)
        approve(cloud.packages[answer["ModelPackageArn"]])
        return answer

    cloud._createModelPackage = decided  # type: ignore[method-assign]
    walked(cloud, "approved").run()
    assert cloud.tokens == {}


def test_without_manual_approval_nothing_waits() -> None:
    assert "Wait for approvals" not in deciding("boston")["States"]
