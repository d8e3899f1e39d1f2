import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from tests.containers.toolkit.forecasting.samples import KEYS, PLAN, lines, quarters, trips, value
from tests.containers.toolkit.jobs import Job

pytestmark = pytest.mark.unit


def series(job: Job) -> list[dict[str, Any]]:
    return [json.loads(line) for line in job.output("prepared", "test", "series.jsonl").read_text().splitlines()]


def test_the_last_periods_are_the_test_and_those_before_are_validation(job: Job) -> None:
    assert job.prepare(trips(), **PLAN) == 0
    train, validation = job.table("train", "train.csv"), job.table("validation", "validation.csv")
    assert train[0] == validation[0] == ["Trips", "Quarter", "Region", "Purpose"]
    assert sorted({row[1] for row in train[1:]}) == quarters(40)[:32]
    assert sorted({row[1] for row in validation[1:]}) == quarters(40)[32:36]
    assert train[1] == [str(value(0, 0)), "2000 Q1", "Bay, North", "Business"]
    assert job.table("test", "features.csv") == [[*key, "4"] for key in KEYS]
    labels = [[str(value(number, period)) for period in range(36, 40)] for number in range(3)]
    assert job.table("test", "labels.csv") == labels


def test_a_small_share_makes_a_test_shorter_than_the_horizon(job: Job) -> None:
    split = {"train": 0.9, "validation": 0.05, "test": 0.05}
    assert job.prepare(trips(), **PLAN | {"horizon": 8, "prepare": {"split": split, "seed": 1}}) == 0
    assert {row[-1] for row in job.table("test", "features.csv")} == {"2"}
    assert {len(row) for row in job.table("test", "labels.csv")} == {2}


def test_features_say_what_a_caller_may_ask(job: Job) -> None:
    job.prepare(trips(), **PLAN)
    features = job.features
    assert features["features"] == [
        {"name": "Region", "type": "category", "categories": ["Bay, North", "Cape"]},
        {"name": "Purpose", "type": "category", "categories": ["Business", "Holiday"]},
        {"name": "horizon", "type": "integer", "min": 1, "max": 8},
    ]
    assert features["columns"] == ["Region", "Purpose", "horizon"]
    assert (features["time"], features["frequency"]) == ("Quarter", "quarterly")
    assert features["target"] == {"name": "Trips", "type": "number"}
    assert features["example"] == {"Region": "Bay, North", "Purpose": "Business", "horizon": 4}
    assert features["example_line"] == '"Bay, North",Business,4'
    assert features["rows"] == {"train": 96, "validation": 12, "test": 12}


def test_the_hash_tells_keys_and_frequency_apart_but_not_fresh_periods(tmp_path: Path) -> None:
    def schema_hash(name: str, rows: list[str], **changes: Any) -> str:
        job = Job(tmp_path / name)
        assert job.prepare(trips(rows), **PLAN | changes) == 0
        return str(job.features["schema_hash"])

    first = schema_hash("a", lines())
    assert schema_hash("b", lines(44)) == first
    assert schema_hash("c", [row.replace("Cape", "Cove") for row in lines()]) != first
    yearly = [row.replace(" Q1", "") for row in lines(160) if " Q1" in row]
    assert schema_hash("d", yearly, data=PLAN["data"] | {"frequency": "yearly"}) != first


def test_gaps_and_missing_values_become_empty_cells(job: Job) -> None:
    rows = lines()
    rows[3] = rows[3].rsplit(",", 1)[0] + ",NA"
    del rows[81:83], rows[5]
    assert job.prepare(trips(rows), **PLAN) == 0
    train = {tuple(row[1:]): row[0] for row in job.table("train", "train.csv")[1:]}
    assert len(train) == 96
    empty = [key for key, cell in train.items() if not cell]
    first = [(quarters(40)[place], *KEYS[0]) for place in (3, 5)]
    assert empty == first + [(quarters(40)[place], *KEYS[2]) for place in (1, 2)]


def test_every_series_runs_up_to_the_test_so_that_all_forecasts_begin_together(job: Job) -> None:
    rows = [row for row in lines() if not ("Cape" in row and row[:4] == "2008")]
    assert job.prepare(trips(rows), **PLAN) == 0
    last = [row for row in job.table("validation", "validation.csv") if row[2] == "Cape"]
    assert [(row[0], row[1]) for row in last] == [("", quarter) for quarter in quarters(40)[32:36]]
    assert len(job.table("test", "labels.csv")) == 3


def test_series_that_begin_or_end_elsewhere_are_not_in_the_test(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    new = [f"{quarter},Delta,South,Holiday,1" for quarter in quarters(40)[37:]]
    gone = [f"{quarter},Estuary,South,Holiday,{place}" for place, quarter in enumerate(quarters(20))]
    assert job.prepare(trips([*lines(), *new, *gone]), **PLAN) == 0
    assert job.table("test", "features.csv") == [[*key, "4"] for key in KEYS]
    known = {row[2] for row in job.table("train", "train.csv")[1:]}
    assert known == {"Bay, North", "Cape", "Estuary"}
    assert "left out Delta / Holiday" in caplog.text
    assert "not in the test Estuary / Holiday" in caplog.text


def test_a_missing_value_in_the_test_is_an_empty_label(job: Job) -> None:
    rows = [row for row in lines() if not row.startswith("2009 Q2")]
    assert job.prepare(trips(rows), **PLAN) == 0
    assert [row[1] for row in job.table("test", "labels.csv")] == ["", "", ""]


def test_scale_is_the_error_of_the_seasonal_naive_on_all_that_trains(job: Job) -> None:
    job.prepare(trips(), **PLAN)
    for number, one in enumerate(series(job)):
        past = np.array([value(number, period) for period in range(36)])
        errors = past[4:] - past[:-4]
        expected = {"lag": 4, "mae": np.abs(errors).mean(), "mse": (errors**2).mean()}
        assert one["scale"] == pytest.approx(expected)
        assert one["key"] == list(KEYS[number])
        assert one["periods"] == quarters(40)[36:]
        assert one["history"]["values"] == past[-16:].tolist()


def test_a_short_series_is_scaled_by_its_last_period_and_a_single_value_by_nothing(job: Job) -> None:
    short = [f"{quarter},Delta,South,Holiday,{2 * place}" for place, quarter in enumerate(quarters(40)[33:])]
    single = [f"{quarter},Estuary,South,Holiday,5" for quarter in quarters(40)[35:]]
    assert job.prepare(trips([*lines(), *short, *single]), **PLAN) == 0
    assert [one["scale"] for one in series(job)[3:]] == [{"lag": 1, "mae": 2.0, "mse": 4.0}, None]


def test_without_keys_there_is_one_series(job: Job) -> None:
    rows = [f"{quarter},{place % 7}" for place, quarter in enumerate(quarters(40))]
    data = PLAN["data"] | {"key": []}
    assert job.prepare("\n".join(["Quarter,Trips", *rows]), **PLAN | {"data": data}) == 0
    assert job.table("test", "features.csv") == [["4"]]
    assert job.features["columns"] == ["horizon"]


def test_dates_and_files_in_any_order_give_the_same_series(job: Job, tmp_path: Path) -> None:
    months = {"Q1": "01-01", "Q2": "04-01", "Q3": "07-01", "Q4": "10-01"}
    dated = [f"{row[:4]}-{months[row[5:7]]}{row[7:]}" for row in reversed(lines())]
    halves = {"a.csv": trips(dated[:50]), "b.csv": trips(dated[50:])}
    assert job.prepare({**halves}, **PLAN) == 0
    plain = Job(tmp_path / "plain")
    plain.prepare(trips(), **PLAN)
    for parts in (("train", "train.csv"), ("validation", "validation.csv"), ("test", "labels.csv")):
        assert job.table(*parts) == plain.table(*parts)


@pytest.mark.parametrize("kind", ["date32", "timestamp"])
def test_parquet_gives_what_csv_gives(job: Job, tmp_path: Path, kind: str) -> None:
    rows = list(csv.reader(lines()))
    days = [date(int(row[0][:4]), 3 * int(row[0][6]) - 2, 1) for row in rows]
    times = arrow.array(days, type=arrow.date32()).cast(arrow.date32() if kind == "date32" else arrow.timestamp("ms"))
    visits = [None if place == 3 else float(row[4]) for place, row in enumerate(rows)]
    data = {"Quarter": times, "Region": [row[1] for row in rows], "Purpose": [row[3] for row in rows], "Trips": visits}
    parquet.write_table(arrow.table(data), tmp_path / "x.parquet")
    assert job.prepare({"x.parquet": (tmp_path / "x.parquet").read_bytes()}, **PLAN) == 0
    plain, text = Job(tmp_path / "plain"), lines()
    text[3] = text[3].rsplit(",", 1)[0] + ","
    plain.prepare(trips(text), **PLAN)
    assert job.table("train", "train.csv") == plain.table("train", "train.csv")
    assert job.features == plain.features


def changed(row: int, column: int, cell: str) -> str:
    """Return the data with one other cell; row 1 is the header."""
    table = list(csv.reader(trips().splitlines()))
    table[row - 1][column] = cell
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in table)


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (changed(1, 0, "When"), ["no time column 'Quarter'", "'When', 'Region'"]),
        (changed(1, 3, "Why"), ["no key (Purpose) column 'Purpose'"]),
        (changed(1, 4, "Visits"), ["no target column 'Trips'"]),
        (changed(1, 2, "Region"), ["more than once in the header: 'Region'"]),
        (
            changed(7, 0, "soon"),
            ["column 'Quarter' has cells that are no quarterly period such as 2017 Q1", "data.csv row 7: 'soon'"],
        ),
        (changed(7, 0, ""), ["no quarterly period", "data.csv row 7: ''"]),
        (changed(7, 4, "many"), ["column 'Trips' has cells that are no finite number", "data.csv row 7: 'many'"]),
        (changed(7, 1, ""), ["column 'Region' has missing values", "data.csv row 7"]),
        (changed(7, 1, "Ba\ny"), ["column 'Region' has cells with a line break: data.csv row 7"]),
        (
            changed(7, 0, "2000 Q1"),
            [
                "a period that the series has already",
                "row 7 repeats 2000 Q1 of Bay, North / Business from data.csv row 2",
            ],
        ),
        (trips(lines(3)), ["too few periods: 3, from 2000 Q1 to 2000 Q3; 1 for validation and 1 for the test need 4"]),
        (trips([]), ["no rows"]),
        (trips([row.rsplit(",", 1)[0] + "," for row in lines()]), ["column 'Trips' has no value at all"]),
        (changed(7, 0, "9999 Q4"), ["120 rows for 32080 quarterly periods: is the frequency wrong, or a year?"]),
    ],
)
def test_what_is_wrong_is_named_with_its_place(job: Job, data: str, reasons: list[str]) -> None:
    assert job.prepare(data, **PLAN) == 1
    assert [reason for reason in reasons if reason not in job.message] == []
    assert not job.output("prepared").exists()


def test_all_problems_are_told_at_once(job: Job) -> None:
    rows = lines()
    rows[4] = rows[4].replace("2001 Q1", "later")
    rows[8] = rows[8].rsplit(",", 1)[0] + ",lots"
    assert job.prepare(trips(rows), **PLAN) == 1
    assert all(part in job.message for part in ("2 problem(s)", "'later'", "'lots'"))


def test_a_wrong_frequency_is_noticed(job: Job) -> None:
    days = [f"{2000 + place // 12}-{place % 12 + 1:02}-01,{place}" for place in range(120)]
    data = PLAN["data"] | {"key": [], "frequency": "daily"}
    assert job.prepare("\n".join(["Quarter,Trips", *days]), **PLAN | {"data": data}) == 1
    assert "120 rows for 3623 daily periods: is the frequency wrong, or a year?" in job.message


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"horizon": 0}, "horizon is 0"),
        ({"data": PLAN["data"] | {"frequency": "often"}}, "frequency is 'often'; the toolkit knows yearly, quarterly"),
        ({"data": {"target": "Trips", "frequency": "daily"}}, "plan.json lacks 'time'"),
        ({"data": PLAN["data"] | {"key": ["horizon"]}}, "would clash with the request's horizon"),
    ],
)
def test_a_wrong_plan_is_told(job: Job, changes: dict[str, Any], reason: str) -> None:
    assert job.prepare(trips(), **PLAN | changes) == 1
    assert reason in job.message
