"""What a run with two candidates leaves in S3, made by the toolkit itself, and a tuning job's history."""

import json
import os
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from contract.paths import Paths
from toolkit import evaluate, prepare

from tests.trainyard.conftest import RUN, WORKLOAD, client, put
from tests.trainyard.recorded import START, Recording

KINDS = ["setosa", "versicolor", "<b>virginica</b>"]
DECODER = {"format": "csv", "output": "label-probabilities"}
PLAN: dict[str, Any] = {
    "workload": WORKLOAD, "task": "classification", "execution": RUN, "layout": "raw",
    "data": {"uri": "s3://data-bucket/iris-sklearn/data/", "target": "species"},
    "prepare": {"split": {"train": 0.6, "validation": 0.2, "test": 0.2}, "seed": 28},
    "candidates": {name: {"decoder": DECODER} for name in ("forest", "linear")},
    "gate": {"metric": "accuracy", "min": 0.8},
}  # fmt: skip
NOISE = {"forest": 0.4, "linear": 2.5}


def _data() -> str:
    lines = [f"{1 + row % 13},{'ab'[row % 2]},{KINDS[row % 3]}" for row in range(300)]
    return "\n".join(["petal_length,garden,species", *lines]) + "\n"


def _answers(labels: list[str], noise: float) -> str:
    scores = np.random.default_rng(5).random((len(labels), 3)) * noise
    scores += np.eye(3)[[sorted(KINDS).index(label) for label in labels]]
    scores /= scores.sum(axis=1, keepdims=True)
    return "".join(",".join([sorted(KINDS)[row.argmax()], *map(repr, row.tolist())]) + "\n" for row in scores)


def _place(base: Path, channel: str, name: str, content: bytes) -> None:
    path = base / "processing" / "input" / channel / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@cache
def files() -> dict[str, bytes]:
    """Everything below the run's prefix, by the rest of its key; made once."""
    found = {"plan.json": json.dumps(PLAN).encode()}
    with TemporaryDirectory() as folder:
        base = Path(folder)
        _place(base, "plan", "plan.json", found["plan.json"])
        _place(base, "data", "iris.csv", _data().encode())
        prepare.run(Paths(base))
        prepared = base / "processing" / "output" / "prepared"
        found |= {f"prepared/{path.relative_to(prepared)}": path.read_bytes() for path in prepared.rglob("*.*")}
        for name in NOISE:
            found |= _evaluated(base, name, found)
    return found


def _evaluated(base: Path, name: str, found: dict[str, bytes]) -> dict[str, bytes]:
    labels = found["prepared/test/labels.csv"]
    _place(base, "features", "features.json", found["prepared/features.json"])
    _place(base, "labels", "labels.csv", labels)
    _place(base, "scores", "features.csv.out", _answers(labels.decode().split(), NOISE[name]).encode())
    before = os.environ.get("CANDIDATE")
    os.environ["CANDIDATE"] = name
    try:
        evaluate.run(Paths(base))
    finally:
        os.environ.pop("CANDIDATE") if before is None else os.environ.update(CANDIDATE=before)
    folder = base / "processing" / "output" / "evaluation"
    return {f"candidates/{name}/evaluation/{path.name}": path.read_bytes() for path in folder.iterdir()}


def store(leave_out: str = "nothing") -> None:
    """Put the files where the run would have; those that begin with `leave_out` not."""
    for key, content in files().items():
        if not key.startswith(leave_out):
            client("s3").put_object(Bucket="data-bucket", Key=f"{WORKLOAD}/runs/{RUN}/{key}", Body=content)


def store_metrics(candidate: str, metrics: dict[str, Any]) -> None:
    """Put other metrics in the place of a candidate's."""
    put(f"{WORKLOAD}/runs/{RUN}/candidates/{candidate}/evaluation/metrics.json", metrics)


def tuned_run() -> Recording:
    """A run whose candidate `forest` was tuned."""
    run = Recording()
    now = run.add("ExecutionStarted", 0, 0, input="{}", roleArn="arn:aws:iam::1:role/run")
    top = run.add("MapStateStarted", run.entered("Candidates", now, 60, "Map"), 60, length=1)
    one = run.add("MapIterationStarted", top, 60, name="Candidates", index=0)
    one = run.job("Tune", one, 60, 600, "HyperParameterTuningJobName", "dev-iris-tuning", given={"candidate": "forest"})
    last = run.add("MapIterationSucceeded", one, 700, name="Candidates", index=0)
    now = run.exited("Candidates", run.add("MapStateSucceeded", last, 700), 700, "Map")
    run.add("ExecutionSucceeded", now, 701, output="{}")
    return run


@dataclass
class Tuner:
    """SageMaker as far as a tuning job's history goes."""

    objectives: list[float | None] = field(default_factory=lambda: [6.0, 4.5, None, 5.2, 4.1])
    direction: str = "Minimize"

    def describe_hyper_parameter_tuning_job(self, HyperParameterTuningJobName: str) -> dict[str, Any]:
        goal = {"Type": self.direction, "MetricName": "validation:rmse"}
        return {
            "HyperParameterTuningJobName": HyperParameterTuningJobName,
            "HyperParameterTuningJobStatus": "Completed",
            "CreationTime": START,
            "HyperParameterTuningJobConfig": {"Strategy": "Bayesian", "HyperParameterTuningJobObjective": goal},
        }

    def get_paginator(self, name: str) -> "Tuner":
        assert name == "list_training_jobs_for_hyper_parameter_tuning_job"
        return self

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        jobs = [self._job(place, value) for place, value in enumerate(self.objectives)]
        return [{"TrainingJobSummaries": jobs[:2]}, {"TrainingJobSummaries": jobs[2:]}]

    def _job(self, place: int, value: float | None) -> dict[str, Any]:
        metric = {"FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "validation:rmse", "Value": value}}
        return {
            "TrainingJobName": f"dev-iris-tuning-{place:03}",
            "TrainingJobStatus": "Failed" if value is None else "Completed",
            "TrainingEndTime": START + timedelta(minutes=2 + place),
            "TunedHyperParameters": {"eta": f"0.{place + 1}2345678", "booster": '"gbtree"'},
            **({} if value is None else metric),
        }
