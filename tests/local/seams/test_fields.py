"""What states do with values that fit, and with those that do not."""

import datetime
import json
from typing import Any

import pytest

from local.seams.aws_sdk_task import has_action, service_of
from local.settings import Settings
from tests.local.seams.machines import create, history, result, run, states_client, task

pytestmark = pytest.mark.local
END = {"Type": "Pass", "End": True}


def choice(condition: str, **more: Any) -> dict[str, Any]:
    return {"Type": "Choice", "Choices": [{"Condition": condition, "Next": "End"}], **more}


@pytest.mark.parametrize(
    ("state", "error", "cause"),
    [
        (choice("{% 1 %}"), "States.QueryEvaluationError", "Expected 'boolean', but was 'number' for value: 1"),
        (choice("{% false %}"), "States.NoChoiceMatched", "no choice matched"),
        ({"Type": "Wait", "Seconds": "{% 'x' %}", "Next": "End"}, "States.QueryEvaluationError", "'Seconds'"),
        ({"Type": "Wait", "Seconds": "{% -1 %}", "Next": "End"}, "States.QueryEvaluationError", "'Seconds'"),
        ({"Type": "Fail", "Error": "{% $states.input.nope %}"}, "States.QueryEvaluationError", "undefined"),
        ({**END, "Output": "{% $unknown %}"}, "States.QueryEvaluationError", "undefined"),
        (
            {**END, "Output": ["{% $join([1..30000].$string($)) %}"] * 2},
            "States.DataLimitExceeded",
            "size",
        ),
    ],
)
def test_values_that_do_not_fit_fail_by_aws_names(
    embedded_aws: Settings, state: dict[str, Any], error: str, cause: str
) -> None:
    states = {"Do": state, **({"End": END} if "End" in json.dumps(state) and state != END else {})}
    answer = run(embedded_aws, states, "Do")
    assert answer["error"] == error
    assert cause in answer["cause"]


@pytest.mark.parametrize("offset", ["Z", "+05:00"])
def test_a_wait_ends_at_its_moment_in_any_zone(embedded_aws: Settings, offset: str) -> None:
    zone = datetime.UTC if offset == "Z" else datetime.timezone(datetime.timedelta(hours=5))
    moment = (datetime.datetime.now(tz=zone) + datetime.timedelta(seconds=1.5)).isoformat(timespec="milliseconds")
    states = {"Wait": {"Type": "Wait", "Timestamp": "{% $states.input.at %}", "Next": "End"}, "End": END}
    answer = run(embedded_aws, states, "Wait", {"at": moment})
    assert answer["status"] == "SUCCEEDED"
    assert answer["stopDate"] >= datetime.datetime.fromisoformat(moment) - datetime.timedelta(milliseconds=5)


def test_a_state_assigns_all_its_variables_at_once(embedded_aws: Settings) -> None:
    states = {
        "First": {"Type": "Pass", "Assign": {"x": 1}, "Next": "Second"},
        "Second": {"Type": "Pass", "Assign": {"x": 2, "y": "{% $x %}"}, "Next": "End"},
        "End": {**END, "Output": "{% [$x, $y] %}"},
    }
    assert result(embedded_aws, states, "First") == [2, 1]


def test_branches_see_outer_variables_and_keep_their_own(embedded_aws: Settings) -> None:
    inner = {
        "Set": {"Type": "Pass", "Assign": {"y": "{% $x + 1 %}"}, "Next": "Give"},
        "Give": {**END, "Output": "{% $y %}"},
    }
    branches = [
        {"StartAt": "Set", "States": inner},
        {"StartAt": "Look", "States": {"Look": {**END, "Output": "{% $exists($y) %}"}}},
    ]
    states = {
        "Keep": {"Type": "Pass", "Assign": {"x": 1}, "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": branches, "Assign": {"r": "{% $states.result %}"}, "Next": "End"},
        "End": {**END, "Output": {"r": "{% $r %}", "y": "{% $exists($y) %}"}},
    }
    assert result(embedded_aws, states, "Keep") == {"r": [2, False], "y": False}


def test_a_branch_may_not_write_outer_variables(embedded_aws: Settings) -> None:
    write = {"StartAt": "Set", "States": {"Set": {**END, "Assign": {"x": 2}}}}
    states = {
        "Keep": {"Type": "Pass", "Assign": {"x": 1}, "Next": "Both"},
        "Both": {"Type": "Parallel", "Branches": [write], "End": True},
    }
    assert run(embedded_aws, states, "Keep")["status"] == "FAILED"


def test_assigned_texts_are_json_in_the_history(embedded_aws: Settings) -> None:
    answer = run(embedded_aws, {"Keep": {**END, "Assign": {"v": 'a "quoted"\nline'}}}, "Keep")
    exited = history(embedded_aws, answer["executionArn"])[2]["stateExitedEventDetails"]
    assert json.loads(exited["assignedVariables"]["v"]) == 'a "quoted"\nline'


@pytest.mark.parametrize("wrapper", ["Parallel", "Map"])
def test_errors_of_step_functions_keep_their_names_through_branches(embedded_aws: Settings, wrapper: str) -> None:
    inner = {"StartAt": "Bad", "States": {"Bad": {**END, "Output": "{% $unknown %}"}}}
    fields = {"Branches": [inner]} if wrapper == "Parallel" else {"Items": [1], "ItemProcessor": inner}
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "End"}]
    states = {"Do": {"Type": wrapper, **fields, "Catch": catch, "End": True}, "End": END}
    assert result(embedded_aws, states, "Do") == "caught"


def test_json_path_states_have_variables_and_intrinsic_functions(embedded_aws: Settings) -> None:
    states = {
        "Keep": {"Type": "Pass", "Assign": {"x.$": "$.a", "k": "lit"}, "Next": "End"},
        "End": {
            **END,
            "Parameters": {
                "v.$": "$x.b", "f.$": "States.Format('{}-{}', $k, $.a.b[0])", "n.$": "$$.Execution.RedriveCount",
                "p.$": "States.ArrayPartition($.a.b, 1)", "h.$": "States.Hash('a', 'MD5')",
            },
        },
    }  # fmt: skip
    assert result(embedded_aws, states, "Keep", {"a": {"b": [1, 2]}}, QueryLanguage="JSONPath") == {
        "v": [1, 2], "f": "lit-1", "n": 0, "p": [[1], [2]], "h": "0cc175b9c0f1b6a831c399e269772661",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ("{", "INVALID_JSON_DESCRIPTION"),
        ('{"StartAt": "A", "States": {"B": {"Type": "Pass", "End": true}}}', "MISSING_TRANSITION_TARGET"),
        ('{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}', "MISSING_TRANSITION_TARGET"),
        ('{"StartAt": "A", "States": {"A": {"Type": "Nope", "End": true}}}', "SCHEMA_VALIDATION_FAILED"),
    ],
)
def test_wrong_definitions_are_refused(embedded_aws: Settings, definition: str, code: str) -> None:
    client = states_client(embedded_aws)
    answer = client.validate_state_machine_definition(definition=definition)
    assert (answer["result"], answer["diagnostics"][0]["code"]) == ("FAIL", code)
    with pytest.raises(client.exceptions.InvalidDefinition, match=code):
        client.create_state_machine(name="wrong", definition=definition, roleArn="arn:aws:iam::123456789012:role/r")


def test_a_refused_definition_does_not_confuse_the_next(embedded_aws: Settings) -> None:
    client = states_client(embedded_aws)
    wrong = {"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Map", "End": True}}}
    right = {"QueryLanguage": "JSONPath", "StartAt": "A", "States": {"A": {**END, "Parameters": {"x.$": "$.y"}}}}
    answers = [client.validate_state_machine_definition(definition=json.dumps(each)) for each in (wrong, right)]
    assert [answer["result"] for answer in answers] == ["FAIL", "OK"]


def test_a_right_definition_is_ok(embedded_aws: Settings) -> None:
    definition = json.dumps({"StartAt": "A", "States": {"A": END}})
    answer = states_client(embedded_aws).validate_state_machine_definition(definition=definition)
    assert (answer["result"], answer["diagnostics"]) == ("OK", [])


@pytest.mark.parametrize("resource", ["nope:listTables", "s3:nope"])
def test_an_sdk_action_that_is_not_there_is_refused(embedded_aws: Settings, resource: str) -> None:
    client = states_client(embedded_aws)
    with pytest.raises(client.exceptions.InvalidDefinition, match="not recognized"):
        create(embedded_aws, {"Do": task(f"aws-sdk:{resource}", {}, End=True)}, "Do")


@pytest.mark.unit
@pytest.mark.parametrize(
    ("api", "name"),
    [
        ("s3", "S3"), ("ssm", "Ssm"), ("dynamodb", "DynamoDb"), ("sagemaker", "SageMaker"), ("sfn", "Sfn"),
        ("sagemakerruntime", "SageMakerRuntime"), ("cloudwatchlogs", "CloudWatchLogs"), ("apigateway", "ApiGateway"),
        ("applicationautoscaling", "ApplicationAutoScaling"), ("secretsmanager", "SecretsManager"),
    ],
)  # fmt: skip
def test_exceptions_begin_with_the_name_of_the_service(api: str, name: str) -> None:
    assert service_of(api) == name
    assert not has_action(api, "nope")
