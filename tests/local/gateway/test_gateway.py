"""A REST API as a caller meets it: keys, limits, validation, function errors, problem answers, access log."""

import base64
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from local import clients
from local.settings import ACCOUNT, REGION, Settings
from tests.local.functions import create

pytestmark = pytest.mark.local

ECHO = """
import base64, time
def handler(event, context):
    ask = (event.get('queryStringParameters') or {}).get('ask')
    if ask == 'raise': raise RuntimeError('inside')
    if ask == 'malformed': return {'answer': 42}
    if ask == 'sleep': time.sleep(3)
    if ask == 'binary':
        return {'statusCode': 200, 'headers': {'Content-Type': 'image/png'}, 'isBase64Encoded': True,
                'body': base64.b64encode(bytes(range(256))).decode()}
    import json
    return {'statusCode': 201, 'headers': {'X-One': '1'}, 'multiValueHeaders': {'X-Two': ['a', 'b']},
            'body': json.dumps(event)}
"""
SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["instances"],
    "properties": {"instances": {"type": "array", "minItems": 1}},
}


@dataclass(frozen=True)
class Api:
    url: str
    key: str
    identity: str
    plan: str


@pytest.fixture(scope="session")
def api(embedded_aws: Settings) -> Api:
    return make(embedded_aws, throttle={"rateLimit": 1000.0, "burstLimit": 1000})


def make(settings: Settings, **plan: Any) -> Api:
    gateway = clients.client("apigateway", settings)
    function = create(settings, ECHO, timeout=10)
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    identity = gateway.create_rest_api(name=f"a-{function}", binaryMediaTypes=["image/png"])["id"]
    root = gateway.get_resources(restApiId=identity)["items"][0]["id"]
    gateway.create_model(restApiId=identity, name="Envelope", contentType="application/json", schema=json.dumps(SCHEMA))
    validator = gateway.create_request_validator(
        restApiId=identity, name="all", validateRequestBody=True, validateRequestParameters=True
    )["id"]

    def route(parent: str, part: str, method: str, **more: Any) -> str:
        resource: str = gateway.create_resource(restApiId=identity, parentId=parent, pathPart=part)["id"]
        key = {"restApiId": identity, "resourceId": resource, "httpMethod": method}
        gateway.put_method(**key, authorizationType="NONE", **more)
        gateway.put_integration(
            **key,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}/invocations",
            timeoutInMillis=1500,
        )
        return resource

    things = route(root, "things", "GET", apiKeyRequired=True)
    route(things, "{thing}", "POST", requestValidatorId=validator, requestModels={"application/json": "Envelope"})
    route(root, "find", "GET", requestValidatorId=validator, requestParameters={"method.request.querystring.q": True})
    route(root, "open", "ANY")
    files = gateway.create_resource(restApiId=identity, parentId=root, pathPart="files")["id"]
    route(files, "{path+}", "GET")
    gateway.put_gateway_response(
        restApiId=identity,
        responseType="BAD_REQUEST_BODY",
        statusCode="422",
        responseParameters={"gatewayresponse.header.Content-Type": "'application/problem+json'"},
        responseTemplates={
            "application/json": '{"why":"$context.error.validationErrorString","says":$context.error.messageString}'
        },
    )
    deployment = gateway.create_deployment(restApiId=identity)["id"]
    gateway.create_stage(restApiId=identity, stageName="live", deploymentId=deployment)
    gateway.update_stage(
        restApiId=identity,
        stageName="live",
        patchOperations=[
            {
                "op": "replace",
                "path": "/accessLogSettings/destinationArn",
                "value": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:access-{identity}",
            },
            {
                "op": "replace",
                "path": "/accessLogSettings/format",
                "value": "$context.requestId $context.status $context.error.responseType $context.identity.user",
            },
        ],
    )
    key = gateway.create_api_key(name=uuid.uuid4().hex, enabled=True)
    usage = gateway.create_usage_plan(name="p", apiStages=[{"apiId": identity, "stage": "live"}], **plan)["id"]
    gateway.create_usage_plan_key(usagePlanId=usage, keyId=key["id"], keyType="API_KEY")
    value = gateway.get_api_key(apiKey=key["id"], includeValue=True)["value"]
    return Api(f"{settings.endpoint_url}/_aws/execute-api/{identity}/live", value, identity, usage)


def test_the_function_sees_the_request_and_the_caller_its_answer(api: Api) -> None:
    answer = requests.post(
        f"{api.url}/open?a=1&a=2", data="é\n", headers={"X-Mine": "yes", "Content-Type": "text/plain"}
    )
    event = answer.json()
    assert answer.status_code == 201
    assert answer.headers["X-One"] == "1"
    assert answer.headers["X-Two"] == "a, b"
    assert answer.headers["x-amzn-RequestId"] == event["requestContext"]["requestId"]
    assert answer.headers["x-amz-apigw-id"]
    assert event["body"] == "é\n"
    assert event["isBase64Encoded"] is False
    assert event["queryStringParameters"] == {"a": "2"}
    assert event["multiValueQueryStringParameters"] == {"a": ["1", "2"]}
    assert event["headers"]["X-Mine"] == "yes"
    assert event["pathParameters"] is None
    context = event["requestContext"]
    assert (event["resource"], event["path"]) == ("/open", "/open")
    assert f"http://{context['domainName']}{context['path']}" == f"{api.url}/open"
    assert event["headers"]["X-Forwarded-Proto"] == "http"


def test_path_parameters_and_greedy_ones(api: Api) -> None:
    thing = requests.post(f"{api.url}/things/a%20b", json={"instances": [1]}).json()
    assert thing["pathParameters"] == {"thing": "a b"}
    assert requests.get(f"{api.url}/files/a/b/c").json()["pathParameters"] == {"path": "a/b/c"}


def test_a_key_is_wanted_and_checked(api: Api) -> None:
    for headers in ({}, {"x-api-key": "wrong"}):
        answer = requests.get(f"{api.url}/things", headers=headers)
        assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})
    answer = requests.get(f"{api.url}/things", headers={"x-api-key": api.key})
    assert answer.status_code == 201
    assert answer.json()["requestContext"]["identity"]["apiKey"] == api.key


def test_a_disabled_key_is_refused(embedded_aws: Settings) -> None:
    own = make(embedded_aws)
    gateway = clients.client("apigateway", embedded_aws)
    identity = gateway.get_usage_plan_keys(usagePlanId=own.plan)["items"][0]["id"]
    patch = [{"op": "replace", "path": "/enabled", "value": "false"}]
    gateway.update_api_key(apiKey=identity, patchOperations=patch)
    assert requests.get(f"{own.url}/things", headers={"x-api-key": own.key}).status_code == 403


@pytest.mark.parametrize(("method", "path"), [("GET", "nope"), ("DELETE", "things"), ("GET", "things/a/b")])
def test_an_unknown_route_is_called_a_missing_token(api: Api, method: str, path: str) -> None:
    answer = requests.request(method, f"{api.url}/{path}")
    assert (answer.status_code, answer.json()) == (403, {"message": "Missing Authentication Token"})


def test_an_unknown_api_or_stage_is_forbidden(api: Api, embedded_aws: Settings) -> None:
    for path in (f"{api.identity}/nope/open", "nope/live/open"):
        answer = requests.get(f"{embedded_aws.endpoint_url}/_aws/execute-api/{path}")
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ('{"x": 1}', '[object has missing required properties (["instances"])]'),
        ('{"instances": []}', "[array is too short: must have at least 1 elements but instance has 0 elements]"),
        ("{", "Unable to parse input as json"),
        ("", "Unable to parse input as json"),
    ],
)
def test_a_wrong_body_gets_the_apis_own_answer(api: Api, body: str, finding: str) -> None:
    answer = requests.post(f"{api.url}/things/a", data=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {"why": finding, "says": "Invalid request body"}


def test_a_media_type_without_a_model_passes_unchecked(api: Api) -> None:
    answer = requests.post(f"{api.url}/things/a", data="1,2", headers={"Content-Type": "text/csv"})
    assert answer.status_code == 201


def test_a_required_parameter_is_named_when_missing(api: Api) -> None:
    answer = requests.get(f"{api.url}/find")
    assert (answer.status_code, answer.json()) == (400, {"message": "Missing required request parameters: [q]"})
    assert requests.get(f"{api.url}/find?q=1").status_code == 201


@pytest.mark.parametrize("ask", ["raise", "malformed"])
def test_a_failing_function_is_a_bad_gateway(api: Api, ask: str) -> None:
    answer = requests.get(f"{api.url}/open?ask={ask}")
    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})


def test_a_slow_function_is_a_gateway_timeout(api: Api) -> None:
    started = time.monotonic()
    answer = requests.get(f"{api.url}/open?ask=sleep")
    assert (answer.status_code, answer.json()) == (504, {"message": "Endpoint request timed out"})
    assert time.monotonic() - started < 2.8


def test_more_than_10_mb_is_too_large(api: Api) -> None:
    answer = requests.post(f"{api.url}/open", data=b"x" * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 413


def test_binary_bodies_both_ways(api: Api) -> None:
    sent = requests.post(f"{api.url}/open", data=b"\xff\x00", headers={"Content-Type": "image/png"}).json()
    assert (sent["isBase64Encoded"], base64.b64decode(sent["body"])) == (True, b"\xff\x00")
    got = requests.get(f"{api.url}/open?ask=binary", headers={"Accept": "image/png"})
    assert got.content == bytes(range(256))


def test_too_fast_is_429_and_passes(embedded_aws: Settings) -> None:
    own = make(embedded_aws, throttle={"rateLimit": 2.0, "burstLimit": 2})
    headers = {"x-api-key": own.key}
    answers = [requests.get(f"{own.url}/things", headers=headers) for _ in range(6)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].status_code == 201
    assert refused
    assert refused[0].json() == {"message": "Too Many Requests"}
    time.sleep(1.1)
    assert requests.get(f"{own.url}/things", headers=headers).status_code == 201


def test_a_used_up_quota_is_429(embedded_aws: Settings) -> None:
    own = make(embedded_aws, quota={"limit": 2, "period": "MONTH"})
    headers = {"x-api-key": own.key}
    answers = [requests.get(f"{own.url}/things", headers=headers) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[-1].json() == {"message": "Limit Exceeded"}


def test_a_mock_answers_from_its_configuration_or_415(embedded_aws: Settings, api: Api) -> None:
    gateway = clients.client("apigateway", embedded_aws)
    root = next(i["id"] for i in gateway.get_resources(restApiId=api.identity)["items"] if i["path"] == "/")
    key = {"restApiId": api.identity, "resourceId": root, "httpMethod": "OPTIONS"}
    gateway.put_method(**key, authorizationType="NONE")
    gateway.put_method_response(**key, statusCode="204")
    gateway.put_integration(
        **key,
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 204}'},
        passthroughBehavior="NEVER",
    )
    origin = {"method.response.header.Access-Control-Allow-Origin": "'*'"}
    gateway.put_integration_response(**key, statusCode="204", responseParameters=origin)
    answer = requests.options(f"{api.url}/")
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert requests.options(f"{api.url}/", headers={"Content-Type": "text/csv"}).status_code == 415


def test_each_call_is_in_the_access_log(api: Api, embedded_aws: Settings) -> None:
    identity = requests.get(f"{api.url}/nope").headers["x-amzn-RequestId"]
    logs = clients.client("logs", embedded_aws)
    deadline = time.monotonic() + 10
    lines: list[str] = []
    while time.monotonic() < deadline and not any(identity in line for line in lines):
        time.sleep(0.1)
        events = logs.filter_log_events(logGroupName=f"access-{api.identity}")["events"]
        lines = [event["message"] for event in events]
    assert f"{identity} 403 MISSING_AUTHENTICATION_TOKEN -" in lines


def test_the_host_name_of_aws_leads_here_too(api: Api, embedded_aws: Settings) -> None:
    answer = requests.get(
        f"{embedded_aws.endpoint_url}/live/open",
        headers={"Host": f"{api.identity}.execute-api.us-east-1.amazonaws.com"},
    )
    assert answer.status_code == 201
