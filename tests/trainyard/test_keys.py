"""Keys of the API's consumers, in moto's gateway."""

import json
from typing import Any

import pytest

from tests.trainyard.conftest import Cli, client, stack

pytestmark = pytest.mark.local


@pytest.fixture
def api(cli: Cli) -> Cli:
    gateway = client("apigateway")
    made = gateway.create_rest_api(name="trainyard-dev")["id"]
    root = gateway.get_resources(restApiId=made)["items"][0]["id"]
    gateway.put_method(restApiId=made, resourceId=root, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=made, resourceId=root, httpMethod="GET", type="MOCK")
    gateway.create_deployment(restApiId=made, stageName="api")
    topic: dict[str, Any] = {"Topic": {"Type": "AWS::SNS::Topic"}}
    stack("api", topic, {"ApiUrl": f"https://{made}.execute-api.us-east-1.amazonaws.com/api", "ApiId": made})
    return cli


def listed(api: Cli) -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = json.loads(api("keys", "list", "--json").stdout)["keys"]
    return keys


def test_key_is_bound_to_a_plan_of_its_own(api: Cli) -> None:
    done = api("keys", "create", "dashboard", "--rate", "5", "--burst", "7", "--quota", "100", "--json")
    made = json.loads(done.stdout)
    assert made["value"]
    (plan,) = client("apigateway").get_usage_plans()["items"]
    assert (plan["throttle"], plan["quota"]["limit"], plan["quota"]["period"]) == (
        {"rateLimit": 5.0, "burstLimit": 7}, 100, "MONTH",
    )  # fmt: skip
    assert [stage["stage"] for stage in plan["apiStages"]] == ["api"]
    (key,) = client("apigateway").get_usage_plan_keys(usagePlanId=plan["id"])["items"]
    assert key["id"] == made["id"]


def test_list_shows_limits_and_no_value(api: Cli) -> None:
    value = json.loads(api("keys", "create", "dashboard", "--json").stdout)["value"]
    (key,) = listed(api)
    assert (key["name"], key["limits"]) == ("dashboard", {"rate": 10.0, "burst": 20, "quota": 100_000})
    shown = api("keys", "list").stdout
    assert "dashboard" in shown
    assert value not in shown
    assert "value" not in key


def test_no_quota_is_no_limit(api: Cli) -> None:
    api("keys", "create", "dashboard", "--quota", "0")
    assert listed(api)[0]["limits"]["quota"] is None


def test_second_key_of_a_name_is_refused(api: Cli) -> None:
    api("keys", "create", "dashboard")
    again = api("keys", "create", "dashboard")
    assert (again.exit_code, "already" in again.stderr) == (1, True)
    assert len(listed(api)) == 1


def test_revoked_key_and_its_plan_are_gone(api: Cli) -> None:
    api("keys", "create", "dashboard")
    api("keys", "create", "robot")
    assert api("keys", "revoke", "dashboard", "--yes").exit_code == 0
    assert [key["name"] for key in listed(api)] == ["robot"]
    assert len(client("apigateway").get_usage_plans()["items"]) == 1


def test_revoking_asks_and_unknown_names_are_told(api: Cli) -> None:
    api("keys", "create", "dashboard")
    assert api("keys", "revoke", "dashboard", answers="n\n").exit_code == 1
    unknown = api("keys", "revoke", "nobody", "--yes")
    assert (unknown.exit_code, "dashboard" in unknown.stderr) == (3, True)


def test_other_keys_are_not_ours(api: Cli) -> None:
    client("apigateway").create_api_key(name="trainyard-dev-theirs", enabled=True)
    assert listed(api) == []
    assert api("keys", "revoke", "theirs", "--yes").exit_code == 3


@pytest.mark.parametrize("name", ["", "a b", "a/b", "é", "x" * 61])
def test_bad_names_are_refused(api: Cli, name: str) -> None:
    assert api("keys", "create", name).exit_code == 2


def test_without_an_api_the_command_that_deploys_it_is_told(cli: Cli) -> None:
    done = cli("keys", "create", "dashboard")
    assert (done.exit_code, "cdk deploy" in done.stderr) == (3, True)


def test_destroy_removes_the_keys_of_its_stage(api: Cli) -> None:
    api("keys", "create", "dashboard")
    said = json.loads(api("destroy", "--yes", "--json").stdout)
    assert "API key dashboard" in said["removed"]
    assert listed(api) == []
