"""One table into data sets, and what became of them into one table."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from contract import program
from contract.paths import Paths
from toolkit.fan_out import collect, divide

from tests.containers.toolkit.jobs import REGRESSION, Job, plan

pytestmark = pytest.mark.unit

CONTAINERS = Path(__file__).parents[3] / "containers"
BY = {"fan_out": {"by": ["city"]}}


def houses(city: str, rows: int = 20, *, y: str = "") -> list[str]:
    return [f"{city},{row},{row % 7},{y or row * 2}" for row in range(rows)]


def table(*parts: list[str], header: str = "city,a,b,y") -> str:
    return "\n".join([header, *(line for part in parts for line in part)]) + "\n"


def divided(job: Job, data: str | dict[str, str], /, **changes: Any) -> int:
    job.put("plan", "plan.json", json.dumps(plan(**{**REGRESSION, **BY, **changes})))
    for name, content in (data if isinstance(data, dict) else {"data.csv": data}).items():
        job.put("data", name, content)
    paths = Paths(job.base)
    return program.job(lambda: divide.run(paths), paths.message)


def manifest(job: Job) -> list[dict[str, Any]]:
    lines = job.output("manifest", "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_each_key_becomes_a_prepared_folder_with_its_own_rows_and_without_the_key_column(job: Job) -> None:
    assert divided(job, table(houses("Ulm"), houses("Bad Aibling", 30))) == 0
    assert [entry["key"] for entry in manifest(job)] == [{"city": "Bad Aibling"}, {"city": "Ulm"}]
    for entry, rows in zip(manifest(job), (30, 20), strict=True):
        assert sum(entry["rows"].values()) == rows
        folder = job.output("data-sets", entry["id"])
        assert cells(folder / "prepared/train/train.csv")[0] == ["y", "a", "b"]
        assert json.loads((folder / "prepared/features.json").read_text())["columns"] == ["a", "b"]
        assert json.loads((folder / "plan.json").read_text())["fan_out"] == {"by": ["city"]}
        assert len(cells(folder / "prepared/test/features.csv")) == len(cells(folder / "prepared/test/labels.csv"))


def test_folders_have_names_that_are_readable_safe_and_unique(job: Job) -> None:
    cities = ["São Paulo/1", "Sao Paulo-1", "sao paulo 1", "東京", "..", "x" * 300]
    assert divided(job, table(*(houses(city) for city in cities))) == 0
    ids = [entry["id"] for entry in manifest(job)]
    assert len(set(ids)) == len(cities)
    assert all(len(one) <= 49 and set(one) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for one in ids)
    assert any(one.startswith("sao-paulo-1-") for one in ids)
    assert sorted(path.name for path in job.output("data-sets").iterdir()) == sorted(ids)


def test_data_set_that_cannot_be_used_stands_in_the_list_with_its_reason(job: Job) -> None:
    assert divided(job, table(houses("Ulm"), houses("Elm", 3), houses("Olm", y="many"))) == 0
    errors = {entry["key"]["city"]: entry["error"] for entry in manifest(job)}
    assert errors["Ulm"] == ""
    assert "3 row(s)" in errors["Elm"]
    assert "data.csv row" in errors["Olm"]
    assert "'many'" in errors["Olm"]
    assert len(list(job.output("data-sets").iterdir())) == 1


def test_each_file_is_a_data_set_where_the_prefix_says_so(job: Job) -> None:
    files = {"a/x.csv": table(houses("Ulm")), "b/x.csv": table(houses("Elm"), header="city,c,d,y"), "c.csv": "city\n"}
    assert divided(job, files, fan_out={"prefix": True}) == 0
    found = {entry["key"]["object"]: entry for entry in manifest(job)}
    assert list(found) == ["a/x.csv", "b/x.csv", "c.csv"]
    assert found["a/x.csv"]["error"] == found["b/x.csv"]["error"] == ""
    assert "no target column 'y'" in found["c.csv"]["error"]
    assert "c,d" in (job.output("data-sets", found["b/x.csv"]["id"], "prepared/train/train.csv").read_text())


@pytest.mark.parametrize(
    ("data", "changes", "told"),
    [
        (table(houses("Ulm")), {"fan_out": {"by": ["town"]}}, "no fan_out.by (town) column 'town'"),
        (table(houses("Ulm"), houses("")), {}, "column 'city' has missing values"),
        (table(), {}, "row"),
        (table(houses("Ulm", 3), houses("Elm", 2)), {}, "none of 2 data sets can be used; the first: "),
        (table(houses("Ulm")), {"fan_out": {}}, "fan_out needs by (key columns) or prefix: true"),
        (table(houses("Ulm")), {"fan_out": {"by": ["city"], "prefix": True}}, "one of them"),
        ("\n".join(["city,a,b,y", *(f"{row},1,2,3" for row in range(10_001))]), {}, "10001 different values"),
    ],
)
def test_table_that_cannot_be_divided_fails_the_job_with_its_reason(
    job: Job, data: str, changes: dict[str, Any], told: str
) -> None:
    assert divided(job, data, **changes) == 1
    assert told in job.message


def test_series_keep_the_column_that_they_are_divided_by(job: Job) -> None:
    rows = [
        f"{year} Q{quarter},{state},{region},{year + quarter}"
        for state, region in (("N", "a"), ("N", "b"), ("S", "c"))
        for year in range(2000, 2010)
        for quarter in range(1, 5)
    ]
    forecasting: dict[str, Any] = {
        "task": "forecasting",
        "horizon": 4,
        "data": {"uri": "", "target": "y", "key": ["region"], "time": "t", "frequency": "quarterly"},
        "gate": {"metric": "mase", "max": 2},
    }
    assert divided(job, table(rows, header="t,state,region,y"), **forecasting, fan_out={"by": ["state"]}) == 0
    north, south = manifest(job)
    assert (north["key"], south["key"]) == ({"state": "N"}, {"state": "S"})
    tested = cells(job.output("data-sets", north["id"], "prepared/test/features.csv"))
    assert [row[0] for row in tested] == ["a", "b"]


GATE = {"metric": "rmse", "max": 2.0}
CANDIDATES: dict[str, Any] = {"linear": {}, "forest": {}}


def child(name: str, status: str = "SUCCEEDED", **more: Any) -> dict[str, Any]:
    return {"Input": json.dumps({"data_set": {"id": name}}), "Status": status, **more}


def outcome(name: str, rmse: float | None, error: str = "") -> dict[str, Any]:
    metrics = {} if rmse is None else {"rmse": rmse, "mae": rmse / 2}
    return {"name": name, "metrics": metrics, "error": error, "artifact": f"s3://b/{name}.tar.gz" if metrics else ""}


def collected(job: Job, keys: list[dict[str, str]], children: dict[str, list[dict[str, Any]]], **changes: Any) -> Path:
    rows = {"train": 7, "validation": 2, "test": 1}
    lines = [{"id": f"d{place}", "key": key, "rows": rows, "error": ""} for place, key in enumerate(keys)]
    job.put("plan", "plan.json", json.dumps({"gate": GATE, "candidates": CANDIDATES, **changes}))
    job.put("manifest", "manifest.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    for name, content in children.items():
        job.put("results", f"run/{name}.json", json.dumps(content))
    job.put("results", "run/manifest.json", "{}")
    paths = Paths(job.base)
    assert program.job(lambda: collect.run(paths), paths.message) == 0, job.message
    return job.output("collected")


def test_table_has_a_row_for_every_data_set_and_candidate_whatever_became_of_it(job: Job) -> None:
    both = {"candidates": [outcome("linear", 3.0), outcome("forest", 1.5)]}
    one = {"candidates": [outcome("linear", 1.0), outcome("forest", None, "Train failed: no trees")]}
    folder = collected(
        job,
        [{"city": "Ulm"}, {"city": "Elm"}, {"city": "Olm"}, {"city": "Alm"}],
        {
            "SUCCEEDED_0": [child("d1", Output=json.dumps(one)), child("d0", Output=json.dumps(both))],
            "FAILED_0": [child("d2", "FAILED", Error="DataSetFailed", Cause="3 rows")],
        },
    )
    header, *lines = cells(folder / "results.csv")
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert header == [
        "city", "data_set", "candidate", "winner", "passed", "rmse", "mae", "rows_train", "rows_validation",
        "rows_test", "artifact", "error",
    ]  # fmt: skip
    assert [(row["city"], row["candidate"], row["rmse"], row["winner"], row["passed"]) for row in rows] == [
        ("Ulm", "linear", "3.0", "false", "false"),
        ("Ulm", "forest", "1.5", "true", "true"),
        ("Elm", "linear", "1.0", "true", "true"),
        ("Elm", "forest", "", "false", "false"),
        ("Olm", "linear", "", "false", "false"),
        ("Olm", "forest", "", "false", "false"),
        ("Alm", "linear", "", "false", "false"),
        ("Alm", "forest", "", "false", "false"),
    ]
    assert [row["error"] for row in rows[3:]] == [
        "Train failed: no trees", "3 rows", "3 rows", "it was not begun", "it was not begun",
    ]  # fmt: skip
    assert [json.loads(line)["metrics"] for line in (folder / "results.jsonl").read_text().splitlines()][1] == {
        "rmse": 1.5,
        "mae": 0.75,
    }
    assert json.loads((folder / "summary.json").read_text()) == {
        "data_sets": 4,
        "succeeded": 2,
        "failed": 2,
        "candidates": {
            "linear": {"evaluated": 2, "passed": 1, "won": 1, "median": {"rmse": 2.0, "mae": 1.0}},
            "forest": {"evaluated": 1, "passed": 1, "won": 1, "median": {"rmse": 1.5, "mae": 0.75}},
        },
        "reasons": {"3 rows": 2, "it was not begun": 2, "Train failed: no trees": 1},
    }


def test_winner_is_the_greatest_where_the_gate_asks_for_a_least(job: Job) -> None:
    said = {"candidates": [outcome("linear", 3.0), outcome("forest", 1.5)]}
    folder = collected(
        job,
        [{"city": "Ulm"}],
        {"SUCCEEDED_0": [child("d0", Output=json.dumps(said))]},
        gate={"metric": "rmse", "min": 2},
    )
    assert [row[3:5] for row in cells(folder / "results.csv")[1:]] == [["true", "true"], ["false", "false"]]


def test_key_column_with_the_name_of_another_column_is_told_apart(job: Job) -> None:
    said = {"candidates": [outcome("linear", 3.0)]}
    folder = collected(
        job,
        [{"error": "E1", "rmse": "R1"}],
        {"SUCCEEDED_0": [child("d0", Output=json.dumps(said))]},
        candidates={"linear": {}},
    )
    header, row = cells(folder / "results.csv")
    assert len(set(header)) == len(header)
    assert dict(zip(header, row, strict=True))["key_error"] == "E1"
    assert dict(zip(header, row, strict=True))["key_rmse"] == "R1"


def test_map_without_results_is_an_error(job: Job) -> None:
    job.put("plan", "plan.json", json.dumps({"gate": GATE, "candidates": CANDIDATES}))
    job.put("manifest", "manifest.jsonl", "")
    job.put("results", "run/manifest.json", "{}")
    paths = Paths(job.base)
    assert program.job(lambda: collect.run(paths), paths.message) == 1
    assert "no results to collect" in job.message


def test_evaluation_without_pictures_loads_nothing_that_draws_and_measures_the_same(job: Job) -> None:
    job.put("plan", "plan.json", json.dumps(plan(**REGRESSION)))
    features = {"target": {"name": "y", "type": "number"}, "decoders": {"linear": {"format": "csv", "output": "value"}}}
    job.put("features", "features.json", json.dumps(features))
    job.put("labels", "labels.csv", "1\n2\n3\n")
    job.put("scores", "features.csv.out", "1\n2\n5\n")
    own = f"{CONTAINERS}{os.pathsep}{CONTAINERS / 'toolkit'}"
    environment = {**os.environ, "SAGEMAKER_BASE_DIR": str(job.base), "CANDIDATE": "linear", "PICTURES": "none"}
    code = "import sys; from toolkit.__main__ import evaluate; evaluate(); sys.exit('matplotlib' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, env=environment | {"PYTHONPATH": own}, timeout=60)
    metrics = json.loads(job.output("evaluation", "metrics.json").read_text())
    assert metrics["regression_metrics"]["mse"]["value"] == pytest.approx(4 / 3)
    assert not list(job.output("evaluation").glob("*.png"))
