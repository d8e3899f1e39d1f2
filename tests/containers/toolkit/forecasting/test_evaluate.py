import csv
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from matplotlib import image

from tests.containers.toolkit.forecasting.samples import KEYS, PLAN, forecast, quarters, trips, value
from tests.containers.toolkit.jobs import Job

pytestmark = pytest.mark.unit

TEST = quarters(40)[36:]
ACTUAL = np.array([[value(number, period) for period in range(36, 40)] for number in range(3)])
OFF = np.array([1.0, 4.0, 12.0])[:, None] * np.array([1, -1, 1, -1])


def answers(**more: Any) -> list[str]:
    """Return forecasts that are off by 1, 4 and 12."""
    return [forecast(TEST, row.tolist(), **more) for row in ACTUAL - OFF]


@pytest.fixture
def judged(job: Job, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Prepare, then evaluate given answers as the candidate `ets`."""
    monkeypatch.setenv("CANDIDATE", "ets")

    def run(lines: list[str], data: str = trips(), /, *, drawn: bool = False, **changes: Any) -> int:
        assert job.prepare(data, **PLAN | changes) == 0
        for name in ("features.csv", "series.jsonl"):
            job.put("labels", name, job.output("prepared", "test", name).read_bytes())
        labels = job.output("prepared", "test", "labels.csv").read_text()
        return job.evaluate(job.features, labels, "\n".join(lines) + "\n", drawn=drawn, **PLAN | changes)

    return run


def metrics(job: Job) -> dict[str, Any]:
    return dict(json.loads(job.output("evaluation", "metrics.json").read_text()))


def values(job: Job) -> dict[str, float]:
    return {name: metric["value"] for name, metric in metrics(job)["forecasting_metrics"].items()}


def by_series(job: Job) -> list[dict[str, str]]:
    with job.output("evaluation", "accuracy.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scales() -> tuple[np.ndarray, np.ndarray]:
    past = np.array([[value(number, period) for period in range(36)] for number in range(3)])
    errors = past[:, 4:] - past[:, :-4]
    return np.abs(errors).mean(axis=1), (errors**2).mean(axis=1)


def test_metrics_are_those_of_their_definitions(job: Job, judged: Callable[..., int]) -> None:
    assert judged(answers()) == 0
    found, (absolute, squared) = values(job), scales()
    assert found["mae"] == pytest.approx((1 + 4 + 12) / 3)
    assert found["mse"] == pytest.approx((1 + 16 + 144) / 3)
    assert found["rmse"] == pytest.approx(found["mse"] ** 0.5)
    assert found["mape"] == pytest.approx(100 * np.abs(OFF / ACTUAL).mean())
    assert found["mase"] == pytest.approx((np.array([1, 4, 12]) / absolute).mean())
    assert found["rmsse"] == pytest.approx((np.array([1, 4, 12]) / np.sqrt(squared)).mean())
    assert found["coverage_80"] == found["coverage_95"] == pytest.approx(2 / 3)
    document = metrics(job)
    assert (document["rows"], document["series"], document["failed_series"]) == (12, 3, 0)
    assert all(metric["standard_deviation"] >= 0 for metric in document["forecasting_metrics"].values())


def test_the_seasonal_naive_forecast_has_a_mase_near_one(job: Job, judged: Callable[..., int]) -> None:
    naive = [[value(number, period) for period in range(32, 36)] for number in range(3)]
    assert judged([forecast(TEST, row) for row in naive]) == 0
    assert values(job)["mase"] == pytest.approx(1, abs=0.5)


def test_accuracy_of_each_series_is_a_table(job: Job, judged: Callable[..., int]) -> None:
    judged(answers())
    rows, (absolute, _) = by_series(job), scales()
    assert [(row["Region"], row["Purpose"], row["model"]) for row in rows] == [(*key, "ETS(A,N,A)") for key in KEYS]
    assert [float(row["mase"]) for row in rows] == pytest.approx((np.array([1, 4, 12]) / absolute).tolist())
    assert [float(row["coverage_80"]) for row in rows] == [1, 1, 0]
    assert [row["error"] for row in rows] == ["", "", ""]


def test_a_series_that_could_not_be_fitted_is_counted_and_spoils_no_other(job: Job, judged: Callable[..., int]) -> None:
    failed = json.dumps({"error": "too short: 3 values"})
    assert judged([*answers()[:2], failed]) == 0
    assert metrics(job)["failed_series"] == 1
    assert values(job)["mae"] == pytest.approx(2.5)
    assert by_series(job)[2]["error"] == "too short: 3 values"
    assert by_series(job)[2]["mase"] == ""


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (forecast(quarters(44)[37:41], [1.0] * 4), "no forecast for 2009 Q1, but from 2009 Q2 to 2010 Q1"),
        (forecast(TEST, [1.0] * 3), "not a usable forecast"),
        (forecast(TEST[:3], [1.0] * 3), "no forecast for 2009 Q4"),
        (json.dumps({"periods": TEST, "mean": [1, 2, None, 4]}), "not a usable forecast"),
        (json.dumps({"periods": TEST, "mean": [1, 2, float("nan"), 4]}), "no finite number"),
        (json.dumps({"periods": ["soon"] * 4, "mean": [1, 2, 3, 4]}), "not a usable forecast"),
        (json.dumps({"mean": [1, 2, 3, 4]}), "not a usable forecast: 'periods'"),
        (json.dumps({"periods": TEST, "mean": [1, 2, 3, 4], "intervals": {"80": {"lower": [1]}}}), "not a usable"),
    ],
)
def test_an_unusable_forecast_is_a_failed_series(job: Job, judged: Callable[..., int], line: str, reason: str) -> None:
    assert judged([*answers()[:2], line]) == 0
    assert reason in by_series(job)[2]["error"]


def test_forecasts_are_joined_by_period_however_it_is_written(job: Job, judged: Callable[..., int]) -> None:
    longer = ["2008-10-01", "2009-01-01", "2009-04-01", "2009-07-01", "2009-10-01", "2010-01-01"]
    lines = [forecast(longer, [0.0, *row.tolist(), 0.0]) for row in ACTUAL]
    assert judged(lines) == 0
    assert values(job)["mae"] == 0


def test_missing_actual_values_count_nowhere(job: Job, judged: Callable[..., int]) -> None:
    rows = [row for row in trips().splitlines() if not row.startswith("2009 Q2")]
    assert judged(answers(), "\n".join(rows)) == 0
    assert metrics(job)["rows"] == 9
    assert values(job)["mae"] == pytest.approx((1 + 4 + 12) / 3)


def test_zeros_do_not_spoil_the_percentage_and_constant_series_not_the_scaled_error(
    job: Job, judged: Callable[..., int]
) -> None:
    flat = [f"{quarter},Zone,South,Other,0" for quarter in quarters(40)]
    data = trips([*trips().splitlines()[1:], *flat])
    assert judged([*answers(), forecast(TEST, [1.0] * 4)], data) == 0
    found = values(job)
    assert found["mape"] == pytest.approx(100 * np.abs(OFF / ACTUAL).mean())
    assert found["mase"] == pytest.approx((np.array([1, 4, 12]) / scales()[0]).mean())
    assert by_series(job)[3]["mase"] == ""


def test_forecasts_without_intervals_have_no_coverage(job: Job, judged: Callable[..., int]) -> None:
    assert judged(answers(intervals={})) == 0
    assert not {"coverage_80", "coverage_95"} & values(job).keys()


def test_deviations_are_those_of_whole_series(job: Job, judged: Callable[..., int]) -> None:
    judged(answers())
    error = np.array([1.0, 4.0, 12.0])
    generator = np.random.default_rng(0)
    expected = np.std([error[generator.integers(0, 3, 3)].mean() for _ in range(4000)])
    found = metrics(job)["forecasting_metrics"]["mae"]["standard_deviation"]
    assert found == pytest.approx(expected, rel=0.15)


def test_one_series_has_deviations_over_its_periods(job: Job, judged: Callable[..., int]) -> None:
    rows = [f"{quarter},{value(0, place)}" for place, quarter in enumerate(quarters(40))]
    line = forecast(TEST, (ACTUAL[0] - np.array([1, 2, 3, 9])).tolist())
    data = PLAN["data"] | {"key": []}
    assert judged([line], "\n".join(["Quarter,Trips", *rows]), data=data) == 0
    assert metrics(job)["forecasting_metrics"]["mae"]["standard_deviation"] > 0.5
    assert by_series(job)[0]["mae"] == "3.75"


def test_best_median_and_worst_series_are_drawn_with_what_came(job: Job, judged: Callable[..., int]) -> None:
    judged(answers(), drawn=True)
    curves = json.loads(job.output("evaluation", "curves.json").read_text())
    assert [(one["rank"], tuple(one["key"])) for one in curves["series"]] == [
        ("best", KEYS[0]), ("median", KEYS[1]), ("worst", KEYS[2])
    ]  # fmt: skip
    assert curves["series"][0]["actual"] == ACTUAL[0].tolist()
    assert [step["ahead"] for step in curves["steps"]] == [1, 2, 3, 4]
    for name in ("forecast_fan", "error_by_step", "error_by_series"):
        pixels = image.imread(job.output("evaluation", f"{name}.png"))
        assert len(np.unique(pixels.reshape(-1, pixels.shape[2]), axis=0)) > 20
    page = job.output("evaluation", "report.html").read_text(encoding="utf-8")
    assert page.count("<img ") == 3
    assert "best: Bay, North / Business" in page


def test_odd_keys_are_drawn_and_escaped(job: Job, judged: Callable[..., int]) -> None:
    data = trips().replace("Cape", "<b>$x^2$</b> 日本")
    lines = [answers()[2], *answers()[:2]]
    assert judged(lines, data, drawn=True) == 0
    page = job.output("evaluation", "report.html").read_text(encoding="utf-8")
    assert "<b>" not in page
    assert "&lt;b&gt;$x^2$" in page


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (answers()[:2], "2 scores for 3 labels"),
        ([*answers()[:2], "oops"], "features.csv.out, line 3: not JSON: 'oops'"),
        ([*answers()[:2], '{"predictions": []}'], "features.csv.out, line 3: no forecast"),
        ([], "the transform answered nothing"),
        ([json.dumps({"error": "all are missing"})] * 3, "no series has a forecast; the first: Bay, North / Business"),
    ],
)
def test_answers_that_cannot_be_joined_fail(
    job: Job, judged: Callable[..., int], lines: list[str], reason: str
) -> None:
    assert judged(lines) == 1
    assert reason in job.message
    assert not job.output("evaluation", "metrics.json").exists()
