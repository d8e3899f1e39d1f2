"""Data that would fail later, or silently spoil a model, fails in `prepare` with its place."""

import pytest

from tests.containers.toolkit.jobs import REGRESSION, Job, flowers

pytestmark = pytest.mark.unit

LINES = flowers().splitlines()


def changed(row: int, column: int, value: str) -> str:
    """Return the good data with one other cell; row 1 is the header."""
    lines = [line.split(",") for line in LINES]
    lines[row - 1][column] = value
    return "\n".join(",".join(line) for line in lines) + "\n"


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        ("", ["data.csv is empty"]),
        (" \n\n", ["data.csv is empty"]),
        ("\ufeff", ["data.csv is empty"]),
        (LINES[0], ["header and no row", "no rows"]),
        (changed(1, 3, "species"), ["no target column 'kind'", "'width', 'petals', 'colour', 'species'"]),
        ("kind\na\nb\n", ["no column besides the target"]),
        (changed(1, 1, "width"), ["more than once in the header: 'width'"]),
        (changed(1, 1, " "), ["without a name: column 2"]),
        (changed(7, 0, "wide"), ["column 'width' is numeric", "data.csv row 7: 'wide'"]),
        (changed(7, 0, "inf"), ["column 'width'", "data.csv row 7: 'inf'"]),
        (changed(7, 0, "1_0"), ["data.csv row 7: '1_0'"]),
        (changed(7, 0, "1e999"), ["data.csv row 7: '1e999'"]),
        (changed(9, 0, "NaN"), ["column 'width' has missing values", "data.csv row 9: 'NaN'"]),
        (changed(9, 2, ""), ["column 'colour' has missing values", "data.csv row 9: ''"]),
        (changed(9, 3, "NA"), ["column 'kind' has missing values", "data.csv row 9"]),
        (changed(11, 2, "red,blue"), ["without the 4 cells of the header: data.csv row 11 has 5"]),
        ("\n".join([*LINES, "1,2"]), ["data.csv row 62 has 2"]),
        (changed(4, 2, '"red\nblue"'), ["column 'colour' has cells with a line break: data.csv row 4"]),
        (changed(4, 2, '"red'), ["not valid CSV"]),
        (changed(2, 3, "unique"), ["fewer than 3 rows", "'unique' has 1"]),
    ],
)
def test_the_problem_is_named_with_its_place(job: Job, data: str, reasons: list[str]) -> None:
    assert job.prepare(data) == 1
    assert [reason for reason in reasons if reason not in job.message] == []
    assert not job.output("prepared").exists()


def test_one_class_is_no_classification(job: Job) -> None:
    data = flowers().replace("bellis", "aster").replace("crocus", "aster")
    assert job.prepare(data) == 1
    assert "only one class in 'kind': 'aster'" in job.message


def test_text_in_a_regressions_target_is_named(job: Job) -> None:
    data = "x,y\n" + "".join(f"{row},{row}\n" for row in range(20)) + "3,tall\n"
    assert job.prepare(data, **REGRESSION) == 1
    assert "column 'y' is numeric" in job.message
    assert "row 22: 'tall'" in job.message


def test_too_few_rows_for_a_regression(job: Job) -> None:
    assert job.prepare("x,y\n1,2\n3,4\n", **REGRESSION) == 1
    assert "2 row(s); a split in 3 needs 6 or more" in job.message


def test_all_problems_are_told_at_once(job: Job) -> None:
    lines = [line.split(",") for line in LINES]
    lines[5][0], lines[6][2], lines[7][3] = "wide", "", "odd"
    assert job.prepare("\n".join(",".join(line) for line in lines)) == 1
    assert all(part in job.message for part in ("3 problem(s)", "row 6: 'wide'", "row 7: ''", "'odd' has 1"))


def test_many_problems_of_a_kind_are_counted(job: Job) -> None:
    lines = [line.split(",") for line in flowers(1000).splitlines()]
    for line in lines[1:101]:
        line[0] = "wide"
    assert job.prepare("\n".join(",".join(line) for line in lines)) == 1
    assert "row 4: 'wide'; and 97 more" in job.message


def test_the_message_fits_where_sagemaker_reads_it(job: Job) -> None:
    names = [f"column_with_a_long_name_{number}" for number in range(100)]
    header = ",".join([*names, *names, "kind"])
    assert job.prepare(header + "\n") == 1
    assert len(job.message.encode()) <= 1024


def test_all_problems_are_in_the_log(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    names = [f"column_with_a_long_name_{number}" for number in range(100)]
    cells = [",".join(["1"] * 99 + ["", "a"])] * 10
    job.prepare("\n".join([",".join([*names, "kind"]), *cells]))
    assert "column_with_a_long_name_99" in caplog.text


def test_a_wrong_encoding_is_named_by_line(job: Job) -> None:
    assert job.prepare(flowers().replace("red", "grün").encode("latin-1")) == 1
    assert "data.csv, line 3: byte 0xfc is not UTF-8" in job.message


def test_utf_16_is_told(job: Job) -> None:
    assert job.prepare(flowers().encode("utf-16-le")) == 1
    assert "NUL characters" in job.message


def test_a_file_with_another_header_is_named(job: Job) -> None:
    assert job.prepare({"a.csv": flowers(), "b.csv": flowers().replace("petals", "leaves")}) == 1
    assert "b.csv has another header than a.csv" in job.message
    assert "missing ['petals'], extra ['leaves']" in job.message


def test_a_file_in_another_order_is_named(job: Job) -> None:
    assert job.prepare({"a.csv": flowers(), "b.csv": "petals,width,colour,kind\n1,2,red,aster\n"}) == 1
    assert "same names in another order" in job.message


def test_no_file_is_told(job: Job) -> None:
    assert job.prepare({"notes.txt": "hello"}) == 1
    assert "no .csv or .parquet file in the data (1 other files)" in job.message


def test_a_broken_parquet_file_is_named(job: Job) -> None:
    assert job.prepare({"a.parquet": b"PAR1 not really"}) == 1
    assert "a.parquet is not Parquet" in job.message


def test_a_key_column_is_no_category(job: Job) -> None:
    lines = ["key,kind", *[f"key-{row},{'ab'[row % 2]}" for row in range(1500)]]
    assert job.prepare("\n".join(lines)) == 1
    assert "column 'key' has 1500 different texts, more than 1000" in job.message


def test_more_levels_than_training_rows_are_told(job: Job) -> None:
    lines = ["code,n,kind", *[f"c{row},{row},{'ab'[row % 2]}" for row in range(40)]]
    assert job.prepare("\n".join(lines)) == 1
    assert "column 'code' has too many levels" in job.message


def test_encoded_names_must_not_clash(job: Job) -> None:
    lines = [
        "colour,colour=red,kind",
        *[f"{'red' if row % 2 else 'blue'},{row},{'ab'[row % 2]}" for row in range(40)],
    ]
    assert job.prepare("\n".join(lines), layout="encoded") == 1
    assert "would have the name of another" in job.message
