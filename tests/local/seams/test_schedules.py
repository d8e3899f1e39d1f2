"""EventBridge Scheduler: what it refuses, what it forgets, and that what is due starts."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.clients import client
from local.scheduler.ticker import Ticker
from local.seams import schedules
from local.settings import Settings
from stacks.triggers.debounce import definition, schedule_name
from stacks.workflow.names import Names
from tests.local.seams.machines import ROLE, create, states_client, until

pytestmark = pytest.mark.local

OFF = {"Mode": "OFF"}
QUIET = 3


@pytest.fixture
def machine(embedded_aws: Settings) -> str:
    return create(embedded_aws, {"Done": {"Type": "Succeed"}}, "Done")


@pytest.fixture
def schedule(machine: str) -> dict[str, Any]:
    target = {"Arn": machine, "RoleArn": ROLE, "Input": '{"due": "<aws.scheduler.scheduled-time>"}'}
    return {"Name": f"s-{uuid.uuid4().hex[:8]}", "FlexibleTimeWindow": OFF, "Target": target}


def started(settings: Settings, machine: str) -> list[dict[str, Any]]:
    """The inputs of everything that was started."""
    states = states_client(settings)
    listed = states.list_executions(stateMachineArn=machine)["executions"]
    return [json.loads(states.describe_execution(executionArn=one["executionArn"])["input"]) for one in listed]


def soon(seconds: int) -> str:
    return f"{datetime.now(UTC) + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%S}"


def test_a_time_starts_its_target_once_and_goes(embedded_aws: Settings, machine: str, schedule: dict[str, Any]) -> None:
    scheduler, at = client("scheduler", embedded_aws), soon(1)
    scheduler.create_schedule(**schedule, ScheduleExpression=f"at({at})", ActionAfterCompletion="DELETE")
    until(lambda: started(embedded_aws, machine))
    assert started(embedded_aws, machine) == [{"due": f"{at}Z"}]
    until(lambda: not scheduler.list_schedules(NamePrefix=schedule["Name"])["Schedules"])
    assert len(started(embedded_aws, machine)) == 1


def test_a_rate_that_began_a_while_ago_starts_its_target_when_it_is_due(
    embedded_aws: Settings, machine: str, schedule: dict[str, Any]
) -> None:
    begin = datetime.now(UTC) - timedelta(seconds=58)
    scheduler = client("scheduler", embedded_aws)
    scheduler.create_schedule(**schedule, ScheduleExpression="rate(1 minute)", StartDate=begin)
    until(lambda: started(embedded_aws, machine))
    scheduler.delete_schedule(Name=schedule["Name"])


def test_a_universal_target_is_any_call(embedded_aws: Settings, schedule: dict[str, Any]) -> None:
    name = f"/scheduled/{uuid.uuid4().hex[:8]}"
    call = json.dumps({"Name": name, "Value": "written", "Type": "String"})
    target = {"Arn": "arn:aws:scheduler:::aws-sdk:ssm:putParameter", "RoleArn": ROLE, "Input": call}
    client("scheduler", embedded_aws).create_schedule(
        **schedule | {"Target": target}, ScheduleExpression=f"at({soon(0)})", ActionAfterCompletion="DELETE"
    )
    until(lambda: client("ssm", embedded_aws).get_parameters(Names=[name])["Parameters"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ScheduleExpression": "cron(0 3 * * *)"}, "ValidationException"),
        ({"ScheduleExpressionTimezone": "Mars/Olympus"}, "ValidationException"),
        ({"GroupName": "nowhere"}, "ResourceNotFoundException"),
    ],
)
def test_what_the_scheduler_refuses_is_refused(
    embedded_aws: Settings, schedule: dict[str, Any], changed: dict[str, str], code: str
) -> None:
    wanted = {**schedule, "ScheduleExpression": "rate(1 day)", "State": "DISABLED", **changed}
    with pytest.raises(ClientError, match=code):
        client("scheduler", embedded_aws).create_schedule(**wanted)


def test_a_change_keeps_what_it_says_and_forgets_the_rest(embedded_aws: Settings, schedule: dict[str, Any]) -> None:
    scheduler = client("scheduler", embedded_aws)
    later = {**schedule, "ScheduleExpression": "at(2100-01-01T00:00:00)"}
    scheduler.create_schedule(**later, State="DISABLED", Description="first")
    scheduler.update_schedule(**later, ActionAfterCompletion="DELETE")
    said = scheduler.get_schedule(Name=schedule["Name"])
    assert (said["State"], said["ActionAfterCompletion"], said.get("Description")) == ("ENABLED", "DELETE", None)


@dataclass
class Rule:
    """What the clock sees of a rule of EventBridge."""

    arn: str = "arn:aws:events:us-east-1:123456789012:rule/each-minute"
    scheduled_expression: str = "rate(1 minute)"
    state: str = "ENABLED"
    sent: list[dict[str, Any]] = field(default_factory=list)

    def send_to_targets(self, event: dict[str, Any]) -> None:
        self.sent.append(event)


def test_a_rule_with_a_rate_sends_its_first_event_one_rate_after_it_was_made() -> None:
    rule = Rule()
    seen: dict[str, tuple[str, float]] = {}
    fired: dict[str, datetime] = {}
    now = [datetime.now(UTC)]
    ticker = Ticker(lambda: [schedules.rule_entry(rule, seen, fired)], lambda: now[0])
    for seconds in (0, 30, 65, 70, 125):
        now[0] = ticker.since + timedelta(seconds=seconds)
        ticker.tick()
    assert [event["detail-type"] for event in rule.sent] == ["Scheduled Event"] * 2
    assert rule.sent[0]["resources"] == [rule.arn]


def test_ten_files_pushed_at_once_start_one_run_when_it_is_quiet(embedded_aws: Settings, machine: str) -> None:
    names = Names(stage="dev", workload=f"w{uuid.uuid4().hex[:6]}")
    bucket = watched_bucket(embedded_aws, names, machine)
    s3 = client("s3", embedded_aws)
    with ThreadPoolExecutor(10) as pool:
        list(
            pool.map(lambda n: s3.put_object(Bucket=bucket, Key=f"{names.workload}/data/{n}.csv", Body=b"x"), range(10))
        )
    pushed = datetime.now(UTC)
    s3.put_object(Bucket=bucket, Key=f"{names.workload}/runs/x.csv", Body=b"not data")
    until(lambda: started(embedded_aws, machine), seconds=30)
    assert datetime.now(UTC) - pushed > timedelta(seconds=QUIET - 1)
    time.sleep(QUIET)
    assert started(embedded_aws, machine) == [{}]


def watched_bucket(settings: Settings, names: Names, run: str) -> str:
    """A bucket that tells of its objects, and all that waits for quiet: as the stacks wire it."""
    client("scheduler", settings).create_schedule_group(Name=names.prefix)
    text = json.dumps(definition(names=names, quiet=QUIET))
    text = text.replace("${RunArn}", run).replace("${SchedulerRoleArn}", ROLE).replace("${AWS::Partition}", "aws")
    made = json.loads(text)
    debounce = create(settings, made["States"], made["StartAt"])
    bucket = f"data-{uuid.uuid4().hex[:8]}"
    client("s3", settings).create_bucket(Bucket=bucket)
    client("s3", settings).put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
    )
    events, key = client("events", settings), [{"prefix": f"{names.workload}/data/"}]
    detail = {"bucket": {"name": [bucket]}, "object": {"key": key}}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    events.put_rule(Name=bucket, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=bucket, Targets=[{"Id": "1", "Arn": debounce, "RoleArn": ROLE}])
    assert schedule_name(names) == f"{names.prefix}-new-data"
    return bucket
