import json
from typing import Any

import pytest

from tests.trainyard.conftest import WORKLOAD, Cli, States, client, point, stack
from tests.trainyard.recorded import START, good_run

pytestmark = pytest.mark.local

SAGEMAKER = "/aws/sagemaker/"


def write(group: str, stream: str, seconds: int, text: str) -> None:
    logs = client("logs")
    groups = [item["logGroupName"] for item in logs.describe_log_groups()["logGroups"]]
    if group not in groups:
        logs.create_log_group(logGroupName=group)
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    if stream not in [item["logStreamName"] for item in streams]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    event: dict[str, Any] = {"timestamp": int(START.timestamp() + seconds) * 1000, "message": text}
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[event])


@pytest.fixture
def written(deployed: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    deployed.fakes["stepfunctions"] = States(good_run(), "SUCCEEDED")
    write(f"{SAGEMAKER}TrainingJobs", "j-forest/algo-1-1", 70, "accuracy=0.9")
    write(f"{SAGEMAKER}TrainingJobs", "j-other/algo-1-1", 70, "not of this run")
    write(f"{SAGEMAKER}ProcessingJobs", "j-evaluate/algo-1-1", 130, "report written")
    write(f"{SAGEMAKER}Endpoints/dev-iris-sklearn", "forest/i-1", 200, "GET /ping")
    return deployed


def test_the_latest_runs_jobs_in_the_order_of_time(written: Cli) -> None:
    done = written("logs", WORKLOAD)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == ["j-forest accuracy=0.9", "j-evaluate report written"]


def test_one_job(written: Cli) -> None:
    assert written("logs", WORKLOAD, "--job", "j-other").stdout.strip() == "j-other not of this run"


def test_the_live_endpoint(written: Cli) -> None:
    point()
    assert "GET /ping" in written("logs", WORKLOAD, "--endpoint").stdout


def test_the_api(written: Cli) -> None:
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/api/access"}}
    stack("api", {"Group": group}, {"ApiUrl": "http://x/api", "ApiKeyId": "k"})
    write("/api/access", "s", 100, "POST 200")
    assert "POST 200" in written("logs", WORKLOAD, "--api").stdout


def test_since_leaves_out_what_is_older(written: Cli) -> None:
    assert written("logs", WORKLOAD, "--since", "8m").stdout.strip() == "j-evaluate report written"


def test_machines_get_a_line_of_json_per_event(written: Cli) -> None:
    events = [json.loads(line) for line in written("logs", WORKLOAD, "--json").stdout.splitlines()]
    assert [event["message"] for event in events] == ["accuracy=0.9", "report written"]
    assert set(events[0]) == {"group", "stream", "timestamp", "message"}


def test_following_shows_what_comes_and_each_line_once(written: Cli) -> None:
    def later() -> None:
        if len(written.slept) > 1:
            raise KeyboardInterrupt
        write(f"{SAGEMAKER}TrainingJobs", "j-forest/algo-1-1", 140, "one more")

    written.on_sleep = later
    done = written("logs", WORKLOAD, "--follow")
    assert done.exit_code == 130
    assert done.stdout.splitlines()[-1] == "j-forest one more"
    assert done.stdout.count("accuracy=0.9") == 1


def test_a_run_shows_its_jobs_logs_on_request(written: Cli) -> None:
    assert "forest | accuracy=0.9" in written("watch", "-w", WORKLOAD, "--logs").stdout


@pytest.mark.parametrize("arguments", [["--since", "soon"], ["--api", "--endpoint"]])
def test_bad_input(written: Cli, arguments: list[str]) -> None:
    assert written("logs", WORKLOAD, *arguments).exit_code == 2
