"""The formats that a training channel may have, and what is said of data that is something else."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from recordio import Record, Tensor, write_records
from scipy.sparse import issparse
from xgboost_image import channel, content_types, textfiles
from xgboost_image.problems import Unreadable, UserError

pytestmark = pytest.mark.unit


def dense(features: Any) -> list[list[float]]:
    table: list[list[float]] = (features.toarray() if issparse(features) else np.asarray(features)).tolist()
    return table


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, "libsvm"),
        ("libsvm", "libsvm"),
        ("text/x-libsvm", "libsvm"),
        ("csv", "csv"),
        ("text/csv; label_size=1", "csv"),
        ("TEXT/CSV;charset=utf8", "csv"),
        ("application/x-parquet", "parquet"),
        ("application/x-recordio-protobuf", "recordio-protobuf"),
    ],
)
def test_content_types_name_a_format(text: str | None, name: str) -> None:
    assert content_types.format_of(text) == name


@pytest.mark.parametrize("text", ["application/json", "text/csv;label_size=0", "text/plain", ";"])
def test_other_content_types_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="is not an accepted"):
        content_types.format_of(text)


def test_csv_has_the_label_first_and_empty_cells_are_missing() -> None:
    rows = textfiles.labelled_csv(b"1,0.5,\r\n0,,2e3\r\n", weights=False)
    assert rows.labels is not None
    assert rows.labels.tolist() == [1, 0]
    np.testing.assert_array_equal(rows.features, [[0.5, np.nan], [np.nan, 2000]])


@pytest.mark.parametrize("delimiter", [b",", b"\t", b";", b" ", b"|"])
def test_the_delimiter_is_found_in_the_first_line(delimiter: bytes) -> None:
    assert textfiles.read_csv(b"1,2.5,3\n4,5,6\n".replace(b",", delimiter)).tolist() == [[1, 2.5, 3], [4, 5, 6]]


def test_the_second_column_of_csv_is_the_weight_where_asked() -> None:
    rows = textfiles.labelled_csv(b"1,0.1,7\n0,0.9,8\n", weights=True)
    assert rows.weights is not None
    assert rows.weights.tolist() == [0.1, 0.9]
    assert dense(rows.features) == [[7], [8]]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"label,a,b\n1,2,3\n", "invalid value 'label'"),
        (b"1,2,3\n1,2\n", "Expected 3 columns, got 2"),
        (b"1\n2\n", "no feature is left"),
        (b",1\n2,3\n", "label or weight is missing"),
        (b"\n\n", "no row"),
        (b"\x00\xff\x00", "CSV|row"),
    ],
)
def test_what_is_no_csv_of_numbers_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        textfiles.labelled_csv(data, weights=False)


def test_libsvm_has_labels_weights_and_query_ids() -> None:
    rows = textfiles.read_libsvm(b"1:0.5 qid:3 0:1.5 2:2  # a comment\n\n0 qid:4 1:7\n", labelled=True)
    assert dense(rows.features) == [[1.5, 0, 2], [0, 7, 0]]
    assert [vector.tolist() for vector in (rows.labels, rows.weights, rows.queries) if vector is not None] == [
        [1, 0],
        [0.5, 1],
        [3, 4],
    ]


@pytest.mark.parametrize("line", [b"x 0:1", b"1 0=1", b"1 -1:2", b"1 0:a", b"1 1:2:3", b"1 9999999999:1"])
def test_a_line_that_is_no_libsvm_is_shown(line: bytes) -> None:
    with pytest.raises(Unreadable, match="line 2 is not libsvm"):
        textfiles.read_libsvm(b"1 0:1\n" + line + b"\n", labelled=True)


def write(folder: Path, name: str, content: bytes) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def test_all_files_of_a_channel_are_read_in_folders_too(tmp_path: Path) -> None:
    for number, name in enumerate(("a.csv", "b/c.csv", "b/d/e", "b/d/f/too-deep.csv")):
        write(tmp_path, name, f"{number},1\n".encode())
    rows = channel.read(tmp_path, "text/csv", weights=False)
    assert rows is not None
    assert rows.labels is not None
    assert sorted(rows.labels.tolist()) == [0, 1, 2]


def test_a_channel_without_rows_is_nothing(tmp_path: Path) -> None:
    write(tmp_path, "empty.csv", b"")
    assert channel.read(tmp_path, "text/csv", weights=False) is None


def test_a_hidden_file_is_refused(tmp_path: Path) -> None:
    write(tmp_path, ".DS_Store", b"x")
    with pytest.raises(UserError, match="Hidden file"):
        channel.read(tmp_path, "text/csv", weights=False)


def test_sparse_files_of_different_widths_are_joined(tmp_path: Path) -> None:
    write(tmp_path, "a", b"1 0:1\n")
    write(tmp_path, "b", b"0 4:2\n")
    rows = channel.read(tmp_path, None, weights=False)
    assert rows is not None
    assert dense(rows.features) == [[1, 0, 0, 0, 0], [0, 0, 0, 0, 2]]


def test_dense_files_of_different_widths_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "a.csv", b"1,2\n")
    write(tmp_path, "b.csv", b"1,2,3\n")
    with pytest.raises(UserError, match="1 and 2 feature columns"):
        channel.read(tmp_path, "text/csv", weights=False)


def test_parquet_has_the_label_in_its_first_column(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"label": [1, 0], "a": [0.5, None], "b": [3, 4]}), buffer)
    write(tmp_path, "rows.parquet", buffer.getvalue())
    rows = channel.read(tmp_path, "application/x-parquet", weights=False)
    assert rows is not None
    assert rows.labels is not None
    assert rows.labels.tolist() == [1, 0]
    np.testing.assert_array_equal(rows.features, [[0.5, 3], [np.nan, 4]])


def test_recordio_has_labels_of_its_own(tmp_path: Path) -> None:
    records = [Record({"values": Tensor(np.array([1.0, 2.0]))}, {"values": Tensor(np.array([1.0]))})]
    write(tmp_path, "rows.pbr", write_records(records * 2))
    rows = channel.read(tmp_path, "application/x-recordio-protobuf", weights=False)
    assert rows is not None
    assert dense(rows.features) == [[1, 2], [1, 2]]


@pytest.mark.parametrize("kind", ["text/csv", "libsvm", "application/x-parquet", "application/x-recordio-protobuf"])
def test_a_file_that_is_something_else_is_named(tmp_path: Path, kind: str) -> None:
    write(tmp_path, "picture.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    with pytest.raises(UserError, match=r"picture\.png"):
        channel.read(tmp_path, kind, weights=False)
