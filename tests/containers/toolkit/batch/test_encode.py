"""Raw files to the wire: in order, checked as the public API checks, bad rows told or set aside."""

import io
from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from predict.schema import read
from predict.values import Refused as ApiRefused
from predict.values import check
from toolkit.batch import schema
from toolkit.batch.schema import Refused

from tests.containers.toolkit.batch.batches import ENCODED, FLOWERS, TRIPS, Batch

pytestmark = pytest.mark.unit

HEADER = "id,colour,petals,width\n"


def test_rows_keep_their_order_and_get_the_order_of_the_model(tmp_path: Path) -> None:
    batch = Batch(tmp_path)
    assert batch.encode({"a.csv": HEADER + "7,red,3,1.50\n8,blue,4,2\n"}) == 0
    assert batch.wire(0) == "1.5,3,red\n2,4,blue\n"


def test_categories_travel_as_columns_of_zero_and_one_where_models_read_numbers(tmp_path: Path) -> None:
    batch = Batch(tmp_path, ENCODED)
    assert batch.encode({"a.csv": HEADER + "7,red,3,1.5\n8,blue,4,2\n"}) == 0
    assert batch.wire(0) == "1.5,3,0,1\n2,4,1,0\n"


def test_each_file_has_its_own_header(tmp_path: Path) -> None:
    batch = Batch(tmp_path)
    assert batch.encode({"a.csv": HEADER + "7,red,3,1.5\n", "b/c.csv": "width,petals,colour\n2,4,blue\n"}) == 0
    assert (batch.wire(0), batch.wire(1)) == ("1.5,3,red\n", "2,4,blue\n")


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    file = io.BytesIO()
    pq.write_table(arrow.table({"width": [1.5, 2.0], "petals": [3, 4], "colour": ["red", "blue"]}), file)
    batch = Batch(tmp_path)
    assert batch.encode({"a.parquet": file.getvalue()}) == 0
    assert batch.wire(0) == "1.5,3,red\n2.0,4,blue\n"


@pytest.mark.parametrize(
    ("row", "reasons"),
    [
        ("7,green,3,1.5", ["colour: a category", "allowed: blue, red", "a.csv row 3: 'green'"]),
        ("7,red,3,wide", ["width: not a number", "a.csv row 3: 'wide'"]),
        ("7,red,3,", ["width: missing", "a.csv row 3: ''"]),
        ("7,red,3.5,1", ["petals: not a whole number", "a.csv row 3: '3.5'"]),
        ("7,red,3,1e999", ["width: not a finite number"]),
        ("7,red,3", ["the row has 3 cells, the header 4: a.csv row 3"]),
    ],
)
def test_a_bad_row_fails_with_file_row_and_field(tmp_path: Path, row: str, reasons: list[str]) -> None:
    batch = Batch(tmp_path)
    assert batch.encode({"a.csv": f"{HEADER}7,red,3,1.5\n{row}\n"}) == 1
    for reason in reasons:
        assert reason in batch.message("encode")


@pytest.mark.parametrize("on_bad_rows", ["fail", "skip"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "a.csv is empty"),
        (HEADER, "a.csv has a header but no rows"),
        ("id,petals,width\n7,3,1.5\n", "a.csv has no column colour; its header has id, petals, width"),
        ("width,petals,colour,width\n1,3,red,1\n", "a.csv has columns of the same name: 'width'"),
        (
            "width,petals,colour,forest.prediction\n1,3,red,1\n",
            "a.csv has columns that the result will have: forest.prediction",
        ),
        (b"width,petals,colour\n1,3,r\xe9d\n", "a.csv, line 2: byte 0xe9 is not UTF-8"),
        ('width,petals,colour\n1,3,"red\n', "a.csv, line 2: not valid CSV"),
    ],
)
def test_a_bad_file_fails_whatever_is_done_with_bad_rows(
    tmp_path: Path, content: str | bytes, reason: str, on_bad_rows: str
) -> None:
    batch = Batch(tmp_path)
    assert batch.encode({"a.csv": content, "b.csv": HEADER + "7,red,3,1.5\n"}, on_bad_rows) == 1
    assert reason in batch.message("encode")


def test_skipped_rows_are_counted_and_the_others_go_on(tmp_path: Path) -> None:
    batch = Batch(tmp_path)
    assert batch.encode({"a.csv": HEADER + "7,green,x,1\n8,red,3,2\n"}, "skip") == 0
    assert batch.wire(0) == "2,3,red\n"
    assert batch.told() == {"rows": 1, "skipped": 1, "files": 1, "accepts": {"forest": "text/csv"}}


def test_nothing_is_left_for_the_models_of_a_file_whose_rows_are_all_bad(tmp_path: Path) -> None:
    batch = Batch(tmp_path)
    assert batch.encode({"a.csv": HEADER + "7,green,3,1\n", "b.csv": HEADER + "8,red,3,2\n"}, "skip") == 0
    assert not (tmp_path / "encode/processing/output/wire/00000.csv").exists()


def test_a_batch_without_a_good_row_fails_with_the_first_reason(tmp_path: Path) -> None:
    batch = Batch(tmp_path)
    assert batch.encode({"a.csv": HEADER + "7,green,3,1\n"}, "skip") == 1
    assert "no row is left to predict" in batch.message("encode")
    assert "a.csv row 2: colour 'green'" in batch.message("encode")


def test_a_series_without_a_horizon_looks_as_far_ahead_as_the_workload(tmp_path: Path) -> None:
    batch = Batch(tmp_path, TRIPS, {"ets": "m"})
    assert batch.encode({"a.csv": "region\nnorth\nsouth\n"}) == 0
    assert batch.wire(0) == "north,4\nsouth,4\n"
    assert batch.told()["accepts"] == {"ets": "application/jsonlines"}


def test_a_horizon_beyond_what_the_models_know_is_a_bad_row(tmp_path: Path) -> None:
    batch = Batch(tmp_path, TRIPS, {"ets": "m"})
    assert batch.encode({"a.csv": "region,horizon\nnorth,9\n"}) == 1
    assert "horizon: not from 1 to 8: a.csv row 2: '9'" in batch.message("encode")


def test_a_variant_that_the_features_do_not_know_is_named(tmp_path: Path) -> None:
    batch = Batch(tmp_path, models={"other": "m"})
    assert batch.encode({"a.csv": HEADER + "7,red,3,1.5\n"}) == 1
    assert "no decoder for other" in batch.message("encode")


@example("regression", "1_0")
@example("regression", "\u0665")
@example("regression", "1" * 400)
@example("regression", "-.5e3")
@example("forecasting", "+7")
@example("regression", "3.0")
@given(st.sampled_from(["regression", "forecasting"]), st.text("0123456789.+-eE_ infa\u0665", max_size=12))
def test_numbers_are_those_of_the_public_api(task: str, cell: str) -> None:
    for item in (
        {"name": "x", "type": "number"},
        {"name": "x", "type": "integer"},
        {"name": "x", "type": "number", "min": -1.5, "max": 4},
        {"name": "x", "type": "integer", "min": 7, "max": 7},
    ):
        document = FLOWERS | {"task": task, "layout": "raw", "features": [item], "columns": ["x"]}
        ours, (feature,) = schema.of(document).fields[0], read(document).features
        try:
            theirs: object = check(feature, cell, text=True)
        except ApiRefused:
            with pytest.raises(Refused):
                ours.read(cell)
        else:
            assert str(ours.read(cell)) == str(theirs)
