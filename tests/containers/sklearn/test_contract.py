"""What SageMaker relies on, for the program as a process and as the built image alike."""

import csv
import json
import re
import shutil
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import requests
from sklearn.ensemble import RandomForestClassifier

from tests.compiler import require_compiler
from tests.containers import runtimes
from tests.containers.runtimes import Processes, Runtime, Server
from tests.containers.sklearn import samples

CSV = {"content-type": "text/csv"}


def post(server: Server, body: str | bytes, **headers: str) -> requests.Response:
    data = body.encode() if isinstance(body, str) else body
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return requests.post(f"{server.url}/invocations", data=data, headers={**CSV, **sent}, timeout=60)


def reference() -> Any:
    rows, kinds = samples.iris(0)
    forest = RandomForestClassifier(n_estimators=10, random_state=28)
    return forest.fit(samples.matrix(rows), kinds)


def test_metric_lines_are_those_that_metric_definitions_look_for(trained: Path) -> None:
    log = (trained / "log").read_text()
    found = dict(re.findall(r"^(\S+)=([0-9.]+);$", log, re.MULTILINE))
    assert {"train:accuracy", "validation:accuracy", "validation:f1", "validation:auc"} <= found.keys()
    rows, kinds = samples.iris(1)
    assert float(found["validation:accuracy"]) == pytest.approx(
        reference().score(samples.matrix(rows), kinds), abs=1e-6
    )


def test_predictions_are_those_of_the_same_model_fitted_directly(server: Server) -> None:
    answer = post(server, samples.body(1))
    assert answer.headers["content-type"].startswith("text/csv")
    answered = list(csv.reader(answer.text.splitlines()))
    forest, expected = reference(), samples.matrix(samples.iris(1)[0])
    assert [row[0] for row in answered] == forest.predict(expected).tolist()
    probabilities = np.array([row[1:] for row in answered], dtype=float)
    np.testing.assert_allclose(probabilities, forest.predict_proba(expected), atol=1e-6)


def test_json_answers_what_csv_answers(server: Server) -> None:
    rows = samples.iris(1)[0]
    lists = [[*map(float, row[:-1]), row[-1]] for row in rows]
    instances = [dict(zip(samples.HEADER, row, strict=True)) if i % 2 else row for i, row in enumerate(lists)]
    answer = post(server, json.dumps({"instances": instances}), content_type="application/json")
    assert answer.headers["content-type"] == "application/json"
    text = list(csv.reader(post(server, samples.body(1)).text.splitlines()))
    classes = ["setosa", "versicolor", "virginica"]
    assert answer.json()["predictions"] == [
        {"label": row[0], "probabilities": dict(zip(classes, map(float, row[1:]), strict=True))} for row in text
    ]


def test_ping_and_execution_parameters(server: Server) -> None:
    assert requests.get(f"{server.url}/ping", timeout=5).status_code == 200
    told = requests.get(f"{server.url}/execution-parameters", timeout=5).json()
    assert told["BatchStrategy"] == "MULTI_RECORD"
    assert told["MaxPayloadInMB"] * told["MaxConcurrentTransforms"] <= 100
    assert told["Engine"] == "onnxruntime"
    assert "agrees with scikit-learn" in told["EngineReason"]


def test_an_archive_of_before_onnx_is_served_by_scikit_learn(
    runtime: Runtime, trained: Path, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "model").mkdir()
    for name in ("model.skops", "schema.json"):
        shutil.copy(trained / "model" / name, tmp_path / "model")
    with runtime.serve(tmp_path) as native:
        told = requests.get(f"{native.url}/execution-parameters", timeout=5).json()
        assert (told["Engine"], told["EngineReason"]) == ("scikit-learn", "the archive has no model.onnx")
        assert post(native, samples.body(1)).content == post(server, samples.body(1)).content


def test_a_forest_of_numbers_is_answered_for_by_compiled_code(runtime: Runtime, tmp_path: Path) -> None:
    if isinstance(runtime, Processes):
        require_compiler()
    numbers = "".join(",".join(line.split(",")[:5]) + "\n" for line in samples.table(0).splitlines())
    runtimes.channel(tmp_path, "train", numbers)
    runtimes.hyperparameters(tmp_path, task="classification", n_estimators="10", seed="28")
    finished = runtime.run("train", tmp_path)
    assert finished.code == 0, finished.output
    body = "".join(",".join(row[:4]) + "\n" for row in samples.iris(1)[0])
    with runtime.serve(tmp_path) as server:
        told = requests.get(f"{server.url}/execution-parameters", timeout=5).json()
        assert told["Engine"] == "compiled", told
        answered = post(server, body).content
    (tmp_path / "model" / "forest.npz").unlink()
    with runtime.serve(tmp_path) as server:
        assert requests.get(f"{server.url}/execution-parameters", timeout=5).json()["Engine"] == "onnxruntime"
        assert post(server, body).content == answered


def test_sigterm_ends_the_server_cleanly(runtime: Runtime, trained: Path) -> None:
    with runtime.serve(trained) as started:
        assert started.stop() == 0


def test_training_failure_leaves_the_reason(runtime: Runtime, tmp_path: Path) -> None:
    runtimes.channel(tmp_path, "train", samples.table(0))
    runtimes.hyperparameters(tmp_path, task="classification", n_estimators="lots", trees="1")
    assert runtime.run("train", tmp_path).code != 0
    reason = (tmp_path / "output" / "failure").read_text()
    assert "n_estimators='lots' must be a whole number from 1" in reason
    assert "unknown hyperparameter 'trees'" in reason


@pytest.mark.parametrize("argument", ["", "predict", "train serve"])
def test_an_unknown_argument_is_refused_with_the_usage(runtime: Runtime, tmp_path: Path, argument: str) -> None:
    finished = runtime.run(argument, tmp_path)
    assert finished.code == 2
    assert "usage: sklearn_image train|serve|evaluate" in finished.output


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
    rows, kinds = samples.iris(1)
    assert metrics["rows"] == 75
    measured = metrics["multiclass_classification_metrics"]["accuracy"]
    assert measured["value"] == pytest.approx(reference().score(samples.matrix(rows), kinds))
    assert 0 <= measured["standard_deviation"] < 0.1


def test_evaluate_failure_is_a_message(runtime: Runtime, tmp_path: Path) -> None:
    assert runtime.run("evaluate", tmp_path).code == 1
    assert "no model.skops" in (tmp_path / "output" / "message").read_text()


def test_a_server_without_a_model_says_so_and_ends(runtime: Runtime, tmp_path: Path) -> None:
    finished = runtime.run("serve", tmp_path)
    assert finished.code == 1
    assert "cannot serve: no model.skops" in finished.output


def test_a_pickle_is_not_loaded(runtime: Runtime, trained: Path, tmp_path: Path) -> None:
    shutil.copytree(trained / "model", tmp_path / "model")
    (tmp_path / "model" / "model.onnx").unlink()
    (tmp_path / "model" / "model.skops").write_bytes(b"cos\nsystem\n(S'touch /tmp/x'\ntR.")
    finished = runtime.run("serve", tmp_path)
    assert finished.code == 1
    assert "cannot serve: model.skops is not a model" in finished.output
