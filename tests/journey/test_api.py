"""The public API's errors as a caller sees them, through the deployed gateway and Lambda."""

import gzip
import json

import pytest
import requests

from tests.journey.deployment import Deployment

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]
FLOWER = {"sepal_length": 5.1, "sepal_width": 3.5, "petal_length": 1.4, "petal_width": 0.2}
WHOLE = json.dumps({"instances": [FLOWER]}).encode()
LIMIT = 4 * 1024 * 1024


def test_csv_with_its_columns_in_any_order_is_answered(on_processes: Deployment) -> None:
    body = b"petal_width,petal_length,sepal_width,sepal_length\n0.2,1.4,3.5,5.1\n2.3,6.9,2.6,7.7\n"
    answer = on_processes.post("iris-sklearn", body, "text/csv")
    assert answer.status == 200
    assert [prediction["label"] for prediction in answer.body["predictions"]] == ["setosa", "virginica"]
    assert answer.body["variant"] == "forest"


@pytest.mark.parametrize(
    ("status", "body", "content_type", "told"),
    [
        (400, b'{"instances": [{"sepal_length": "long"}]}', "application/json", "sepal_length"),
        (400, b'{"instances": []}', "application/json", "instances"),
        (400, b"{nonsense", "application/json", ""),
        (400, b"a,b\n1,2\n", "text/csv", "sepal_length"),
        (415, b"<flower/>", "application/xml", "application/json"),
        (415, WHOLE, "application/json; charset=utf-16", "UTF-8"),
        (400, b'{"instances": [[1, 2, 3, 4]], "instances": [[1, 2, 3, 4]]}', "application/json", "instances"),
        (400, gzip.compress(WHOLE, mtime=0), "application/json", "JSON"),
        (413, WHOLE + b" " * (LIMIT + 1 - len(WHOLE)), "application/json", "4 MB"),
        # A control character has six in the function's event, which has room for 6 MB.
        (413, b"\x01" * (LIMIT // 2), "text/csv", "4 MB"),
        (413, b" " * (10 * 1024 * 1024 + 1), "text/csv", "4 MB"),
    ],
)
def test_bad_request_is_a_problem_that_names_what_is_wrong(
    on_processes: Deployment, status: int, body: bytes, content_type: str, told: str
) -> None:
    answer = on_processes.post("iris-sklearn", body, content_type)
    assert answer.status == status, answer.body
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.body["status"] == status
    assert told in str(answer.body)


def test_body_of_just_the_limit_is_answered(on_processes: Deployment) -> None:
    assert on_processes.post("iris-sklearn", WHOLE + b" " * (LIMIT - len(WHOLE))).status == 200


def test_compressed_csv_is_refused(on_processes: Deployment) -> None:
    headers = {"content-encoding": "gzip"}
    answer = on_processes.post("iris-sklearn", gzip.compress(b"a,b\n"), "text/csv", **headers)
    assert (answer.status, "uncompressed" in answer.body["detail"]) == (415, True)


def test_a_hundred_thousand_rows_are_answered_within_the_time_out(on_processes: Deployment) -> None:
    example = on_processes.described("boston")["example"]
    line = ",".join(str(round(value)) for value in example.values())
    body = "\n".join([",".join(example), *[line] * 100_000]).encode()
    assert len(body) < LIMIT
    answer = on_processes.post("boston", body, "text/csv")
    assert answer.status == 200, answer.body
    assert len(answer.body["predictions"]) == 100_000


def test_unknown_workload_names_the_known_ones(on_processes: Deployment) -> None:
    answer = on_processes.predict("nothing", [FLOWER])
    assert answer.status == 404
    assert "iris-sklearn" in str(answer.body)


def test_without_a_key_the_call_is_forbidden(on_processes: Deployment) -> None:
    answer = on_processes.predict("iris-sklearn", [FLOWER], **{"x-api-key": "wrong"})
    assert answer.status == 403
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_unknown_route_is_not_found(on_processes: Deployment) -> None:
    answer = requests.get(f"{on_processes.api_url}/v1/nothing", headers={"x-api-key": on_processes.api_key}, timeout=30)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_variant_that_is_not_live_is_a_conflict_naming_the_live_ones(on_processes: Deployment) -> None:
    answer = on_processes.predict("iris-sklearn", [FLOWER], **{"X-Variant": "gone"})
    assert answer.status == 409
    assert "forest" in str(answer.body)


def test_workload_that_never_ran_is_not_available_yet(on_processes: Deployment) -> None:
    sagemaker = on_processes.client("sagemaker")
    if sagemaker.list_endpoints(NameContains="dev-faulty")["Endpoints"]:
        on_processes.command("trainyard", "retire", "faulty", "--yes")
    answer = on_processes.predict("faulty", [{"brightness": 0.5, "kind": "a"}])
    assert answer.status == 503
    assert "retry-after" in answer.headers
