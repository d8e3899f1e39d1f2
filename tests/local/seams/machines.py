"""What tests of state machines share: start one, wait for its end, read its history."""

import json
import time
import uuid
from typing import Any

from local import clients
from local.settings import Settings

ROLE = "arn:aws:iam::123456789012:role/states"


def states_client(settings: Settings) -> Any:
    return clients.client("stepfunctions", settings)


def create(settings: Settings, states: dict[str, Any], first: str, **more: Any) -> str:
    options = {name: more.pop(name) for name in ("type", "loggingConfiguration") if name in more}
    definition = {"QueryLanguage": "JSONata", "StartAt": first, "States": states, **more}
    arn: str = states_client(settings).create_state_machine(
        name=f"m-{uuid.uuid4().hex[:12]}", definition=json.dumps(definition), roleArn=ROLE, **options
    )["stateMachineArn"]
    return arn


def start(settings: Settings, states: dict[str, Any], first: str, data: Any = None, **more: Any) -> str:
    machine = create(settings, states, first, **more)
    text = json.dumps({} if data is None else data)
    arn: str = states_client(settings).start_execution(stateMachineArn=machine, name="one", input=text)["executionArn"]
    return arn


def wait(settings: Settings, arn: str, seconds: float = 30) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer: dict[str, Any] = states_client(settings).describe_execution(executionArn=arn)
        if answer["status"] != "RUNNING":
            return answer
        time.sleep(0.05)
    raise AssertionError("the execution still runs")


def run(settings: Settings, states: dict[str, Any], first: str, data: Any = None, **more: Any) -> dict[str, Any]:
    seconds = more.pop("wait_seconds", 30)
    return wait(settings, start(settings, states, first, data, **more), seconds)


def result(settings: Settings, states: dict[str, Any], first: str, data: Any = None, **more: Any) -> Any:
    answer = run(settings, states, first, data, **more)
    assert answer["status"] == "SUCCEEDED", answer
    return json.loads(answer["output"])


def task(resource: str, arguments: Any, **more: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": f"arn:aws:states:::{resource}", "Arguments": arguments, **more}


def history(settings: Settings, arn: str) -> list[dict[str, Any]]:
    pages = states_client(settings).get_paginator("get_execution_history").paginate(executionArn=arn)
    return [event for page in pages for event in page["events"]]


def kinds(settings: Settings, arn: str) -> list[str]:
    return [event["type"] for event in history(settings, arn)]


def until(condition: Any, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
