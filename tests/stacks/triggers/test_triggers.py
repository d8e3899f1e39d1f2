"""What the clock and new data start, as the templates have it."""

import pytest

from tests.stacks.synthesis import Assembly, Json, as_list, flat, only, resources, statements

pytestmark = pytest.mark.synth


@pytest.fixture
def template(assembly: Assembly) -> Json:
    return assembly.template("workload", "daily")


def schedules(template: Json) -> dict[str, Json]:
    found = resources(template, "AWS::Scheduler::Schedule").values()
    return {flat(one["Target"]["Arn"]): one for one in found}


def test_run_and_batch_start_by_the_clock_of_the_workload(template: Json) -> None:
    found = schedules(template)
    (batch,) = (one for arn, one in found.items() if "Batch" in arn)
    (run,) = (one for arn, one in found.items() if "Run" in arn)
    assert (run["ScheduleExpression"], batch["ScheduleExpression"]) == ("cron(0 3 ? * SUN *)", "cron(0 6 * * ? *)")
    assert {one["ScheduleExpressionTimezone"] for one in found.values()} == {"Europe/Berlin"}


def test_the_scheduler_may_start_what_it_starts_and_for_this_account_only(template: Json) -> None:
    trusting = [
        statement
        for role in resources(template, "AWS::IAM::Role").values()
        for statement in role["AssumeRolePolicyDocument"]["Statement"]
        if statement["Principal"].get("Service") == "scheduler.amazonaws.com"
    ]
    assert trusting
    assert all(one["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}} for one in trusting)


def test_new_files_below_data_alone_are_told_to_the_debouncer(template: Json) -> None:
    rules = [rule for rule in resources(template, "AWS::Events::Rule").values() if "aws.s3" in str(rule)]
    (rule,) = rules
    assert rule["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "daily/data/"}]}
    assert rule["EventPattern"]["detail-type"] == ["Object Created"]
    assert "Debounce" in flat(rule["Targets"][0]["Arn"])


def test_the_debouncer_may_touch_one_schedule_and_hand_over_one_role(template: Json) -> None:
    policies = statements(template, "AWS::IAM::Policy")
    (scheduling,) = (one for one in policies if "scheduler:CreateSchedule" in as_list(one["Action"]))
    assert sorted(as_list(scheduling["Action"])) == ["scheduler:CreateSchedule", "scheduler:UpdateSchedule"]
    assert flat(scheduling["Resource"]).endswith(":schedule/dev-daily/dev-daily-new-data")


def test_what_waits_for_quiet_goes_with_the_stack(template: Json) -> None:
    assert only(template, "AWS::Scheduler::ScheduleGroup")["Name"] == "dev-daily"


def test_the_bucket_tells_of_objects_where_a_workload_listens(assembly: Assembly) -> None:
    buckets = resources(assembly.template("storage"), "AWS::S3::Bucket").values()
    told = [bucket["NotificationConfiguration"] for bucket in buckets if "NotificationConfiguration" in bucket]
    assert told == [{"EventBridgeConfiguration": {"EventBridgeEnabled": True}}]


def test_a_workload_without_triggers_has_none(assembly: Assembly) -> None:
    template = assembly.template("workload", "iris")
    assert not resources(template, "AWS::Scheduler::Schedule")
    assert "aws.s3" not in str(resources(template, "AWS::Events::Rule"))
