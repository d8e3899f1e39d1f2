"""One test per status and cause, as the caller sees it."""

import base64
import gzip
import io
import json
import logging
from typing import Any

import pytest
from predict.aws.errors import TimedOut, Unreachable
from predict.log import JsonLines

from tests.lambdas.predict.world import ENCODED, FEATURES, GOOD, World, ask, event, records

pytestmark = pytest.mark.unit
URL = "https://runtime.sagemaker"


def refused(body: str, **headers: str) -> Any:
    answer = ask(World().live(), event(body, **headers))
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.body


def test_every_bad_field_of_every_row_is_named_at_once() -> None:
    problem = refused(records({"length": True, "petals": 1.5, "colour": "grey"}, {"size": 1}, 7, [1, 2]))
    named = [(error["row"], error.get("field")) for error in problem["errors"]]
    assert named == [
        (1, "length"), (1, "petals"), (1, "colour"),
        (2, "length"), (2, "petals"), (2, "colour"), (2, "size"),
        (3, None), (4, None),
    ]  # fmt: skip
    assert problem["errors"][2]["value"] == "grey"
    assert problem["errors"][2]["allowed"] == FEATURES["features"][2]["categories"]
    assert problem["error_count"] == 9


def test_list_of_bad_fields_is_bounded_and_counted() -> None:
    problem = refused(records(*[GOOD | {"length": "x"}] * 250))
    assert (len(problem["errors"]), problem["error_count"]) == (100, 250)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400, "null", '"5"'])
def test_what_is_no_finite_number_is_a_bad_field(number: str) -> None:
    problem = refused(f'{{"instances": [{{"length": {number}, "petals": 1, "colour": "blue"}}]}}')
    assert [error["field"] for error in problem["errors"]] == ["length"]


def test_number_far_from_the_training_data_is_a_bad_field_with_what_is_allowed() -> None:
    """There is room of the data's own width on either side: lengths were 4.3 to 7.9, petals 1 to 9."""
    problem = refused(records(GOOD | {"length": 0.69}, GOOD | {"length": 11.51}, GOOD | {"petals": 18}))
    assert [(error["row"], error["field"]) for error in problem["errors"]] == [
        (1, "length"),
        (2, "length"),
        (3, "petals"),
    ]
    assert problem["errors"][0]["allowed"] == {"min": pytest.approx(0.7), "max": pytest.approx(11.5)}


def test_number_a_little_outside_the_training_data_is_predicted() -> None:
    world = World().live().answers(b"setosa,0.9,0.1\n" * 2)
    assert ask(world, event(records(GOOD | {"length": 0.71}, GOOD | {"petals": 17}))).status == 200


def test_horizon_has_the_models_own_limits() -> None:
    forecast = FEATURES | {
        "task": "forecasting",
        "features": [{"name": "horizon", "type": "integer", "min": 1, "max": 16}],
        "columns": ["horizon"],
    }
    answer = ask(World().live(forecast), event(records({"horizon": 0}, {"horizon": 17})))
    assert [error["allowed"] for error in answer.body["errors"]] == [{"min": 1, "max": 16}] * 2


@pytest.mark.parametrize("cell", ["", "nan", "inf", "1_0", "٣", "0x1", "1,5", "x"])
def test_what_is_no_number_in_a_csv_cell_is_a_bad_field(cell: str) -> None:
    problem = refused(f'length,petals,colour\n"{cell}",4,blue\n', Content_Type="text/csv")
    assert [(error["row"], error["field"]) for error in problem["errors"]] == [(1, "length")]


def test_csv_header_names_missing_unknown_and_double_columns() -> None:
    problem = refused("length,length,size\n1,2,3\n", Content_Type="text/csv")
    assert [error["field"] for error in problem["errors"]] == ["petals", "colour", "length", "size"]


def test_csv_row_of_another_length_is_named() -> None:
    problem = refused("length,petals,colour\n1,2,blue\n1,2\n", Content_Type="text/csv")
    assert [error["row"] for error in problem["errors"]] == [2]


def test_encoded_levels_must_be_one_hot() -> None:
    answer = ask(World().live(ENCODED), event(records([5.1, 4, 1, 1, 0], [5.1, 4, 0, True, 0])))
    assert [(error["row"], error["field"]) for error in answer.body["errors"]] == [
        (1, "colour"),
        (2, "colour"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{nonsense",
        "[]",
        '{"instances": {}}',
        '{"instances": []}',
        '{"instances": [1], "x": 1}',
        "[" * 99999,
    ],
)
def test_wrong_envelope_is_refused(body: str) -> None:
    assert "instances" in refused(body)["detail"]


@pytest.mark.parametrize("body", ["", "length,petals,colour\n", 'length,petals,colour\n"1'])
def test_wrong_csv_is_refused(body: str) -> None:
    assert "errors" not in refused(body, Content_Type="text/csv")


def test_bytes_that_are_not_of_the_charset_are_refused() -> None:
    asked = event(base64.b64encode(b"\xff").decode()) | {"isBase64Encoded": True}
    assert ask(World(), asked).status == 400
    assert ask(World(), asked | {"body": "*"}).status == 400


def test_models_own_refusal_is_a_400_with_its_reason_and_nothing_internal() -> None:
    message = json.dumps({"detail": "row 1: too blue, see arn:aws:logs:eu:123456789012:x and /opt/ml/model"})
    more = {"OriginalStatusCode": 422, "OriginalMessage": message}
    world = World().live().fails("invoke", "ModelError", 424, **more)
    detail = ask(world, event(records())).body["detail"]
    assert "too blue" in detail
    assert "arn" not in detail
    assert "/opt" not in detail


def test_unknown_workload_is_not_found_and_the_known_are_named() -> None:
    answer = ask(World(), event(records(), workload="mars"))
    assert (answer.status, answer.body["workloads"]) == (404, ["iris", "boston"])


def test_unknown_route_is_not_found() -> None:
    assert ask(World(), event(resource="/v2")).status == 404


def test_other_method_is_not_allowed() -> None:
    answer = ask(World(), event(method="DELETE"))
    assert (answer.status, answer.headers["Allow"]) == (405, "POST")


def test_body_over_the_limit_is_too_large() -> None:
    assert ask(World(), event(" " * (4 * 1024 * 1024 + 1))).status == 413
    assert ask(World().live(), event(" " * (4 * 1024 * 1024))).status == 400


def test_wire_body_over_sagemakers_limit_is_too_large() -> None:
    levels = [f"{number:03}" for number in range(400)]
    wide = FEATURES | {
        "layout": "encoded",
        "features": [{"name": "c", "type": "category", "categories": levels}],
        "columns": [f"c={level}" for level in levels],
    }
    assert ask(World().live(wide), event(records(*[{"c": "001"}] * 8000))).status == 413


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "application/xml"},
        {"Content_Type": "text/csv; charset=base64"},
        {"Content_Type": "application/json; charset=klingon"},
        {"Content_Encoding": "gzip"},
    ],
)
def test_what_is_not_read_here_is_unsupported(headers: dict[str, str]) -> None:
    asked = event(base64.b64encode(gzip.compress(b"{}")).decode(), **headers) | {"isBase64Encoded": True}
    assert ask(World(), asked).status == 415


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("ThrottlingException", 429),
        ("ModelNotReadyException", 503),
        ("ServiceUnavailable", 503),
        ("InternalDependencyException", 503),
        ("InternalFailure", 503),
        ("ModelError", 502),
        ("AccessDeniedException", 500),
    ],
)
def test_what_sagemaker_says_becomes_a_status(code: str, status: int) -> None:
    world = World().live().fails("invoke", code, message="arn:aws:secret")
    answer = ask(world, event(records()))
    assert answer.status == answer.body["status"] == status
    assert ("Retry-After" in answer.headers) == (status in (429, 503))
    assert "arn" not in json.dumps(answer.body)
    assert len(world.calls) == 1


@pytest.mark.parametrize(
    "reply",
    [b"setosa,0.9,0.1\nsetosa,0.9,0.1\n", b"", b"setosa,0.9\n", b"setosa,nan,0.1\n", b"\xff", b"<html>"],
)
def test_answer_that_cannot_be_read_or_counted_is_a_bad_gateway(reply: bytes) -> None:
    assert ask(World().live().answers(reply), event(records())).status == 502


@pytest.mark.parametrize(
    ("weights", "status", "expected"),
    [({"forest": 1.0}, "Failed", 503), ({"forest": 1.0}, "Creating", 503), ({"tree": 1.0}, "InService", 502)],
)
def test_endpoint_refused_twice_is_explained_by_its_state(
    weights: dict[str, float], status: str, expected: int
) -> None:
    world = World().live().fails("invoke", "ValidationError")
    world.live().fails("invoke", "ValidationError").endpoint(status, **weights)
    assert ask(world, event(records())).status == expected


def test_endpoint_that_is_gone_is_unavailable() -> None:
    world = World().live().fails("invoke", "ValidationError")
    world.live().fails("invoke", "ValidationError")
    world.fails("describe_endpoint", "ValidationException", message="Could not find arn:aws:x")
    assert ask(world, event(records())).status == 503


def test_workload_without_a_pointer_is_unavailable_for_now() -> None:
    answer = ask(World().fails("parameter", "ParameterNotFound"), event(records()))
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")


def test_model_that_takes_too_long_is_a_time_out() -> None:
    answer = ask(World().live().raises(TimedOut(URL)), event(records()))
    assert answer.status == 504
    assert URL not in answer.body["detail"]


def test_endpoint_out_of_reach_is_unavailable() -> None:
    assert ask(World().live().raises(Unreachable(URL)), event(records())).status == 503


def test_unexpected_error_shows_only_the_request_id_and_is_logged_with_its_traceback() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.getLogger("predict").addHandler(handler)
    try:
        answer = ask(World().live().raises(RuntimeError("secret")), event(records(), X_Request_Id="mine-1"))
    finally:
        logging.getLogger("predict").removeHandler(handler)
    assert (answer.status, answer.body["request_id"]) == (500, "mine-1")
    assert "secret" not in json.dumps(answer.body)
    line = json.loads(stream.getvalue().splitlines()[0])
    assert (line["request_id"], "RuntimeError: secret" in line["traceback"]) == ("mine-1", True)
