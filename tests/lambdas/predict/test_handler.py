"""The module that Lambda imports, in a process of its own as there."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from predict.settings import Settings, SettingsError

from tests.lambdas.predict.world import World, ask, event, records

pytestmark = pytest.mark.unit
ASSET = Path(__file__).parents[3] / "lambdas"
ENVIRONMENT = {"TRAINYARD_STAGE": "dev", "TRAINYARD_BUCKET": "bucket", "TRAINYARD_WORKLOADS": "iris"}


def run(program: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ASSET), "AWS_DEFAULT_REGION": "us-east-1"}
    return subprocess.run(
        [sys.executable, "-c", program], env=own | environment, capture_output=True, text=True, check=False
    )


def test_handler_answers_and_logs_one_json_line_without_the_body() -> None:
    asked = event(records({"length": "very-private"}), workload="mars")
    done = run(
        "from predict.handler import handle; import json; from unittest.mock import Mock;"
        "context = Mock(aws_request_id='lambda-1', get_remaining_time_in_millis=lambda: 28_000);"
        f"print(json.dumps(handle({asked!r}, context)))",
        ENVIRONMENT,
    )
    assert json.loads(done.stdout)["statusCode"] == 404
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["status"] == 404
    assert "very-private" not in done.stderr


def test_missing_environment_is_told_at_cold_start_all_at_once() -> None:
    done = run("import predict.handler", {})
    assert done.returncode != 0
    assert "TRAINYARD_STAGE is not set; TRAINYARD_BUCKET is not set" in done.stderr


def test_cold_start_imports_nothing_but_the_standard_library() -> None:
    program = (
        "import predict.handler, sys; print({name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )
    foreign = ast.literal_eval(run(program, ENVIRONMENT).stdout)
    assert {name for name in foreign if not name.startswith(("_", "sitecustomize"))} == {"predict"}


def test_settings_have_a_default_and_refuse_nonsense() -> None:
    assert Settings.read(ENVIRONMENT).cache_seconds == 15
    assert Settings.read(ENVIRONMENT | {"TRAINYARD_CACHE_SECONDS": "2"}).cache_seconds == 2
    with pytest.raises(SettingsError, match="TRAINYARD_CACHE_SECONDS"):
        Settings.read(ENVIRONMENT | {"TRAINYARD_CACHE_SECONDS": "soon"})


def test_every_answer_carries_security_headers_and_the_request_id() -> None:
    answer = ask(World(), event(resource="/v2", X_Request_Id="mine-1"))
    assert answer.headers["X-Request-Id"] == "mine-1"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    split = ask(World(), event(resource="/", X_Request_Id="a\r\nb"))
    assert split.headers["X-Request-Id"] == "gateway-1"


@pytest.mark.parametrize(
    ("origins", "origin", "expected"),
    [
        ((), "https://a.example", (None, None)),
        (("https://a.example", "https://b.example"), "https://b.example", ("https://b.example", "Origin")),
        (("https://a.example",), "https://evil.example", (None, "Origin")),
        (("*",), "https://any.example", ("*", None)),
    ],
)
def test_pages_of_allowed_origins_alone_may_read_an_answer(
    origins: tuple[str, ...], origin: str, expected: tuple[str | None, str | None]
) -> None:
    settings = Settings("dev", "bucket", ("iris",), 15.0, origins)
    asked = event(resource="/v2", Origin=origin)
    headers = World().service(settings).answer(asked, "lambda-1", lambda: 28.0)["headers"]
    assert (headers.get("Access-Control-Allow-Origin"), headers.get("Vary")) == expected
