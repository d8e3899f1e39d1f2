"""trips through the whole deployed path: what the API forecasts is what the same model forecasts, fitted directly.

Where fable is not installed, the image's models are replaced by a seasonal naive one (see `deployment.py`): all of the
path but fable itself is tried everywhere.
"""

import csv
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.containers import rscripts
from tests.journey.deployment import Deployment
from tests.journey.trained import Trained

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]

CLOSE: dict[str, Any] = {"rel": 1e-6, "abs": 1e-6}
DIRECT = Path(__file__).parents[1] / "containers/r_fable/direct.R"
SEASON = 4
Key = tuple[str, ...]


@pytest.fixture(scope="module")
def trips(on_processes: Deployment) -> Trained:
    on_processes.push("trips")
    # fable is judged as the workload says; the naive model only has to come through.
    naive = {} if rscripts.has_packages(*rscripts.FABLE) else {"gate": {"metric": "mase", "max": 5}}
    outcome = on_processes.finish(on_processes.start("trips", **naive), timeout=900)
    assert outcome["status"] == "SUCCEEDED", outcome.get("cause")
    return Trained(on_processes, "trips")


def asked(trips: Trained, variant: str) -> dict[Key, Any]:
    """The API's answer for each series of the test set."""
    keys = [tuple(row[:-1]) for row in trips.prepared("test/features.csv")]
    return dict(zip(keys, trips.predictions(variant), strict=True))


def histories(trips: Trained) -> dict[Key, list[tuple[str, str]]]:
    """Quarter and value of each series, as they were trained on."""
    found = defaultdict(list)
    for part in ("train", "validation"):
        for value, quarter, *key in trips.prepared(f"{part}/{part}.csv")[1:]:
            found[tuple(key)].append((quarter, value))
    return {key: sorted(rows) for key, rows in found.items()}


def whole(rows: list[tuple[str, str]]) -> bool:
    """Neither with gaps nor constant nor short: what every model of the field has an answer for."""
    values = [value for _, value in rows]
    return "" not in values and len(set(values)) > 1 and len(values) > 4 * SEASON


def test_each_series_gets_the_periods_after_its_history_with_intervals_around_the_mean(trips: Trained) -> None:
    horizon = {tuple(row[:-1]): int(row[-1]) for row in trips.prepared("test/features.csv")}
    last = max(quarter for rows in histories(trips).values() for quarter, _ in rows)
    for variant in ("ets", "arima"):
        forecasts = {key: answer for key, answer in asked(trips, variant).items() if "error" not in answer}
        assert len(forecasts) >= 46
        for key, answer in forecasts.items():
            assert len(answer["mean"]) == len(answer["periods"]) == horizon[key]
            assert answer["periods"][0] > last
            narrow, wide = answer["intervals"]["80"], answer["intervals"]["95"]
            bounds = (wide["lower"], narrow["lower"], narrow["upper"], wide["upper"])
            for low, inner, high, outer in zip(*bounds, strict=True):
                assert low <= inner <= high <= outer


def test_series_that_is_too_short_says_so_and_the_others_are_forecast(trips: Trained) -> None:
    reasons = {key: answer["error"] for key, answer in asked(trips, "ets").items() if "error" in answer}
    assert set(reasons) == {("Inverness Ranges", "Other")}
    assert "too short" in reasons["Inverness Ranges", "Other"]


@pytest.mark.parametrize(
    ("instance", "field"),
    [
        ({"Region": "Atlantis", "Purpose": "Holiday", "horizon": 4}, "Region"),
        ({"Region": "Gull Islands", "horizon": 4}, "Purpose"),
        ({"Region": "Gull Islands", "Purpose": "Holiday", "horizon": 0.5}, "horizon"),
    ],
)
def test_series_that_nobody_knows_is_refused_by_field(trips: Trained, instance: dict[str, Any], field: str) -> None:
    answer = trips.deployment.predict("trips", [instance])
    assert answer.status == 400
    assert [error["field"] for error in answer.body["errors"]] == [field]


@pytest.mark.timeout(1800)
def test_api_forecasts_what_fable_does_when_it_is_called_directly(trips: Trained, tmp_path: Path) -> None:
    rscripts.require_packages(*rscripts.FABLE, "urca", "dplyr")
    known = {key: rows for key, rows in histories(trips).items() if whole(rows)}
    assert len(known) >= 40
    table = tmp_path / "known.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        lines = [(value, quarter, *key) for key, rows in known.items() for quarter, value in rows]
        csv.writer(file).writerows([("Trips", "Quarter", "Region", "Purpose"), *lines])
    finished = rscripts.rscript(DIRECT, table, "Trips", "Quarter", "Region,Purpose", "8", seconds=1500)
    assert finished.returncode == 0, finished.stderr
    direct: dict[tuple[Key, str], list[list[float]]] = defaultdict(list)
    for line in finished.stdout.splitlines():
        region, purpose, model, _, *numbers = line.split("\t")
        direct[(region, purpose), model.lower()].append([float(number) for number in numbers])
    for variant in ("ets", "arima"):
        answers = asked(trips, variant)
        for key in known:
            found = answers[key]
            levels = [found["intervals"][level][side] for level in ("80", "95") for side in ("lower", "upper")]
            rows = [list(row) for row in zip(found["mean"], *levels, strict=True)]
            assert rows == [pytest.approx(row, **CLOSE) for row in direct[key, variant][: len(rows)]], (key, variant)


def test_api_repeats_the_last_season_where_the_model_is_the_naive_one(trips: Trained) -> None:
    if rscripts.has_packages(*rscripts.FABLE):
        pytest.skip("fable is installed here: its own forecasts are compared")
    known = {key: rows for key, rows in histories(trips).items() if whole(rows)}
    assert len(known) >= 40
    answers = asked(trips, "arima")
    for key, rows in known.items():
        season = [float(value) for _, value in rows[-SEASON:]]
        mean = answers[key]["mean"]
        assert mean == pytest.approx([season[step % SEASON] for step in range(len(mean))], **CLOSE), key
