"""State machines as a user starts them: JSONata, errors, tasks of other services."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from local import clients
from local.settings import Settings
from tests.local.seams.machines import result, run, task

pytestmark = pytest.mark.local


@pytest.mark.parametrize("text", ['he said "hi"', "two\nlines", "back\\slash", "$dollar {% %}", "é\t'"])
def test_any_text_survives_variables_and_input(embedded_aws: Settings, text: str) -> None:
    states = {
        "Keep": {"Type": "Pass", "Assign": {"v": "{% $states.input.t %}"}, "Next": "Give"},
        "Give": {"Type": "Pass", "Output": {"v": "{% $v %}", "i": "{% $states.input.t %}"}, "End": True},
    }
    assert result(embedded_aws, states, "Keep", {"t": text}) == {"v": text, "i": text}


def test_choice_wait_map_and_fail_take_expressions(embedded_aws: Settings) -> None:
    states = {
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.n > 2 %}", "Next": "Wait"}],
            "Default": "Fail",
        },
        "Wait": {"Type": "Wait", "Seconds": "{% 0 + 1 %}", "Next": "Map"},
        "Map": {
            "Type": "Map",
            "Items": "{% [1..$states.input.n] %}",
            "ItemSelector": {"i": "{% $states.context.Map.Item.Value %}"},
            "ItemProcessor": {
                "StartAt": "Double",
                "States": {"Double": {"Type": "Pass", "Output": "{% $states.input.i * 2 %}", "End": True}},
            },
            "Output": "{% $sum($states.result) %}",
            "End": True,
        },
        "Fail": {"Type": "Fail", "Error": "{% 'TooFew' %}", "Cause": "{% 'only ' & $states.input.n %}"},
    }
    assert result(embedded_aws, states, "Choose", {"n": 3}) == 12
    failed = run(embedded_aws, states, "Choose", {"n": 1})
    assert (failed["status"], failed["error"], failed["cause"]) == ("FAILED", "TooFew", "only 1")


@pytest.mark.parametrize("expression", ["$states.input.nope", "$eval('1')", "1 +", "$range(0, 5000, 1)", "$sum"])
def test_what_aws_refuses_is_a_query_evaluation_error(embedded_aws: Settings, expression: str) -> None:
    states = {"Pass": {"Type": "Pass", "Output": f"{{% {expression} %}}", "End": True}}
    assert run(embedded_aws, states, "Pass")["error"] == "States.QueryEvaluationError"


def test_a_query_error_in_arguments_can_be_caught(embedded_aws: Settings) -> None:
    catch = [{"ErrorEquals": ["States.QueryEvaluationError"], "Output": "caught", "Next": "End"}]
    states = {
        "Get": task("aws-sdk:s3:getObject", {"Bucket": "{% $states.input.b %}"}, Catch=catch, End=True),
        "End": {"Type": "Pass", "End": True},
    }
    assert result(embedded_aws, states, "Get") == "caught"


def test_the_context_names_the_execution(embedded_aws: Settings) -> None:
    names = ["Execution.Name", "Execution.RedriveCount", "State.Name"]
    states = {"Pass": {"Type": "Pass", "Output": [f"{{% $states.context.{name} %}}" for name in names], "End": True}}
    assert result(embedded_aws, states, "Pass") == ["one", 0, "Pass"]


def test_s3_takes_objects_and_gives_text(embedded_aws: Settings) -> None:
    clients.client("s3", embedded_aws).create_bucket(Bucket="states-s3")
    place = {"Bucket": "states-s3", "Key": "a.json"}
    states = {
        "Put": task("aws-sdk:s3:putObject", {**place, "Body": {"x": [1, None, "é"]}}, Next="Get"),
        "Get": task("aws-sdk:s3:getObject", place, Output="{% $parse($states.result.Body) %}", End=True),
    }
    assert result(embedded_aws, states, "Put") == {"x": [1, None, "é"]}


def test_errors_of_services_have_the_names_of_aws(embedded_aws: Settings) -> None:
    clients.client("s3", embedded_aws).create_bucket(Bucket="states-errors")
    catch = [{"ErrorEquals": ["States.ALL"], "Output": "{% $states.errorOutput.Error %}", "Next": "End"}]
    end = {"End": {"Type": "Pass", "End": True}}
    cases = {
        "S3.NoSuchKeyException": ("aws-sdk:s3:getObject", {"Bucket": "states-errors", "Key": "nope"}),
        "SageMaker.SageMakerException": ("aws-sdk:sagemaker:describeEndpoint", {"EndpointName": "nope"}),
        "Ssm.ParameterNotFoundException": ("aws-sdk:ssm:getParameter", {"Name": "/nope"}),
    }
    for error, (resource, arguments) in cases.items():
        states = {"Do": task(resource, arguments, Catch=catch, End=True), **end}
        assert result(embedded_aws, states, "Do") == error


def test_a_conditional_write_that_loses_is_named(embedded_aws: Settings) -> None:
    dynamodb = clients.client("dynamodb", embedded_aws)
    dynamodb.create_table(
        TableName="leases",
        KeySchema=[{"AttributeName": "lease", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "lease", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    put = {
        "TableName": "leases",
        "Item": {"lease": {"S": "a"}},
        "ConditionExpression": "attribute_not_exists(lease)",
    }
    states = {
        "First": task("dynamodb:putItem", put, Next="Second"),
        "Second": task("dynamodb:putItem", put, End=True),
    }
    assert run(embedded_aws, states, "First")["error"] == "DynamoDB.ConditionalCheckFailedException"


def test_the_end_of_a_state_machine_by_its_time_out(embedded_aws: Settings) -> None:
    states = {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}
    assert run(embedded_aws, states, "Wait", TimeoutSeconds=1)["status"] == "TIMED_OUT"


def test_several_executions_run_at_once(embedded_aws: Settings) -> None:
    states = {"Wait": {"Type": "Wait", "Seconds": 2, "End": True}}
    started = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: run(embedded_aws, states, "Wait"), range(6)))
    assert {answer["status"] for answer in answers} == {"SUCCEEDED"}
    assert time.monotonic() - started < 9
