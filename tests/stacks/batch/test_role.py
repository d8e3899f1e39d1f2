"""What a batch may do, as the template has it."""

import pytest

from tests.stacks.synthesis import Assembly, as_list, flat, only, resources, statements

pytestmark = pytest.mark.synth


def test_jobs_write_results_below_batch_alone(assembly: Assembly) -> None:
    writes = [
        flat(resource)
        for one in statements(assembly.template("workload", "daily"), "AWS::IAM::Policy")
        if "s3:PutObject" in as_list(one["Action"])
        for resource in as_list(one["Resource"])
    ]
    assert any(resource.endswith("/daily/batch/*") for resource in writes)
    assert not any(resource.endswith(("/*/*", "/daily/*")) for resource in writes)


def test_where_to_start_a_batch_is_an_output(assembly: Assembly) -> None:
    for name in ("daily", "iris"):
        assert "BatchStateMachineArn" in assembly.template("workload", name)["Outputs"]


def test_results_expire_with_the_runs(assembly: Assembly) -> None:
    buckets = resources(assembly.template("storage"), "AWS::S3::Bucket").values()
    rules = next(one for one in buckets if "VersioningConfiguration" in one)["LifecycleConfiguration"]["Rules"]
    assert [rule["ExpirationInDays"] for rule in rules if rule.get("Prefix") == "daily/batch/"] == [90]


def test_definitions_are_complete_for_every_workload(assembly: Assembly) -> None:
    machines = resources(assembly.template("workload", "daily"), "AWS::StepFunctions::StateMachine").values()
    names = {one["StateMachineName"] for one in machines}
    assert {"dev-daily", "dev-daily-batch", "dev-daily-debounce"} <= names
    assert only(assembly.template("workload", "daily"), "AWS::Scheduler::ScheduleGroup")
