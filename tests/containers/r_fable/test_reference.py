"""The image's forecasts are those of fable called directly on the same data."""

import csv
import io
import json
import os
from pathlib import Path

import pytest

from tests.containers import rscripts, runtimes
from tests.containers.r_fable import samples
from tests.containers.runtimes import Processes

pytestmark = pytest.mark.local
REAL = Path(os.environ.get("TRAINYARD_TOURISM", Path(__file__).parents[4] / "shared" / "data" / "tourism.csv"))
MEASURES = ("mean", "lower_80", "upper_80", "lower_95", "upper_95")


def served(model: Path) -> dict[tuple[str, ...], list[float]]:
    """Return the numbers of every series, model and period."""
    series = json.loads((model / "model.json").read_text(encoding="utf-8"))["series"]
    with (model / "forecasts.csv").open(encoding="utf-8", newline="") as file:
        return {
            (*place["key"], place["model"].partition("(")[0], row["period"]): [float(row[name]) for name in MEASURES]
            for row in csv.DictReader(file)
            for place in [series[int(row["series"]) - 1]]
        }


def direct(table: Path, key: str, steps: int, seconds: int) -> dict[tuple[str, ...], list[float]]:
    """Return what fable says when its users call it."""
    script = Path(__file__).parent / "direct.R"
    finished = rscripts.rscript(script, table, "Trips", "Quarter", key, str(steps), seconds=seconds)
    assert finished.returncode == 0, finished.stderr
    width = key.count(",") + 1
    rows = [line.split("\t") for line in finished.stdout.splitlines()]
    return {tuple(row[: width + 2]): [float(cell) for cell in row[width + 2 :]] for row in rows}


def compare(found: dict[tuple[str, ...], list[float]], expected: dict[tuple[str, ...], list[float]]) -> None:
    assert len(found) == len(expected) / 2  # one model of two
    for place, values in found.items():
        assert values == pytest.approx(expected[place], rel=1e-6, abs=1e-6), place


def test_forecasts_are_those_of_fable_called_directly(runtime: Processes, tmp_path: Path) -> None:
    rscripts.require_packages(*rscripts.FABLE, "urca", "dplyr")
    base = samples.place(tmp_path)
    finished = runtime.run("train", base)
    assert finished.code == 0, finished.output
    # fable has no answer for a constant series and one of three values that would be worth to compare.
    table = [line for line in samples.table(0, samples.END).splitlines() if not line.endswith(",Business")]
    (tmp_path / "all.csv").write_text("\n".join(table) + "\n", encoding="utf-8")
    found = {place: values for place, values in served(base / "model").items() if place[1] != "Business"}
    compare(found, direct(tmp_path / "all.csv", "Region,Purpose", 8, 120))


@pytest.mark.timeout(3600)
def test_real_series_are_forecast_as_fable_does(runtime: Processes, tmp_path: Path) -> None:
    """Australian domestic tourism as it is: a few regions, or with TRAINYARD_TOURISM=file all 304 series."""
    rscripts.require_packages(*rscripts.FABLE, "urca", "dplyr")
    if not REAL.is_file():
        pytest.skip(f"no {REAL}: TRAINYARD_TOURISM may name the table")
    every = "TRAINYARD_TOURISM" in os.environ
    with REAL.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Quarter"] < "2016"]
    rows = [row for row in rows if every or row["Region"] in ("Adelaide", "Snowy Mountains")]
    names = ("Trips", "Quarter", "Region", "State", "Purpose")
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *([row[name] for name in names] for row in rows)])
    runtimes.channel(tmp_path, "train", text.getvalue())
    runtimes.hyperparameters(tmp_path, **{**samples.SETTINGS, "key": "Region,State,Purpose", "horizon": "8"})
    finished = runtime.run("train", tmp_path, seconds=3000)
    assert finished.code == 0, finished.output
    assert f"{304 if every else 8} series, 0 of them without a forecast" in finished.output
    expected = direct(tmp_path / "input" / "data" / "train" / "train.csv", "Region,State,Purpose", 16, 3000)
    compare(served(tmp_path / "model"), expected)
