"""The largest workload that the spec takes: as many candidates as there may be, tuned in all that can be tuned."""

import json
from pathlib import Path
from typing import Any

from spec.builtins import builtin
from spec.loader import load_workload
from spec.workload import Workload

SAMPLE = "crim,rm,medv\n0.02,6.5,24.0\n0.03,6.4,21.6\n"
NAME = "the-largest-workload"
TUNED = {name: one for name, one in builtin("xgboost").hyperparameters.items() if one.tunable}
RANGES = {
    name: {"integer": [1, 12]} if one.type == "integer" else {"continuous": [0.123456, 0.987654]}
    for name, one in TUNED.items()
}


def largest(folder: Path) -> Workload:
    """Written to `folder`; JSON is YAML, too."""
    (folder / "houses.csv").write_text(SAMPLE, encoding="utf-8")
    path = folder / "workload.yaml"
    path.write_text(json.dumps(_content()), encoding="utf-8")
    return load_workload(path)


def _content() -> dict[str, Any]:
    names = [f"candidate-no-{number:03d}" for number in range(10)]
    return {
        "name": NAME,
        "description": "x" * 256,
        "task": "regression",
        "data": {"sample": "houses.csv", "target": "medv"},
        "candidates": {name: _candidate() for name in names},
        "gate": {"metric": "rmse", "max": 6, "no_worse_than_live": {"tolerance": 0.5}},
        "registry": {"approval": "manual", "timeout": "12h", "keep": 90},
        "endpoint": {
            "instance": {"type": "ml.m5.large", "count": 2},
            "weights": dict.fromkeys(names, 0.1),
            "autoscaling": {"min": 1, "max": 4, "invocations_per_instance": 600},
            "data_capture": {"sampling_percent": 100},
            "guardrails": {"linear": {"step_percent": 50, "bake": "10m"}},
            "alarms": {"feedback": {"metric": "mae", "max": 2.5}},
        },
        "fan_out": {"prefix": True},
        "schedule": {"retrain": "cron(0 3 ? * SUN *)", "batch": {"when": "cron(0 6 * * ? *)", "input": "inbox/"}},
        "trigger": {"new_data": {"quiet": "5m"}},
    }


def _candidate() -> dict[str, Any]:
    return {
        "algorithm": {"builtin": "xgboost", "version": "1.7-1"},
        "instance": {"type": "ml.m5.xlarge", "count": 1, "volume_gb": 10, "max_runtime": "1h"},
        "spot": {"max_wait": "2h"},
        "hyperparameters": {"early_stopping_rounds": 10, "csv_weights": 0, "tree_method": "hist", "max_bin": 256},
        "tuning": {
            "objective": "validation:rmse",
            "direction": "Minimize",
            "max_jobs": 20,
            "max_parallel_jobs": 3,
            "ranges": RANGES,
        },
    }
