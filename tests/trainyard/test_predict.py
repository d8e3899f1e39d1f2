import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.trainyard.conftest import WORKLOAD, Cli, client, point, put, stack

pytestmark = pytest.mark.local

ANSWER = {
    "predictions": [{"label": "setosa", "probabilities": {"setosa": 0.98, "virginica": 0.02}}],
    "variant": "forest", "model": "dev-iris-sklearn-forest-9a", "inference_id": "i-1",
}  # fmt: skip
PROBLEM = {
    "type": "about:blank", "title": "Bad Request", "status": 400, "detail": "2 fields are wrong",
    "errors": [{"row": 0, "field": "petal_length", "value": "long", "detail": "must be a number",
                "allowed": ["a", "b"]},
               {"row": 0, "field": "colour", "detail": "is missing"}],
}  # fmt: skip


@dataclass
class Api:
    """A real HTTP server that notes what it is asked."""

    status: int = 200
    answer: Any = field(default_factory=lambda: ANSWER)
    asked: list[dict[str, Any]] = field(default_factory=list)
    port: int = 0


def handler(api: Api) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            api.asked.append({"path": self.path, "body": body, **{k.lower(): v for k, v in self.headers.items()}})
            text = api.answer if isinstance(api.answer, str) else json.dumps(api.answer)
            self.send_response(api.status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def api(deployed: Cli) -> Iterator[Api]:
    api = Api()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(api))
    api.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    key = client("apigateway").create_api_key(name="key", value="s3cret-s3cret-s3cret-s3cret", enabled=True)
    outputs = {"ApiUrl": f"http://127.0.0.1:{api.port}/x/api", "ApiKeyId": key["id"]}
    stack("api", {"Topic": {"Type": "AWS::SNS::Topic"}}, outputs)
    yield api
    server.shutdown()
    server.server_close()


def test_a_record_is_sent_with_the_key_and_the_answer_is_shown(deployed: Cli, api: Api) -> None:
    done = deployed("predict", WORKLOAD, "--json", '{"petal_length": 1.4}', "--variant", "forest", "--session", "me")
    assert done.exit_code == 0, done.output
    assert "setosa 0.980" in done.stdout
    assert "forest" in done.stdout
    (asked,) = api.asked
    assert asked["path"] == "/x/api/v1/workloads/iris-sklearn/predictions"
    assert asked["x-api-key"] == "s3cret-s3cret-s3cret-s3cret"
    assert (asked["x-variant"], asked["x-session-id"]) == ("forest", "me")
    assert json.loads(asked["body"]) == {"instances": [{"petal_length": 1.4}]}


def test_csv_goes_as_it_is(deployed: Cli, api: Api) -> None:
    file = deployed.folder / "flowers.csv"
    file.write_text("petal_length\n1.4\n")
    assert deployed("predict", WORKLOAD, "--file", str(file)).exit_code == 0
    assert (api.asked[0]["content-type"], api.asked[0]["body"]) == ("text/csv", "petal_length\n1.4\n")


def test_the_example_is_the_live_models_own(deployed: Cli, api: Api) -> None:
    point()
    put(f"{WORKLOAD}/live/dev-iris-sklearn-1f/features.json", {"example": {"petal_length": 5.1}})
    assert deployed("predict", WORKLOAD, "--example").exit_code == 0
    assert json.loads(api.asked[0]["body"]) == {"instances": [{"petal_length": 5.1}]}


def test_without_a_live_model_there_is_no_example(deployed: Cli, api: Api) -> None:
    done = deployed("predict", WORKLOAD, "--example")
    assert done.exit_code == 3
    assert f"trainyard run {WORKLOAD}" in done.stderr


def test_machines_get_the_answer_as_it_is(deployed: Cli, api: Api) -> None:
    for arguments in (["-o", "json"], []):
        first = ["--output", "json"] if not arguments else []
        done = deployed(*first, "predict", WORKLOAD, "--json", "[{}]", *arguments)
        assert json.loads(done.stdout) == ANSWER


def test_each_bad_field_is_named_and_the_exit_code_is_1(deployed: Cli, api: Api) -> None:
    api.status, api.answer = 400, PROBLEM
    done = deployed("predict", WORKLOAD, "--json", "{}")
    assert done.exit_code == 1
    assert "the API answered 400: 2 fields are wrong" in done.stderr
    assert 'row 0 petal_length: "long": must be a number (allowed: a, b)' in done.stderr
    assert "row 0 colour: is missing" in done.stderr


def test_machines_get_the_problem(deployed: Cli, api: Api) -> None:
    api.status, api.answer = 400, PROBLEM
    done = deployed("predict", WORKLOAD, "--json", "{}", "-o", "json")
    assert json.loads(done.stderr)["problem"] == PROBLEM
    assert done.stdout == ""


@pytest.mark.parametrize("answer", ["<html>no</html>", '{"message": "Forbidden"}', ""])
def test_answers_of_another_shape_are_readable_too(deployed: Cli, api: Api, answer: str) -> None:
    api.status, api.answer = 403, answer
    done = deployed("predict", WORKLOAD, "--json", "{}")
    assert done.exit_code == 1
    assert "403" in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("arguments", [[], ["--json", "{"], ["--json", "3"], ["--json", "{}", "--example"]])
def test_bad_input_is_exit_code_2(deployed: Cli, arguments: list[str]) -> None:
    assert deployed("predict", WORKLOAD, *arguments).exit_code == 2


def test_an_api_that_cannot_be_reached_is_exit_code_4(deployed: Cli) -> None:
    key = client("apigateway").create_api_key(name="key", enabled=True)
    outputs = {"ApiUrl": "http://127.0.0.1:9/api", "ApiKeyId": key["id"]}
    stack("api", {"Topic": {"Type": "AWS::SNS::Topic"}}, outputs)
    done = deployed("predict", WORKLOAD, "--json", "{}")
    assert done.exit_code == 4
    assert "cannot reach http://127.0.0.1:9/api" in done.stderr
