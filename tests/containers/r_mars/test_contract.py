"""What SageMaker relies on, for the R program as processes and as the built image alike."""

import json
import re
import shutil
import subprocess
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import requests

from tests.containers import runtimes
from tests.containers.r_mars import samples
from tests.containers.runtimes import Runtime, Server

CSV = {"content-type": "text/csv"}
JSON = {"content-type": "application/json"}
ROW = "3.5,1.4,0.2,setosa"


def post(server: Server, body: str | bytes, headers: dict[str, str] | None = None) -> requests.Response:
    return requests.post(f"{server.url}/invocations", data=body, headers=headers or CSV, timeout=60)


def test_metric_lines_are_those_that_metric_definitions_look_for(trained: Path) -> None:
    found = dict(re.findall(r"^(\S+)=([0-9.]+);$", (trained / "log").read_text(), re.MULTILINE))
    assert set(found) == {f"{channel}:{name}" for channel in ("train", "validation") for name in ("rmse", "mae", "r2")}
    assert float(found["validation:rmse"]) < 0.4


def test_predictions_are_those_of_the_same_model_fitted_directly(server: Server, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript not installed (bash .ci/r installs it)")
    files = [tmp_path / "train.csv", tmp_path / "test.csv"]
    for number, file in enumerate(files):
        file.write_text(samples.table(number))
    direct = subprocess.run(
        ["Rscript", Path(__file__).parent / "direct.R", *files], capture_output=True, text=True, check=True
    )
    expected = np.array(direct.stdout.split(), dtype=float)
    answer = post(server, samples.body(1))
    assert answer.headers["content-type"].startswith("text/csv")
    np.testing.assert_allclose(np.array(answer.text.split(), dtype=float), expected, rtol=0, atol=1e-6)


def test_json_answers_what_csv_answers(server: Server) -> None:
    features = samples.rows(1)[0]
    values = [[*map(float, row[:-1]), row[-1]] for row in features]
    instances = [dict(zip(samples.HEADER, row, strict=True)) if i % 2 else row for i, row in enumerate(values)]
    answer = post(server, json.dumps({"instances": instances}), JSON)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["predictions"] == [float(cell) for cell in post(server, samples.body(1)).text.split()]


def test_a_header_that_names_the_columns_in_any_order_is_understood(server: Server) -> None:
    turned = "species,petal_width,petal_length,sepal_width\nsetosa,0.2,1.4,3.5\n"
    assert post(server, turned).text == post(server, ROW).text


def test_one_row_with_bom_crlf_quotes_and_charset_is_read(server: Server) -> None:
    headers = {"content-type": "Text/CSV; charset=utf-8"}
    answer = post(server, '\ufeff3.5,1.4,0.2,"setosa"\r\n'.encode(), headers)
    assert answer.text == post(server, ROW).text


@pytest.mark.parametrize(
    ("body", "headers", "status", "reason"),
    [
        ("", CSV, 400, "the body is empty"),
        ("3.5,1.4,0.2,rosa", CSV, 400, "row 1, column species: 'rosa' is none of setosa, versicolor, virginica"),
        (f"{ROW}\n3.5,1.4,,setosa", CSV, 400, "row 2, column petal_width: '' is not a finite number"),
        ("3.5,1e999,0.2,setosa", CSV, 400, "column petal_length: '1e999' is not a finite number"),
        ("3.5,0x1A,0.2,setosa", CSV, 400, "column petal_length: '0x1A' is not a finite number"),
        ("3.5,1.4", CSV, 400, "row 1 has 2 cells, expected 4: sepal_width"),
        (f"{ROW}\n1,2", CSV, 400, "row 2 has 2 cells, row 1 has 4"),
        (b"\xff\xfe,1,1,setosa", CSV, 400, "is not UTF-8"),
        (b"a\x00b", CSV, 400, "the body is not text"),
        ('"3.5,1', CSV, 400, "is not valid CSV"),
        ("{", JSON, 400, "the body is not JSON"),
        ('{"instances": []}', JSON, 400, "at least one row"),
        ("[[1, 2]]", JSON, 400, "at least one row"),
        ('{"instances": [[1, 2]]}', JSON, 400, "row 1 has 2 cells, expected 4"),
        ('{"instances": [{"sepal_width": 1}]}', JSON, 400, "row 1 has no petal_length, petal_width, species"),
        ('{"instances": [[1, 2, null, "setosa"]]}', JSON, 400, "row 1, column petal_width: expected a number"),
        (ROW, {"content-type": "image/png"}, 415, "'image/png' is not read here"),
        (ROW, {**CSV, "accept": "image/png"}, 406, "'image/png' is not written here"),
    ],
)  # fmt: skip
def test_bad_input_is_a_4xx_with_its_reason(
    server: Server, body: str | bytes, headers: dict[str, str], status: int, reason: str
) -> None:
    answer = post(server, body, headers)
    assert answer.status_code == status
    assert reason in answer.json()["error"]


def test_ping_and_execution_parameters(server: Server) -> None:
    assert requests.get(f"{server.url}/ping", timeout=5).status_code == 200
    told = requests.get(f"{server.url}/execution-parameters", timeout=5).json()
    assert told == {"MaxConcurrentTransforms": 2, "BatchStrategy": "MULTI_RECORD", "MaxPayloadInMB": 6}
    assert requests.get(f"{server.url}/other", timeout=5).status_code == 404


def test_many_callers_at_once_get_their_own_answers(server: Server) -> None:
    lines = samples.body(1).splitlines()
    expected = post(server, samples.body(1)).text.split()
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda line: post(server, line).text.strip(), lines * 3))
    assert answers == expected * 3


def test_callers_at_once_are_not_touched_by_what_others_send(server: Server) -> None:
    bodies = [
        ROW, f"{ROW}\r\n{ROW}", f"{ROW}\n\n{ROW}\n", '"3.1",1.4,0.2,"setosa"\n', "3.1,1.4,0.2,rosa", "", '"',
        "species,petal_width,petal_length,sepal_width\nsetosa,0.2,1.4,3.5\n", *samples.body(1).splitlines(),
    ]  # fmt: skip
    expected = [post(server, body).text for body in bodies]
    assert len(set(expected[4:7])) == 3
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(lambda body: post(server, body).text, bodies * 3)) == expected * 3


def test_sigterm_lets_a_running_request_finish_and_ends_cleanly(runtime: Runtime, trained: Path) -> None:
    with runtime.serve(trained, {"MODEL_SERVER_WORKERS": "1"}) as started:
        rows = 60_000
        answers: list[requests.Response] = []
        asking = threading.Thread(target=lambda: answers.append(post(started, f"{ROW}\n" * rows)))
        asking.start()
        asking.join(0.3)  # it takes longer than this
        assert started.stop() == 0
        asking.join(60)
    assert answers[0].status_code == 200
    assert len(answers[0].text.split()) == rows


def test_training_failure_leaves_the_reason(runtime: Runtime, tmp_path: Path) -> None:
    runtimes.channel(tmp_path, "train", samples.table(0))
    runtimes.hyperparameters(tmp_path, task="classification", degree="lots", trees="1")
    assert runtime.run("train", tmp_path).code == 1
    reason = (tmp_path / "output" / "failure").read_text()
    assert "hyperparameter degree='lots' must be a whole number from 1 to 10" in reason
    assert "hyperparameter task='classification' must be one of regression" in reason
    assert "unknown hyperparameter 'trees'" in reason


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        ("sepal_length,width\n1,2\nx,3\n", "row 2, column sepal_length: 'x' is not a finite number"),
        ("sepal_length,width\n1,2\n2\n", "row 3 has 1 cells, row 1 has 2"),
        ("sepal_length,width\n", "has no rows below its header"),
        ("sepal_length\n1\n2\n", "has no column besides the target"),
        ("sepal_length,width\n1,\n2,3\n", "column width has an empty cell"),
        ("a,a\n1,2\n", "the same name twice"),
    ],
)
def test_bad_training_data_is_named(runtime: Runtime, tmp_path: Path, table: str, reason: str) -> None:
    runtimes.channel(tmp_path, "train", table)
    runtimes.hyperparameters(tmp_path, task="regression")
    assert runtime.run("train", tmp_path).code == 1
    assert reason in (tmp_path / "output" / "failure").read_text()


@pytest.mark.parametrize("argument", ["", "predict", "train serve"])
def test_an_unknown_argument_is_refused_with_the_usage(runtime: Runtime, tmp_path: Path, argument: str) -> None:
    finished = runtime.run(argument, tmp_path)
    assert finished.code == 2
    assert "train|serve|evaluate" in finished.output


def test_evaluate_measures_the_archived_model(runtime: Runtime, trained: Path, tmp_path: Path) -> None:
    inputs = tmp_path / "processing" / "input"
    (inputs / "model").mkdir(parents=True)
    (inputs / "data").mkdir()
    with tarfile.open(inputs / "model" / "model.tar.gz", "w:gz") as tar:
        tar.add(trained / "model", ".")
    (inputs / "data" / "rows.csv").write_text(samples.table(1))
    finished = runtime.run("evaluate", tmp_path)
    assert finished.code == 0, finished.output
    metrics = json.loads((tmp_path / "processing" / "output" / "evaluation" / "metrics.json").read_text())
    assert metrics["rows"] == 75
    logged = re.search(r"validation:rmse=([0-9.]+);", (trained / "log").read_text())
    assert logged is not None
    assert metrics["regression_metrics"]["rmse"]["value"] == pytest.approx(float(logged[1]), abs=1e-6)
    assert 0 < metrics["regression_metrics"]["rmse"]["standard_deviation"] < 0.1


def test_evaluate_failure_is_a_message(runtime: Runtime, tmp_path: Path) -> None:
    assert runtime.run("evaluate", tmp_path).code == 1
    assert "there is no mars.json" in (tmp_path / "output" / "message").read_text()


@pytest.mark.parametrize(
    ("content", "reason"), [(None, "there is no mars.json"), ("[]", "is not a model"), ("{", "JSON")]
)
def test_a_server_without_a_good_model_says_so_and_ends(
    runtime: Runtime, tmp_path: Path, content: str | None, reason: str
) -> None:
    (tmp_path / "model").mkdir()
    if content is not None:
        (tmp_path / "model" / "mars.json").write_text(content)
    finished = runtime.run("serve", tmp_path)
    assert finished.code == 1
    assert reason in finished.output
