"""The contract: valid, of the live features, and agreeing with what is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from tests.lambdas.predict.world import ENCODED, FEATURES, FOREST, GOOD, World, ask, event, records

pytestmark = pytest.mark.unit


def contract(world: World) -> dict[str, Any]:
    asked = event(method="GET", resource="/openapi.json", Host="x", X_Forwarded_Proto="https")
    asked["requestContext"] |= {"domainName": "api.example.com", "path": "/base/openapi.json"}
    answer = ask(world, asked)
    assert answer.status == 200
    return answer.body


def schema_of_row(world: World) -> dict[str, Any]:
    operation = contract(world)["paths"]["/v1/workloads/iris/predictions"]["post"]
    content: dict[str, Any] = operation["requestBody"]["content"]["application/json"]
    return dict(content["schema"]["properties"]["instances"]["items"])


def live() -> World:
    return World().live().fails("parameter", "ParameterNotFound")


@pytest.mark.parametrize("features", [FEATURES, ENCODED, FEATURES | {"task": "forecasting"}])
def test_contract_is_valid_and_says_where_the_api_is(features: dict[str, Any]) -> None:
    document = contract(World().live(features).fails("parameter", "ParameterNotFound"))
    validate(document)
    assert document["servers"] == [{"url": "https://api.example.com/base"}]


def test_examples_are_of_their_schema() -> None:
    document = contract(live())
    content = document["paths"]["/v1/workloads/iris/predictions"]["post"]["requestBody"]["content"]
    Draft202012Validator(content["application/json"]["schema"]).validate(content["application/json"]["example"])
    assert content["text/csv"]["example"] == "length,petals,colour\r\n5.1,4,blue\r\n"


def test_workload_without_a_model_is_described_in_general() -> None:
    document = contract(live())
    content = document["paths"]["/v1/workloads/boston/predictions"]["post"]["requestBody"]["content"]
    assert "example" not in content["application/json"]
    assert Draft202012Validator(content["application/json"]["schema"]).is_valid({"instances": [{"a": 1}]})


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-30, 30), st.floats(-20, 20), st.sampled_from(["blue", "grey", 'r,"ed', ""]),
    st.just(10**400), st.just(1e308),
)  # fmt: skip
ROWS = st.one_of(
    st.dictionaries(st.sampled_from(["length", "petals", "colour", "size"]), VALUES),
    st.fixed_dictionaries({"length": VALUES, "petals": VALUES, "colour": VALUES}),
    st.lists(VALUES, max_size=4),
    st.tuples(st.floats(1, 11), st.integers(-6, 16), st.sampled_from(FEATURES["features"][2]["categories"])).map(list),
    st.fixed_dictionaries({"length": st.floats(1, 11), "petals": st.integers(-6, 16), "colour": st.just("blue")}),
)


@given(ROWS)
def test_contract_allows_just_the_rows_that_are_answered(row: Any) -> None:
    allowed = Draft202012Validator(schema_of_row(live())).is_valid(row)
    answer = ask(World().live().answers(FOREST), event(json.dumps({"instances": [row]})))
    assert answer.status == (200 if allowed else 400), answer.body


def test_answers_are_of_their_schema() -> None:
    operation = contract(live())["paths"]["/v1/workloads/iris/predictions"]["post"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    answer = ask(World().live().answers(FOREST), event(records(GOOD)))
    Draft202012Validator(schema).validate(answer.body)
