"""CSV and libsvm, as AWS documents them: CSV without header, label first, then the weight if `csv_weights` says so;
libsvm as `label[:weight] [qid:id] index:value ...`.

AWS's container takes a cell that is no number for a missing one, a header for a row; here both are refused.
"""

import io

import numpy as np
from scipy.sparse import csr_matrix

from xgboost_image.problems import Unreadable
from xgboost_image.rows import Rows, Vector

_DELIMITERS = ",\t;| "
_MISSING = ["", "nan", "NaN", "NAN", "NA", "null"]


def read_csv(data: bytes) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Return the table; an empty cell is NaN.

    Raises:
        Unreadable: a cell is no number, rows differ in length, or there is no row.
    """
    import pyarrow as pa  # late: most servers never need it, and it takes 25 MB
    from pyarrow import csv

    first = data.lstrip(b"\r\n").split(b"\n", 1)[0].decode("utf-8", "replace").strip("\r")
    if not first.strip():
        raise Unreadable("there is no row")
    delimiter = max(_DELIMITERS, key=first.count)
    names = [str(number) for number in range(first.count(delimiter) + 1)]
    try:
        table = csv.read_csv(
            io.BytesIO(data),
            read_options=csv.ReadOptions(column_names=names, use_threads=False),
            parse_options=csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=len(names) > 1 or len(data) < 2),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.float64()), null_values=_MISSING, strings_can_be_null=True
            ),
        )
    except pa.ArrowInvalid as error:
        raise Unreadable(f"not CSV of numbers without a header: {error}") from error
    columns = [column.to_numpy(zero_copy_only=False) for column in table.columns]
    return np.stack(columns, axis=1).astype(np.float64)


def labelled_csv(data: bytes, *, weights: bool) -> Rows:
    """Return rows whose label is the first column, and weight the second if `weights`."""
    table = read_csv(data)
    first = 2 if weights else 1
    if table.shape[1] <= first:
        raise Unreadable(f"{table.shape[1]} column(s): no feature is left beside the label")
    if np.isnan(table[:, :first]).any():
        raise Unreadable("a label or weight is missing")
    return Rows(table[:, first:], table[:, 0], table[:, 1] if weights else None)


def read_libsvm(data: bytes, *, labelled: bool) -> Rows:
    """Return sparse rows; unless `labelled`, a leading label is allowed and not read.

    Raises:
        Unreadable: a line is not libsvm; the message names it.
    """
    reader = _LibsvmReader()
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), start=1):
        words = line.partition("#")[0].split()
        try:
            if words:
                reader.read(words, labelled=labelled)
        except ValueError as error:
            raise Unreadable(f"line {number} is not libsvm: {line[:50]!r}") from error
    return reader.rows(labelled=labelled)


class _LibsvmReader:
    def __init__(self) -> None:
        self._heads: list[tuple[float, float]] = []
        self._queries: list[float] = []
        self._values: list[float] = []
        self._columns: list[int] = []
        self._places = [0]

    def read(self, words: list[str], *, labelled: bool) -> None:
        if labelled or ":" not in words[0]:
            label, colon, weight = words.pop(0).partition(":")
            self._heads.append((float(label), float(weight) if colon else 1.0))
        for word in words:
            index, _, value = word.partition(":")
            if index == "qid":
                self._queries.append(float(value))
                continue
            self._columns.append(_index(index))
            self._values.append(float(value))
        self._places.append(len(self._values))

    def rows(self, *, labelled: bool) -> Rows:
        count = len(self._places) - 1
        if not count:
            raise Unreadable("there is no row")
        width = max(self._columns, default=-1) + 1
        features = csr_matrix((self._values, self._columns, self._places), shape=(count, width))
        if not labelled:
            return Rows(features)
        labels, weights = np.array(self._heads).T
        queries = np.array(self._queries) if self._queries else None
        if queries is not None and len(queries) < count:
            raise Unreadable("only some lines have a qid")
        return Rows(features, labels, _told(weights), queries)


def _index(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(text)
    return int(text)


def _told(weights: Vector) -> Vector | None:
    return None if (weights == 1.0).all() else weights
