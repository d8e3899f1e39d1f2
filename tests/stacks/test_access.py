"""Who may call the API, by setting: each synthesizes into what the setting says, and stays clean."""

import json
from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
import pytest

import app
from spec.deployment import Deployment
from spec.workload import Workload
from tests.stacks.synthesis import Assembly, Json, environment, new_app, only, resources

pytestmark = pytest.mark.synth
GATEWAY = "AWS::ApiGateway"
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_Ab1"
ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/mine/01234567-89ab-cdef-0123-456789abcdef"


def synthesized(folder: Path, workloads: Sequence[Workload], containers: Path, **settings: object) -> Json:
    made: cdk.App = new_app(folder)
    app.wire(
        made, deployment=Deployment.model_validate(settings), workloads=workloads, env=environment(),
        containers=containers,
    )  # fmt: skip
    made.synth()
    return Assembly(folder).template("api")


@pytest.fixture(scope="module")
def few(workloads: Sequence[Workload]) -> Sequence[Workload]:
    return [workload for workload in workloads if workload.name == "iris"]


def guarded(template: Json) -> list[Json]:
    """The methods under /v1 that are not a preflight."""
    methods = resources(template, f"{GATEWAY}::Method").values()
    return [method for method in methods if method.get("ApiKeyRequired")]


def test_cognito_and_origins(few: Sequence[Workload], containers: Path, tmp_path: Path) -> None:
    template = synthesized(
        tmp_path, few, containers, api_authorization="cognito", api_user_pool=POOL,
        api_origins=("https://a.example", "https://b.example"), api_warm="3",
    )  # fmt: skip
    authorizer = only(template, f"{GATEWAY}::Authorizer")
    assert (authorizer["Type"], authorizer["ProviderARNs"]) == ("COGNITO_USER_POOLS", [POOL])
    assert {method["AuthorizationType"] for method in guarded(template)} == {"COGNITO_USER_POOLS"}
    assert len(guarded(template)) == 4
    preflights = [m for m in resources(template, f"{GATEWAY}::Method").values() if m["HttpMethod"] == "OPTIONS"]
    assert all(not method["ApiKeyRequired"] for method in preflights if "ApiKeyRequired" in method)
    assert "https://b.example" in json.dumps(preflights[0])
    function = only(template, "AWS::Lambda::Function")
    assert function["Environment"]["Variables"]["TRAINYARD_API_ORIGINS"] == "https://a.example,https://b.example"
    alias = only(template, "AWS::Lambda::Alias")
    assert alias["ProvisionedConcurrencyConfig"] == {"ProvisionedConcurrentExecutions": 3}
    for response in resources(template, f"{GATEWAY}::GatewayResponse").values():
        assert response["ResponseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"] == "'*'"


def test_iam_web_acl_and_snapstart(few: Sequence[Workload], containers: Path, tmp_path: Path) -> None:
    template = synthesized(tmp_path, few, containers, api_authorization="iam", api_web_acl=ACL, api_warm="snapstart")
    assert {method["AuthorizationType"] for method in guarded(template)} == {"AWS_IAM"}
    assert only(template, "AWS::WAFv2::WebACLAssociation")["WebACLArn"] == ACL
    assert only(template, "AWS::Lambda::Function")["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    alias = only(template, "AWS::Lambda::Alias")
    assert "ProvisionedConcurrencyConfig" not in alias
    called = json.dumps([method["Integration"]["Uri"] for method in guarded(template)])
    (logical_id,) = resources(template, "AWS::Lambda::Alias")
    assert logical_id in called


def test_by_default_a_key_is_enough_and_no_page_of_others_may_call(assembly: Assembly) -> None:
    template = assembly.template("api")
    assert {method["AuthorizationType"] for method in guarded(template)} == {"NONE"}
    assert not resources(template, "AWS::WAFv2::WebACLAssociation")
    assert "Access-Control-Allow-Origin" not in json.dumps(template)
