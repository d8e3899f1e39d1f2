"""Training: the model that plain XGBoost trains, the metric lines that AWS prints, the reasons that it gives."""

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xgboost
from xgboost_image import __main__ as program
from xgboost_image.problems import AlgorithmError, UserError

from local.runtime.catalog import ROOT
from tests.local.images.xgboost_jobs import IRIS, Job, csv, iris, iris_job

pytestmark = pytest.mark.unit

# What AWS documents for the built-in's metrics, `validation:NAME`.
REGEX = r".*\[[0-9]+\].*#011validation-%s:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*"


def values(output: str, metric: str) -> list[float]:
    return [float(found) for found in re.findall(REGEX % re.escape(metric), output)]


def test_the_model_is_the_one_that_plain_xgboost_trains(tmp_path: Path) -> None:
    features, labels = iris()
    booster = iris_job(tmp_path).run(eta=0.2, max_depth=3, subsample=0.8, seed=3, **IRIS)
    plain = xgboost.train(
        {"objective": "multi:softprob", "num_class": 3, "eta": 0.2, "max_depth": 3, "subsample": 0.8, "seed": 3},
        xgboost.DMatrix(features[:100], labels[:100]),
        5,
    )
    asked = xgboost.DMatrix(features[100:])
    np.testing.assert_allclose(booster.predict(asked), plain.predict(asked), atol=1e-6)


def test_metric_lines_are_what_the_documented_regex_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    iris_job(tmp_path).run(eval_metric="mlogloss,accuracy", _tuning_objective_metric="validation:merror", **IRIS)
    output = capsys.readouterr().out
    lines = [line for line in output.splitlines() if line.startswith("[")]
    assert [line.split("#011")[0] for line in lines] == [f"[{number}]" for number in range(5)]
    names = [cell.rpartition(":")[0] for cell in lines[0].split("#011")[1:]]
    wanted = ["mlogloss", "merror", "accuracy"]
    assert names == [f"{channel}-{name}" for channel in ("train", "validation") for name in wanted]
    assert len(values(output, "mlogloss")) == 5
    assert values(output, "accuracy")[-1] == pytest.approx(1 - values(output, "merror")[-1])


def test_without_validation_only_the_training_metric_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = Job(tmp_path)
    job.put("train", "train.csv", b"1,2\n2,3\n3,5\n")
    job.run(num_round=1)
    assert re.search(r"^\[0\]#011train-rmse:[0-9.]+$", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("accuracy", 0.75),
        ("balanced_accuracy", 0.75),
        ("precision", 2 / 3),
        ("recall", 1.0),
        ("f1_binary", 0.8),
        ("f1_macro", (0.8 + 2 / 3) / 2),
    ],
)
def test_metrics_that_xgboost_has_not_are_of_classes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], metric: str, expected: float
) -> None:
    job = Job(tmp_path)
    job.put("train", "train.csv", b"0,0\n0,0\n1,1\n1,1\n" * 20)
    job.put("validation", "validation.csv", b"0,0\n0,1\n1,1\n1,1\n")
    job.run(objective="binary:logistic", eval_metric=metric)
    assert values(capsys.readouterr().out, metric)[-1] == pytest.approx(expected, abs=1e-5)


def test_mse_and_r2_are_of_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    job = Job(tmp_path)
    rows = b"".join(f"{number % 7},{number % 7}\n".encode() for number in range(70))
    job.put("train", "train.csv", rows)
    job.put("validation", "validation.csv", rows)
    job.run(num_round=20, eval_metric="mse,r2,rmse")
    output = capsys.readouterr().out
    assert values(output, "r2")[-1] > 0.99
    assert values(output, "mse")[0] == pytest.approx(values(output, "rmse")[0] ** 2, rel=1e-3)


def test_weights_decide(tmp_path: Path) -> None:
    job = Job(tmp_path)
    job.put("train", "train.csv", b"0,1,5\n10,3,5\n")
    booster = job.run(num_round=50, csv_weights=1, min_child_weight=0)
    assert booster.predict(xgboost.DMatrix([[5.0]]))[0] == pytest.approx(7.5, abs=0.1)


def test_weights_of_libsvm_decide_the_same(tmp_path: Path) -> None:
    job = Job(tmp_path, content_type=None)
    job.put("train", "rows", b"0:1 0:5\n10:3 0:5\n")
    booster = job.run(num_round=50, min_child_weight=0)
    assert booster.predict(xgboost.DMatrix([[5.0]]))[0] == pytest.approx(7.5, abs=0.1)


def noisy_job(base: Path) -> Job:
    """Labels that no feature tells: the validation metric soon gets worse."""
    random = np.random.default_rng(1)
    job = Job(base)
    for name in ("train", "validation"):
        job.put(name, f"{name}.csv", csv(random.normal(size=200), random.normal(size=(200, 3))))
    return job


def test_early_stopping_keeps_the_best_rounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    booster = noisy_job(tmp_path).run(num_round=200, eval_metric="rmse", early_stopping_rounds=3)
    seen = values(capsys.readouterr().out, "rmse")
    assert len(seen) < 200
    assert booster.num_boosted_rounds() == int(np.argmin(seen)) + 1 == len(seen) - 3


def test_early_stopping_without_a_metric_or_validation_has_no_effect(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert noisy_job(tmp_path).run(num_round=30, early_stopping_rounds=1).num_boosted_rounds() == 30
    assert "early_stopping_rounds has no effect" in caplog.text


def test_a_restarted_job_goes_on_from_its_last_checkpoint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = iris_job(tmp_path / "first")
    first.configure("checkpointconfig", {"LocalPath": "/opt/ml/checkpoints", "S3Uri": "s3://b/c"})
    first.run(num_round=8, **IRIS)
    kept = tmp_path / "first" / "checkpoints"
    assert sorted(file.name for file in kept.iterdir()) == [f"xgboost-checkpoint.{number}" for number in range(3, 8)]
    second = iris_job(tmp_path / "second")
    second.configure("checkpointconfig", {"LocalPath": "/opt/ml/checkpoints"})
    kept.rename(tmp_path / "second" / "checkpoints")
    capsys.readouterr()
    assert second.run(num_round=10, **IRIS).num_boosted_rounds() == 10
    assert len(values(capsys.readouterr().out, "mlogloss")) == 2


def test_constraints_and_boosters_reach_xgboost(tmp_path: Path) -> None:
    features, labels = iris()
    more = {"booster": "dart", "rate_drop": 0.1, "tree_method": "hist", "interaction_constraints": "[[0, 1], [2, 3]]"}
    booster = iris_job(tmp_path).run(monotone_constraints="(1, 0, -1, 0)", **more)
    config = json.loads(booster.save_config())["learner"]["gradient_booster"]
    assert config["name"] == "dart"
    assert booster.predict(xgboost.DMatrix(features)).shape == labels.shape


@pytest.mark.parametrize(
    ("train", "hyperparameters", "reason"),
    [
        (b"3,1\n1,2\n", {"objective": "binary:logistic"}, r"label must be in \[0,1\]"),
        (b"5,1\n1,2\n", IRIS, r"label must be in \[0, num_class\)"),
        (b"-1,1\n1,2\n", {"objective": "count:poisson"}, "nonnegative"),
        (b"1,inf\n1,2\n", {}, "inf"),
        (b"1,2\n0,1\n", {"objective": "binary:logistic", "base_score": "5"}, r"base_score must be in \(0,1\)"),
    ],
)
def test_what_xgboost_says_of_the_data_is_the_users_problem(
    tmp_path: Path, train: bytes, hyperparameters: dict[str, str], reason: str
) -> None:
    job = Job(tmp_path)
    job.put("train", "train.csv", train)
    with pytest.raises(UserError, match=reason) as caught:
        job.run(**hyperparameters)
    assert "Stack trace" not in str(caught.value)


def test_other_complaints_of_xgboost_are_the_algorithms(tmp_path: Path) -> None:
    with pytest.raises(AlgorithmError, match="Unknown tree updater distcol"):
        iris_job(tmp_path).run(updater="distcol")


def test_channels_are_checked(tmp_path: Path) -> None:
    job = Job(tmp_path)
    with pytest.raises(UserError, match="Missing required channel: train"):
        job.run()
    job.put("train", "train.csv", b"")
    with pytest.raises(UserError, match="No data in training channel path"):
        job.run()
    job.put("test", "test.csv", b"1,2\n")
    with pytest.raises(UserError, match="Extraneous channel found: test"):
        job.run()


def test_several_instances_are_refused(tmp_path: Path) -> None:
    job = iris_job(tmp_path)
    job.configure("resourceconfig", {"current_host": "algo-1", "hosts": ["algo-1", "algo-2"]})
    with pytest.raises(UserError, match="2 instances"):
        job.run(**IRIS)


def test_a_failure_leaves_its_reason_and_exit_code_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(tmp_path)
    job.configure("hyperparameters", {"eta": "0.1"})
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    assert program.main(["train"]) == 1
    assert (tmp_path / "output" / "failure").read_text() == (
        "framework error: \n"
        "sagemaker_algorithm_toolkit.exceptions.UserError: Missing required hyperparameter: num_round"
    )


@pytest.mark.parametrize(("metric", "loaded"), [("mlogloss", False), ("accuracy", True)])
def test_a_job_starts_without_what_it_does_not_need(tmp_path: Path, metric: str, loaded: bool) -> None:
    job = iris_job(tmp_path)
    job.run(num_round=1, eval_metric=metric, **IRIS)
    done, loaded_there = run_alone(job)
    assert f"#011validation-{metric}:" in done
    assert loaded_there == f"{loaded} {loaded}"


def run_alone(job: Job) -> tuple[str, str]:
    """Train in a process of its own; return what it printed, and whether pandas and scikit-learn were loaded."""
    tell = "import sys; from xgboost_image import __main__ as m; code = m.main(['train'])"
    tell += "; print(*(name in sys.modules for name in ('pandas', 'sklearn'))); sys.exit(code)"
    path = os.pathsep.join(str(ROOT / "local" / "images" / name) for name in ("xgboost", "framework", "recordio"))
    environment = {**os.environ, "PYTHONPATH": path, "SAGEMAKER_BASE_DIR": str(job.paths.base)}
    done = subprocess.run([sys.executable, "-c", tell], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, done.stdout.splitlines()[-1]


def test_parquet_is_read_without_pandas_too(tmp_path: Path) -> None:
    job = Job(tmp_path, "application/x-parquet")
    buffer = io.BytesIO()
    pq.write_table(pa.table({"label": [1.0, 0.0, 1.0], "a": [1, 2, 3]}), buffer)
    job.put("train", "rows.parquet", buffer.getvalue())
    job.run(num_round=1)
    assert "[0]#011train-rmse:" in run_alone(job)[0]


def test_other_words_than_train_and_serve_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert program.main([]) == 2
    assert "usage: train|serve" in capsys.readouterr().err
