import json
from collections.abc import Sequence

import pytest
from jsonschema import Draft4Validator

from spec.workload import Workload
from tests.stacks.synthesis import Assembly, Json, as_list, flat, only, resources, statements

pytestmark = pytest.mark.synth

GATEWAY = "AWS::ApiGateway"


@pytest.fixture(scope="module")
def template(assembly: Assembly) -> Json:
    return assembly.template("api")


def routes(template: Json) -> dict[str, Json]:
    """Methods by verb and path."""
    resource = resources(template, f"{GATEWAY}::Resource")

    def path(reference: Json) -> str:
        if "Ref" not in reference:
            return ""
        parent = resource[reference["Ref"]]
        return f"{path(parent['ParentId'])}/{parent['PathPart']}"

    methods = resources(template, f"{GATEWAY}::Method").values()
    return {f"{method['HttpMethod']} {path(method['ResourceId']) or '/'}": method for method in methods}


def envelope(template: Json, route: str) -> Json:
    method = routes(template)[f"POST /v1/workloads/{{workload}}/{route}"]
    model: Json = resources(template, f"{GATEWAY}::Model")[method["RequestModels"]["application/json"]["Ref"]]
    return model


def problem(template: Json, kind: str) -> Json:
    responses = resources(template, f"{GATEWAY}::GatewayResponse").values()
    return next(response for response in responses if response["ResponseType"] == kind)


def grants(template: Json, action: str) -> set[str]:
    """What the function's role may do with an action, as ARNs without partition, region and account."""
    (role,) = as_list(only(template, "AWS::Lambda::Function")["Role"]["Fn::GetAtt"][0])
    policies = resources(template, "AWS::IAM::Policy").values()
    return {
        flat(resource).replace("{AWS::Partition}", "aws")
        for policy in policies
        if policy["Roles"] == [{"Ref": role}]
        for statement in policy["PolicyDocument"]["Statement"]
        if action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }


def test_routes_are_the_documented_ones(template: Json) -> None:
    assert set(routes(template)) == {
        "GET /",
        "GET /openapi.json",
        "GET /v1/workloads",
        "GET /v1/workloads/{workload}",
        "POST /v1/workloads/{workload}/predictions",
        "POST /v1/workloads/{workload}/feedback",
    }


def test_only_the_contract_and_the_page_answer_without_a_key(template: Json) -> None:
    open_to_all = {route for route, method in routes(template).items() if not method["ApiKeyRequired"]}
    assert open_to_all == {"GET /", "GET /openapi.json"}


def test_no_tls_older_than_1_2_is_spoken(template: Json) -> None:
    api = only(template, f"{GATEWAY}::RestApi")
    assert api["SecurityPolicy"].startswith("SecurityPolicy_TLS13_1_2_")
    assert api["EndpointAccessMode"] == "STRICT"


def test_key_is_bound_to_throttle_and_quota(template: Json) -> None:
    plan = only(template, f"{GATEWAY}::UsagePlan")
    assert plan["Throttle"]["RateLimit"] > 0
    assert plan["Quota"]["Limit"] > 0
    (stage,) = plan["ApiStages"]
    assert stage["Stage"]["Ref"] in resources(template, f"{GATEWAY}::Stage")
    assert only(template, f"{GATEWAY}::UsagePlanKey")["KeyType"] == "API_KEY"


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        ({"instances": [{"sepal_length": 5.1}]}, True),
        ({"instances": [{}, {}]}, True),
        ({"instances": []}, False),
        ({"instances": {}}, False),
        ({"rows": [{}]}, False),
        ({"instances": [{}], "variant": "forest"}, False),
        ([{}], False),
    ],
)
def test_gateway_refuses_what_is_no_envelope(template: Json, body: object, accepted: bool) -> None:
    model = envelope(template, "predictions")
    Draft4Validator.check_schema(model["Schema"])
    assert Draft4Validator(model["Schema"]).is_valid(body) is accepted


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        ({"inference_id": "6b0c1a52-1f6e-4a4b-9c0d-0123456789ab", "actual": "setosa"}, True),
        ({"inference_id": "6b0c1a52-1f6e-4a4b-9c0d-0123456789ab", "actual": [1.5, 2]}, True),
        ({"inference_id": "6b0c1a52-1f6e-4a4b-9c0d-0123456789ab", "actual": None}, False),
        ({"inference_id": "6b0c", "actual": 1}, False),
        ({"actual": 1}, False),
    ],
)
def test_gateway_refuses_what_is_no_feedback(template: Json, body: object, accepted: bool) -> None:
    model = envelope(template, "feedback")
    Draft4Validator.check_schema(model["Schema"])
    assert Draft4Validator(model["Schema"]).is_valid(body) is accepted


def test_only_json_is_held_to_the_envelope_so_that_csv_passes(template: Json) -> None:
    method = routes(template)["POST /v1/workloads/{workload}/predictions"]
    assert set(method["RequestModels"]) == {"application/json"}
    validator = resources(template, f"{GATEWAY}::RequestValidator")[method["RequestValidatorId"]["Ref"]]
    assert validator["ValidateRequestBody"] is True


def test_function_gives_up_before_the_gateway_does(template: Json) -> None:
    seconds = only(template, "AWS::Lambda::Function")["Timeout"]
    assert all(method["Integration"]["TimeoutInMillis"] > seconds * 1000 for method in routes(template).values())


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("BAD_REQUEST_BODY", "400"),
        ("INVALID_API_KEY", "403"),
        ("ACCESS_DENIED", "403"),
        ("UNAUTHORIZED", "403"),
        ("MISSING_AUTHENTICATION_TOKEN", "404"),
        ("REQUEST_TOO_LARGE", "413"),
        ("UNSUPPORTED_MEDIA_TYPE", "415"),
        ("THROTTLED", "429"),
        ("QUOTA_EXCEEDED", "429"),
        ("INTEGRATION_FAILURE", "502"),
        ("INTEGRATION_TIMEOUT", "504"),
    ],
)
def test_gateways_own_errors_have_the_apis_status(template: Json, kind: str, status: str) -> None:
    response = problem(template, kind)
    assert response["StatusCode"] == status
    assert json.loads(response["ResponseTemplates"]["application/json"])["status"] == int(status)


def test_every_gateway_response_is_a_problem(template: Json) -> None:
    responses = resources(template, f"{GATEWAY}::GatewayResponse").values()
    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= {response["ResponseType"] for response in responses}
    for response in responses:
        header = response["ResponseParameters"]["gatewayresponse.header.Content-Type"]
        assert header == "'application/problem+json'"
        body = json.loads(response["ResponseTemplates"]["application/json"])
        assert {"type", "title", "detail"} <= set(body)


def test_refused_body_is_told_what_is_wrong_with_it(template: Json) -> None:
    body = problem(template, "BAD_REQUEST_BODY")["ResponseTemplates"]["application/json"]
    assert "$context.error.validationErrorString" in body


def test_default_responses_keep_the_status_of_the_error(template: Json) -> None:
    assert "StatusCode" not in problem(template, "DEFAULT_4XX")
    assert "StatusCode" not in problem(template, "DEFAULT_5XX")


def test_function_reads_the_pointers_of_its_workloads_only(template: Json, workloads: Sequence[Workload]) -> None:
    prefix = "arn:aws:ssm:us-east-1:123456789012:parameter/trainyard/dev"
    assert grants(template, "ssm:GetParameter") == {f"{prefix}/{w.name}/live" for w in workloads}


def test_function_reads_live_features_and_no_other_object(template: Json, workloads: Sequence[Workload]) -> None:
    keys = {arn.partition("/")[2] for arn in grants(template, "s3:GetObject")}
    assert keys == {f"{workload.name}/live/*/features.json" for workload in workloads}


def test_function_keeps_feedback_and_writes_nothing_else(template: Json, workloads: Sequence[Workload]) -> None:
    keys = {arn.partition("/")[2] for arn in grants(template, "s3:PutObject")}
    assert keys == {f"{workload.name}/feedback/*" for workload in workloads}


def test_function_invokes_the_endpoints_of_its_workloads_only(template: Json, workloads: Sequence[Workload]) -> None:
    prefix = "arn:aws:sagemaker:us-east-1:123456789012:endpoint"
    assert grants(template, "sagemaker:InvokeEndpoint") == {
        f"{prefix}/dev-{w.name}{second}" for w in workloads for second in ("", "-2")
    }


def test_function_may_do_nothing_else(template: Json) -> None:
    actions = {
        action for statement in statements(template, "AWS::IAM::Policy") for action in as_list(statement["Action"])
    }
    assert actions == {
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "ssm:GetParameter",
        "s3:GetObject",
        "s3:PutObject",
        "sagemaker:InvokeEndpoint",
        "sagemaker:DescribeEndpoint",
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
    }


def test_function_is_told_stage_bucket_and_workloads(template: Json, workloads: Sequence[Workload]) -> None:
    variables = only(template, "AWS::Lambda::Function")["Environment"]["Variables"]
    assert set(variables) == {"TRAINYARD_STAGE", "TRAINYARD_BUCKET", "TRAINYARD_WORKLOADS"}
    assert variables["TRAINYARD_STAGE"] == "dev"
    assert variables["TRAINYARD_WORKLOADS"].split(",") == [workload.name for workload in workloads]


def test_requests_are_traced_through_gateway_and_function(template: Json) -> None:
    assert only(template, f"{GATEWAY}::Stage")["TracingEnabled"] is True
    assert only(template, "AWS::Lambda::Function")["TracingConfig"] == {"Mode": "Active"}


def test_logs_hold_no_bodies_and_do_not_stay_forever(template: Json) -> None:
    stage = only(template, f"{GATEWAY}::Stage")
    line = json.loads(stage["AccessLogSetting"]["Format"])
    assert "$context.requestId" in line.values()
    assert all(setting["DataTraceEnabled"] is False for setting in stage["MethodSettings"])
    assert all(group["RetentionInDays"] for group in resources(template, "AWS::Logs::LogGroup").values())


def test_destroying_one_stage_leaves_the_accounts_gateway_logging(template: Json) -> None:
    role = only(template, f"{GATEWAY}::Account")["CloudWatchRoleArn"]["Fn::GetAtt"][0]
    assert template["Resources"][role]["DeletionPolicy"] == "Retain"


def test_outputs_are_the_url_the_id_and_the_key(template: Json) -> None:
    outputs = template["Outputs"]
    assert set(outputs) == {"ApiUrl", "ApiId", "ApiKeyId"}
    assert flat(outputs["ApiUrl"]["Value"]).endswith("/api")
    assert only(template, f"{GATEWAY}::Stage")["StageName"] == "api"
