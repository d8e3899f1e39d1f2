"""What SageMaker relies on. The image itself needs CRAN to build; its program runs here as processes."""

import json
import re
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.containers import rscripts
from tests.containers.r_fable import samples
from tests.containers.runtimes import CONTAINERS, Processes, Server

pytestmark = pytest.mark.local
CSV = {"content-type": "text/csv"}
JSON = {"content-type": "application/json"}
LINES = {"content-type": "text/csv", "accept": "application/jsonlines"}


def post(server: Server, body: str | bytes, headers: dict[str, str]) -> requests.Response:
    encoded = body.encode() if isinstance(body, str) else body
    return requests.post(f"{server.url}/invocations", data=encoded, headers=headers, timeout=60)


def predictions(server: Server, *instances: Any) -> list[dict[str, Any]]:
    answer = post(server, json.dumps({"instances": instances}), JSON)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: list[dict[str, Any]] = answer.json()["predictions"]
    return found


def test_metric_lines_are_those_that_metric_definitions_look_for(trained: Path) -> None:
    found = dict(re.findall(r"^validation:(\S+)=([0-9.]+);$", (trained / "log").read_text(), re.MULTILINE))
    expected = {"mase", "rmsse", "mape", "rmse", "mae", "mse", "coverage_80", "coverage_95"}
    assert set(found) == expected
    assert 0 < float(found["mape"]) < 30


def test_forecasts_begin_after_the_last_period_and_reach_twice_the_horizon(server: Server) -> None:
    (forecast,) = predictions(server, {"Region": "Nord", "Purpose": "Holiday", "horizon": 8})
    assert forecast["periods"] == [f"{year} Q{quarter}" for year in (2014, 2015) for quarter in (1, 2, 3, 4)]
    assert forecast["mean"][:4] == [samples.value("Nord", "Holiday", step) for step in range(32, 36)]
    for level in ("80", "95"):
        interval = forecast["intervals"][level]
        sides = zip(interval["lower"], forecast["mean"], interval["upper"], strict=True)
        assert all(low < mean < high for low, mean, high in sides)
    assert forecast["model"] == "SNAIVE"


def test_a_series_without_a_forecast_says_why_and_leaves_the_others(server: Server) -> None:
    short, constant = predictions(server, ["Süd", "Business", 1], ["Nord", "Business", 2])
    assert short == {"error": "it is too short: 3 values, at least 8 are needed"}
    assert constant["mean"] == [25, 25]
    assert constant["intervals"]["95"] == {"lower": [25, 25], "upper": [25, 25]}


def test_json_lines_answer_what_json_answers(server: Server) -> None:
    rows = [["Nord", "Holiday", 4], ["Süd", "Holiday", 2], ["Süd", "Business", 1]]
    body = "".join(",".join(map(str, row)) + "\n" for row in rows)
    answer = post(server, body, LINES)
    assert answer.headers["content-type"] == "application/jsonlines"
    assert [json.loads(line) for line in answer.text.splitlines()] == predictions(server, *rows)
    assert post(server, body, CSV).json()["predictions"] == predictions(server, *rows)
    assert (
        post(server, f"horizon,Region,Purpose\n{rows[0][2]},Nord,Holiday", LINES).text
        == answer.text.splitlines(True)[0]
    )


@pytest.mark.parametrize(
    ("body", "headers", "status", "reason"),
    [
        ("", CSV, 400, "the body is empty"),
        ("Nord,Holiday,1\nWest,Holiday,1", CSV, 400, "row 2, column Region: 'West' is none of Nord, Süd"),
        ("Nord,Holiday,9", CSV, 400, "row 1, column horizon: '9' is not a whole number from 1 to 8"),
        ("Nord,Holiday,", CSV, 400, "row 1, column horizon: '' is not a whole number from 1 to 8"),
        ("Nord,Holiday", CSV, 400, "row 1 has 2 cells, expected 3: Region, Purpose, horizon"),
        (b"\xff,a,1", CSV, 400, "is not UTF-8"),
        ('{"instances": [{"Region": "Nord", "horizon": 1}]}', JSON, 400, "row 1 has no Purpose"),
        ('{"instances": [["Nord", null, 1]]}', JSON, 400, "row 1, column Purpose: expected a number or a text"),
        ("{", JSON, 400, "the body is not JSON"),
        ("Nord,Holiday,1", {"content-type": "image/png"}, 415, "'image/png' is not read here"),
        ("Nord,Holiday,1", {**CSV, "accept": "text/csv"}, 406, "ask for application/json or application/jsonlines"),
    ],
)  # fmt: skip
def test_bad_input_is_a_4xx_with_its_reason(
    server: Server, body: str | bytes, headers: dict[str, str], status: int, reason: str
) -> None:
    answer = post(server, body, headers)
    assert answer.status_code == status
    assert reason in answer.json()["error"]


def test_many_callers_at_once_get_their_own_answers(server: Server) -> None:
    rows = [f"{region},{purpose},{steps}" for region, purpose in samples.SERIES for steps in range(1, 9)]
    expected = [post(server, row, LINES).text for row in rows]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda row: post(server, row, LINES).text, rows * 3))
    assert answers == expected * 3


def test_sigterm_lets_a_running_request_finish_and_ends_cleanly(runtime: Processes, trained: Path) -> None:
    with runtime.serve(trained, {"MODEL_SERVER_WORKERS": "1"}) as started:
        rows = 20_000
        answers: list[requests.Response] = []
        asking = threading.Thread(target=lambda: answers.append(post(started, "Nord,Holiday,8\n" * rows, LINES)))
        asking.start()
        asking.join(0.3)  # it takes longer than this
        assert started.stop() == 0
        asking.join(60)
    assert answers[0].status_code == 200
    assert len(answers[0].text.splitlines()) == rows


def test_evaluate_draws_and_measures_the_archived_model(runtime: Processes, trained: Path, tmp_path: Path) -> None:
    inputs = tmp_path / "processing" / "input"
    (inputs / "model").mkdir(parents=True)
    (inputs / "data").mkdir()
    with tarfile.open(inputs / "model" / "model.tar.gz", "w:gz") as tar:
        tar.add(trained / "model", ".")
    (inputs / "data" / "rows.csv").write_text(samples.table(samples.END, samples.END + 4), encoding="utf-8")
    finished = runtime.run("evaluate", tmp_path)
    assert finished.code == 0, finished.output
    folder = tmp_path / "processing" / "output" / "evaluation"
    metrics = json.loads((folder / "metrics.json").read_text())
    assert (metrics["series"], metrics["failed_series"]) == (4, 1)
    steps = range(samples.END, samples.END + 4)
    errors = [samples.value(*key, step) - samples.value(*key, step - 4) for key in samples.SERIES for step in steps]
    fitted = [abs(error) for error in errors[:12]]  # the short series comes last
    assert metrics["forecasting_metrics"]["mae"]["value"] == pytest.approx(sum(fitted) / 12, abs=1e-9)
    assert (folder / "forecast-report.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "accuracy.csv").read_text(encoding="utf-8").count("\n") == 5


def test_training_failure_leaves_the_reason(runtime: Processes, tmp_path: Path) -> None:
    samples.place(tmp_path, model="prophet", frequency="fortnightly")
    assert runtime.run("train", tmp_path).code == 1
    reason = (tmp_path / "output" / "failure").read_text()
    assert "hyperparameter model='prophet' must be one of auto, ets, arima" in reason
    assert "hyperparameter frequency='fortnightly' must be one of yearly" in reason


def test_training_without_fable_says_what_is_missing(runtime: Processes, tmp_path: Path) -> None:
    if rscripts.has_packages(*rscripts.FABLE):
        pytest.skip("fable is installed here")
    samples.place(tmp_path)
    assert runtime.run("train", tmp_path).code == 1
    reason = (tmp_path / "output" / "failure").read_text()
    assert re.search("R packages are missing: .*(tsibble|fable).*; install them, or name a library in R_LIBS", reason)


def test_a_server_without_a_model_says_so_and_ends(runtime: Processes, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    finished = runtime.run("serve", tmp_path)
    assert finished.code == 1
    assert "there is no model.json" in finished.output


@pytest.mark.parametrize("argument", ["", "predict"])
def test_an_unknown_argument_is_refused_with_the_usage(runtime: Processes, tmp_path: Path, argument: str) -> None:
    finished = runtime.run(argument, tmp_path)
    assert finished.code == 2
    assert "train|serve|evaluate" in finished.output


def test_what_the_dockerfile_copies_exists() -> None:
    lines = (CONTAINERS / "r-fable" / "Dockerfile").read_text().splitlines()
    sources = [line.split()[1] for line in lines if line.startswith("COPY") and "--from" not in line]
    assert sources == ["r-fable/install.R", "serving/requirements.txt", "serving/serving", "contract-r", "r-fable/R"]
    assert all((CONTAINERS / source).exists() for source in sources)
