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
    """Answers Create-, Describe- and StopTrainingJob."""

    def __init__(self, settings: Settings) -> None:
        self._jobs: dict[str, dict[str, Any]] = {}

    def handle(self, request: Request) -> Response:
        operation = request.headers["X-Amz-Target"].removeprefix("SageMaker.")
        body = json.loads(request.get_data())
        return getattr(self, operation)(body["TrainingJobName"], body)  # type: ignore[no-any-return]

    def close(self) -> None:
        self._jobs.clear()

    def CreateTrainingJob(self, name: str, body: dict[str, Any]) -> Response:
        outcome = body["AlgorithmSpecification"]["TrainingImage"]
        if outcome == "refuse":
            return answer({"__type": "ResourceLimitExceeded", "Message": "too many jobs"}, 400)
        fails = outcome == "fail" or (outcome == "fail-first" and name.endswith("-0"))
        status = "InProgress" if outcome == "run" else "Failed" if fails else "Completed"
        self._jobs[name] = {
            "TrainingJobName": name,
            "TrainingJobArn": f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
            "TrainingJobStatus": status,
            "CreationTime": time.time(),
            **({"FailureReason": 'no "data"'} if fails else {}),
        }
        return answer({"TrainingJobArn": self._jobs[name]["TrainingJobArn"]})

    def DescribeTrainingJob(self, name: str, body: dict[str, Any]) -> Response:
        if name not in self._jobs:
            return answer({"__type": "ValidationException", "Message": "not found"}, 400)
        return answer(self._jobs[name])

    def StopTrainingJob(self, name: str, body: dict[str, Any]) -> Response:
        self._jobs[name]["TrainingJobStatus"] = "Stopped"
        return answer({})


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
