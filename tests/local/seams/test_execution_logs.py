"""Events of executions reach CloudWatch Logs as the state machine's logging configuration says."""

import json
import uuid
from typing import Any

import pytest

from local import clients
from local.settings import Settings
from tests.local.seams.machines import run, states_client

pytestmark = pytest.mark.local
FAIL = {"First": {"Type": "Pass", "Next": "Fail"}, "Fail": {"Type": "Fail", "Error": "E", "Cause": "c"}}


def logged(settings: Settings, level: str, *, data: bool) -> list[dict[str, Any]]:
    logs = clients.client("logs", settings)
    group = f"/aws/vendedlogs/states/{uuid.uuid4().hex[:8]}"
    logs.create_log_group(logGroupName=group)
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["arn"]
    places = [{"cloudWatchLogsLogGroup": {"logGroupArn": arn}}]
    configuration = {"level": level, "includeExecutionData": data, "destinations": places}
    ended = run(settings, FAIL, "First", {"n": 1}, loggingConfiguration=configuration)
    events = logs.filter_log_events(logGroupName=group)["events"]
    messages = [json.loads(event["message"]) for event in events]
    assert {message["execution_arn"] for message in messages} <= {ended["executionArn"]}
    return messages


def test_level_all_tells_every_event_with_its_data(embedded_aws: Settings) -> None:
    messages = logged(embedded_aws, "ALL", data=True)
    assert [message["type"] for message in messages] == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "FailStateEntered", "ExecutionFailed",
    ]  # fmt: skip
    assert messages[0]["details"]["input"] == '{"n": 1}'
    assert messages[-1]["details"] == {"error": "E", "cause": "c"}
    assert (messages[1]["id"], messages[1]["previous_event_id"], messages[1]["redrive_count"]) == ("2", "0", "0")
    assert messages[0]["event_timestamp"].isdecimal()


def test_data_is_left_out_where_it_is_not_wanted(embedded_aws: Settings) -> None:
    assert all("input" not in message["details"] for message in logged(embedded_aws, "ALL", data=False))


@pytest.mark.parametrize(
    ("level", "kinds"),
    [("ERROR", ["FailStateEntered", "ExecutionFailed"]), ("FATAL", ["ExecutionFailed"]), ("OFF", [])],
)
def test_lower_levels_tell_failures_alone(embedded_aws: Settings, level: str, kinds: list[str]) -> None:
    assert [message["type"] for message in logged(embedded_aws, level, data=True)] == kinds


def test_a_template_brings_the_configuration(embedded_aws: Settings) -> None:
    name = f"logged-{uuid.uuid4().hex[:8]}"
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": f"/aws/vendedlogs/states/{name}"}}
    destination = {"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": ["Group", "Arn"]}}}
    definition = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "StateMachineName": name, "RoleArn": "arn:aws:iam::123456789012:role/states",
            "DefinitionString": json.dumps(definition),
            "LoggingConfiguration": {"Level": "ALL", "IncludeExecutionData": True, "Destinations": [destination]},
        },
    }  # fmt: skip
    template = json.dumps({"Resources": {"Group": group, "Machine": machine}})
    clients.client("cloudformation", embedded_aws).create_stack(StackName=name, TemplateBody=template)
    arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:{name}"
    shown = states_client(embedded_aws).describe_state_machine(stateMachineArn=arn)["loggingConfiguration"]
    assert (shown["level"], shown["includeExecutionData"]) == ("ALL", True)
    assert f"/aws/vendedlogs/states/{name}" in shown["destinations"][0]["cloudWatchLogsLogGroup"]["logGroupArn"]
