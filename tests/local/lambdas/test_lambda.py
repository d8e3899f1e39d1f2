"""Functions run for real, and fail as AWS says that they fail."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local import clients
from local.settings import Settings
from tests.local.functions import archive, create

pytestmark = pytest.mark.local


@pytest.fixture
def aws(embedded_aws: Settings) -> Any:
    return clients.client("lambda", embedded_aws)


def invoke(aws: Any, name: str, event: Any = None, **more: Any) -> tuple[Any, dict[str, Any]]:
    answer = aws.invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
    return json.loads(answer["Payload"].read() or "null"), answer


def test_returns_what_the_handler_returns(aws: Any, embedded_aws: Settings) -> None:
    name = create(
        embedded_aws, "def handler(event, context):\n    return {'got': event, 'name': context.function_name}\n"
    )
    payload, answer = invoke(aws, name, {"a": ['"', "é\n"]})
    assert payload == {"got": {"a": ['"', "é\n"]}, "name": name}
    assert "FunctionError" not in answer


def test_environment_names_the_embedded_aws_and_the_functions_own(aws: Any, embedded_aws: Settings) -> None:
    names = ("MINE", "AWS_ENDPOINT_URL", "AWS_REGION")
    source = f"import os\ndef handler(e, c):\n    return [os.environ[n] for n in {names}]\n"
    payload, _ = invoke(aws, create(embedded_aws, source, MINE="yes"))
    assert payload == ["yes", embedded_aws.endpoint_url, "us-east-1"]


def test_an_exception_is_an_unhandled_function_error(aws: Any, embedded_aws: Settings) -> None:
    payload, answer = invoke(aws, create(embedded_aws, "def handler(e, c):\n    raise ValueError('no good')\n"))
    assert answer["FunctionError"] == "Unhandled"
    assert (payload["errorType"], payload["errorMessage"]) == ("ValueError", "no good")
    assert "index.py" in "".join(payload["stackTrace"])


@pytest.mark.parametrize(
    ("source", "handler", "kind"),
    [
        ("import nonesuch\n", "index.handler", "Runtime.ImportModuleError"),
        ("x = 1\n", "index.handler", "Runtime.HandlerNotFound"),
        ("def handler(:\n", "index.handler", "Runtime.UserCodeSyntaxError"),
        ("def handler(e, c):\n    return object()\n", "index.handler", "Runtime.MarshalError"),
        ("import os\ndef handler(e, c):\n    os._exit(3)\n", "index.handler", "Runtime.ExitError"),
    ],
)
def test_what_is_wrong_with_the_code_is_named(
    aws: Any, embedded_aws: Settings, source: str, handler: str, kind: str
) -> None:
    payload, answer = invoke(aws, create(embedded_aws, source, handler=handler))
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == kind


def test_a_timeout_ends_the_call_and_the_next_one_works(aws: Any, embedded_aws: Settings) -> None:
    source = "import time\ndef handler(e, c):\n    time.sleep(e.get('s', 0))\n    return 'ok'\n"
    name = create(embedded_aws, source, timeout=1)
    started = time.monotonic()
    payload, answer = invoke(aws, name, {"s": 20})
    assert time.monotonic() - started < 8
    assert answer["FunctionError"] == "Unhandled"
    assert "Task timed out after 1.00 seconds" in payload["errorMessage"]
    assert invoke(aws, name)[0] == "ok"


def test_new_code_answers_at_once(aws: Any, embedded_aws: Settings) -> None:
    name = create(embedded_aws, "def handler(e, c):\n    return 1\n")
    assert invoke(aws, name)[0] == 1
    aws.update_function_code(FunctionName=name, ZipFile=archive("def handler(e, c):\n    return 2\n"))
    assert invoke(aws, name)[0] == 2


def test_concurrent_calls_run_side_by_side(aws: Any, embedded_aws: Settings) -> None:
    name = create(embedded_aws, "import time\ndef handler(e, c):\n    time.sleep(1)\n    return e\n", timeout=20)
    invoke(aws, name)
    started = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda n: invoke(aws, name, {"n": n})[0], range(6)))
    assert answers == [{"n": n} for n in range(6)]
    assert time.monotonic() - started < 5


def test_dry_run_and_event_do_not_wait(aws: Any, embedded_aws: Settings) -> None:
    name = create(embedded_aws, "import time\ndef handler(e, c):\n    time.sleep(2)\n")
    started = time.monotonic()
    assert invoke(aws, name, InvocationType="DryRun")[1]["StatusCode"] == 204
    assert invoke(aws, name, InvocationType="Event")[1]["StatusCode"] == 202
    assert time.monotonic() - started < 2


def test_output_goes_to_the_functions_log(aws: Any, embedded_aws: Settings) -> None:
    source = "import logging\ndef handler(e, c):\n    print('to the log')\n    logging.getLogger().warning('careful')\n"
    name = create(embedded_aws, source)
    _, answer = invoke(aws, name, LogType="Tail")
    tail = base64.b64decode(answer["LogResult"]).decode()
    assert tail.startswith("START RequestId: ")
    assert "to the log" in tail
    assert "[WARNING]" in tail
    assert logged(embedded_aws, name, "REPORT RequestId: ")


def logged(settings: Settings, name: str, text: str) -> bool:
    logs = clients.client("logs", settings)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            events = logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
        except logs.exceptions.ResourceNotFoundException:
            events = []
        if any(text in event["message"] for event in events):
            return True
        time.sleep(0.1)
    return False
