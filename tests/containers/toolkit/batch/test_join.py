"""Answers beside their rows: every variant, in order, as many as there are rows."""

import json
from pathlib import Path

import pytest

from tests.containers.toolkit.batch.batches import TRIPS, Batch

pytestmark = pytest.mark.unit

TWO = {"forest": "model-1", "codes": "model-2"}
ROWS = 'id,colour,petals,width\n7,red,3,1.5\n"8,b",blue,4,2\n'
P = {"periods": ["2026 Q1"], "mean": [1.5], "intervals": {}, "model": "ETS"}


def test_the_columns_of_the_input_come_first_then_those_of_each_variant(tmp_path: Path) -> None:
    batch = Batch(tmp_path, models=TWO)
    assert batch.encode({"day/a.csv": ROWS}) == 0
    scores = {"forest": {"00000.csv.out": "aster,0.9,0.1\nbellis,0.2,0.8\n"}, "codes": {"00000.csv.out": "1\n0\n"}}
    assert batch.join(scores) == 0
    assert batch.rows("predictions", "day", "a.csv") == [
        {
            "id": "7", "colour": "red", "petals": "3", "width": "1.5", "forest.prediction": "aster",
            "forest.probability.aster": "0.9", "forest.probability.bellis": "0.1", "codes.prediction": "bellis",
        },
        {
            "id": "8,b", "colour": "blue", "petals": "4", "width": "2", "forest.prediction": "bellis",
            "forest.probability.aster": "0.2", "forest.probability.bellis": "0.8", "codes.prediction": "aster",
        },
    ]  # fmt: skip


def test_skipped_rows_are_told_with_their_reason_and_leave_the_others_in_place(tmp_path: Path) -> None:
    batch = Batch(tmp_path, models={"codes": "m"})
    assert batch.encode({"a.csv": ROWS + "9,green,4,2\n", "b.csv": "width,petals,colour\n1,1,no\n"}, "skip") == 0
    assert batch.join({"codes": {"00000.csv.out": "1\n0\n"}}) == 0
    assert [row["codes.prediction"] for row in batch.rows("predictions", "a.csv")] == ["bellis", "aster"]
    assert batch.result("predictions", "b.csv") == "width,petals,colour\n"
    assert [(row["file"], row["row"], row["field"], row["value"]) for row in batch.rows("skipped.csv")] == [
        ("a.csv", "4", "colour", "green"),
        ("b.csv", "2", "colour", "no"),
    ]
    assert batch.rows("files.csv") == [
        {"file": "a.csv", "rows": "2", "skipped_rows": "1"},
        {"file": "b.csv", "rows": "0", "skipped_rows": "1"},
    ]


def test_the_summary_says_what_was_done_by_which_models(tmp_path: Path) -> None:
    batch = Batch(tmp_path, models={"codes": "m"})
    assert batch.encode({"a.csv": ROWS}) == 0
    assert batch.join({"codes": {"00000.csv.out": "1\n0\n"}}) == 0
    assert json.loads(batch.result("summary.json")) == {
        "workload": "flowers", "execution": "e", "input": "s3://bucket/flowers/inbox/", "rows": 2,
        "skipped_rows": 0, "files": 1, "variants": ["codes"], "models": {"codes": "m"},
    }  # fmt: skip


def test_answers_are_found_wherever_below_its_place_the_transform_puts_them(tmp_path: Path) -> None:
    batch = Batch(tmp_path, models={"codes": "m"})
    assert batch.encode({"a.csv": ROWS}) == 0
    assert batch.join({"codes": {"wire/00000.csv.out": "1\n0\n"}}) == 0


@pytest.mark.parametrize(
    ("scores", "reason"),
    [
        ({"00000.csv.out": "1\n"}, "codes gave 1 predictions for 2 rows of a.csv"),
        ({"00000.csv.out": "1\n0\n1\n"}, "codes gave 3 predictions for 2 rows of a.csv"),
        ({}, "codes left 0 answers named 00000.csv.out for a.csv"),
        ({"00000.csv.out": "1\n7\n"}, "no class code from 0 to 1"),
    ],
)
def test_answers_that_do_not_fit_the_rows_are_not_joined(tmp_path: Path, scores: dict[str, str], reason: str) -> None:
    batch = Batch(tmp_path, models={"codes": "m"})
    assert batch.encode({"a.csv": ROWS}) == 0
    assert batch.join({"codes": scores}) == 1
    assert reason in batch.message("join")


def test_a_forecast_is_a_line_of_json_for_each_series(tmp_path: Path) -> None:
    batch = Batch(tmp_path, TRIPS, {"ets": "m"})
    assert batch.encode({"a.csv": "region,note\nnorth,x\nsouth,y\n"}) == 0
    answers = f'{json.dumps(P)}\n{{"error": "too short"}}\n'
    assert batch.join({"ets": {"00000.csv.out": answers}}) == 0
    lines = [json.loads(line) for line in batch.result("predictions", "a.jsonl").splitlines()]
    assert lines[0] == {
        "input": {"region": "north", "note": "x", "horizon": "4"}, "horizon": 4, "forecasts": {"ets": P},
    }  # fmt: skip
    assert lines[1]["forecasts"] == {"ets": {"error": "too short"}}
    assert json.loads(batch.result("summary.json"))["failed_series"] == {"ets": 1}
