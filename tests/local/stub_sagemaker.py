"""An embedded AWS whose SageMaker is a stub: jobs become at once what their image's name says."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug import Request, Response

from local import control
from local.settings import Settings
from tests.conftest import free_port


class StubSageMaker:
    """Answers Create-, Describe- and Stop- of any kind of job; an image's name says what becomes of it."""

    def __init__(self, settings: Settings) -> None:
        self._jobs: dict[tuple[str, str], dict[str, Any]] = {}

    def handle(self, request: Request) -> Response:
        operation = request.headers["X-Amz-Target"].removeprefix("SageMaker.")
        body = json.loads(request.get_data())
        verb, kind = next((verb, operation.removeprefix(verb)) for verb in _VERBS if operation.startswith(verb))
        return getattr(self, verb.lower())(kind, body[f"{kind}Name"], body)  # type: ignore[no-any-return]

    def close(self) -> None:
        self._jobs.clear()

    def create(self, kind: str, name: str, body: dict[str, Any]) -> Response:
        outcome = _outcome(body)
        if outcome == "refuse":
            return answer({"__type": "ResourceLimitExceeded", "Message": "too many jobs"}, 400)
        if outcome == "invalid":
            return answer({"__type": "ValidationException", "Message": "no such role"}, 400)
        fails = outcome == "fail" or (outcome == "fail-first" and name.endswith("-0"))
        status = {"run": "InProgress", "stop": "Stopped"}.get(outcome, "Failed" if fails else "Completed")
        arn = f"arn:aws:sagemaker:us-east-1:123456789012:{kind.lower()}/{name}"
        self._jobs[kind, name] = {
            f"{kind}Name": name,
            f"{kind}Arn": arn,
            f"{kind}Status": status,
            "CreationTime": time.time(),
            **({"FailureReason": 'no "data"'} if fails else {}),
        }
        return answer({f"{kind}Arn": arn})

    def describe(self, kind: str, name: str, body: dict[str, Any]) -> Response:
        if (kind, name) not in self._jobs:
            return answer({"__type": "ValidationException", "Message": "not found"}, 400)
        return answer(self._jobs[kind, name])

    def stop(self, kind: str, name: str, body: dict[str, Any]) -> Response:
        self._jobs[kind, name][f"{kind}Status"] = "Stopped"
        return answer({})


_VERBS = ("Create", "Describe", "Stop")


def _outcome(body: dict[str, Any]) -> str:
    """What the test wants: the image of a training or processing job, the model of a transform job."""
    definition = body.get("TrainingJobDefinition", body)
    image = definition.get("AlgorithmSpecification", definition.get("AppSpecification", {}))
    return str(image.get("TrainingImage") or image.get("ImageUri") or body.get("ModelName"))


def answer(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/x-amz-json-1.1")


@pytest.fixture(scope="session")
def stubbed_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    settings = Settings(home=tmp_path_factory.mktemp("stubbed-aws"), port=free_port(), runtime="process")
    command = [sys.executable, "-m", "tests.local.stub_sagemaker", str(settings.home), str(settings.port)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
    deadline = time.monotonic() + 60
    while not control.is_ours(settings, control.health(settings)):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)
    yield settings
    process.terminate()
    process.wait(20)


def main() -> None:
    from local.server import serve

    settings = Settings(home=Path(sys.argv[1]), port=int(sys.argv[2]), runtime="process")
    serve(settings, sagemaker=StubSageMaker)


if __name__ == "__main__":
    main()
