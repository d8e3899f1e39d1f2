"""An execution ends when it is told to, whatever its task is waiting for."""

import time
from collections.abc import Iterator

import pytest

from local import clients
from local.settings import Settings
from tests.local import functions
from tests.local.seams.machines import kinds, run, start, states_client, task, until, wait

pytestmark = pytest.mark.local
SLOW = "import time\ndef handler(event, context):\n    time.sleep(20)\n"


@pytest.fixture(scope="module")
def slow(embedded_aws: Settings) -> Iterator[str]:
    name = functions.create(embedded_aws, SLOW, timeout=25)
    yield name
    clients.client("lambda", embedded_aws).delete_function(FunctionName=name)


def test_stop_execution_does_not_wait_for_a_call(embedded_aws: Settings, slow: str) -> None:
    arn = start(embedded_aws, {"Do": task("lambda:invoke", {"FunctionName": slow}, End=True)}, "Do")
    until(lambda: "TaskStarted" in kinds(embedded_aws, arn))
    began = time.monotonic()
    states_client(embedded_aws).stop_execution(executionArn=arn)
    assert wait(embedded_aws, arn)["status"] == "ABORTED"
    assert time.monotonic() - began < 10
    assert kinds(embedded_aws, arn)[-2:] == ["TaskStarted", "ExecutionAborted"]


def test_a_state_machines_time_out_does_not_wait_for_a_call(embedded_aws: Settings, slow: str) -> None:
    state = task("lambda:invoke", {"FunctionName": slow}, End=True)
    began = time.monotonic()
    assert run(embedded_aws, {"Do": state}, "Do", TimeoutSeconds=1)["status"] == "TIMED_OUT"
    assert time.monotonic() - began < 12
