"""What is read and written the short way is what the long way gives."""

import csv
import io
import json
from typing import Any

import numpy as np
import pytest
from framework import formats, plain
from framework.problems import RequestProblem
from hypothesis import example, given
from hypothesis import strategies as st
from linear_learner_image.bodies import read
from linear_learner_image.data import any_rows, csv_rows
from scikit_learn_image.defaults import ScikitLearnDefaults

pytestmark = pytest.mark.unit

_PIECES = ["1", "2.5", "-3", ".5", "5.", "+1", "1e5", "-0", "123456789.123456789", "1e39", "1e400", "nan", "x", '"1"']
_MARKS = [",", ",", ",", "\n", "\n", "\n", "\r\n", "\r", " ", "\t", "\x1c", "e", "-", "#", ""]


def outcome(read: Any, *arguments: Any) -> Any:
    """Return shape and numbers, or the error."""
    try:
        with np.errstate(over="ignore"):
            array = read(*arguments)
    except (ValueError, TypeError) as error:
        return type(error), str(error)
    return array.shape, array.dtype, array.tobytes()


def long_way(text: str, media_type: str) -> np.ndarray[Any, Any]:
    array = formats.decode(text, media_type)
    return (array.reshape(1, -1) if array.ndim == 1 else array).astype(np.float32)


@given(st.lists(st.sampled_from(_PIECES + _MARKS), max_size=12).map("".join))
@example("1,2\n3,4\n")
@example("1,2\r\n\r\n3,4")
@example("1\r,2")
def test_csv_is_read_the_same_both_ways(text: str) -> None:
    read = ScikitLearnDefaults().input_fn
    assert outcome(read, text, formats.CSV) == outcome(long_way, text, formats.CSV)


_CELLS: st.SearchStrategy[Any] = st.one_of(
    st.floats(), st.integers(), st.integers(-9, 9), st.sampled_from([None, True, "x", "1", [2], {}])
)
_ROWS = st.lists(st.lists(_CELLS, max_size=3), max_size=3)


@given(st.one_of(_CELLS, st.lists(_CELLS, max_size=3), _ROWS).map(json.dumps))
@example("[[1, 2], [3, 4]]")
@example("[[1, 2], [3")
@example("[1e400]")
def test_json_is_read_the_same_both_ways(text: str) -> None:
    read = ScikitLearnDefaults().input_fn
    assert outcome(read, text, formats.JSON) == outcome(long_way, text, formats.JSON)


@given(st.lists(st.sampled_from(_PIECES + _MARKS), max_size=12).map("".join).map(str.encode))
@example(b"1,2\n3,4\n")
def test_linear_learner_reads_csv_the_same_both_ways(body: bytes) -> None:
    assert outcome(csv_rows, body) == outcome(any_rows, body)


@given(st.one_of(_CELLS, _ROWS.map(lambda rows: {"instances": [{"features": row} for row in rows]})).map(json.dumps))
def test_linear_learner_reads_json_the_same_both_ways(text: str) -> None:
    def long_way(body: bytes) -> Any:
        rows = [np.array(instance["features"], dtype=float) for instance in json.loads(body)["instances"]]
        array = np.array(rows, dtype=float).reshape(len(rows), -1)
        if np.isfinite(array).all():
            return array
        raise ValueError

    def refused(read: Any) -> Any:
        try:
            found = read(text.encode())
        except (RequestProblem, ValueError, TypeError, KeyError, OverflowError):
            return None
        return found.tolist()

    assert refused(lambda body: read(body, formats.JSON)) == refused(long_way)


@given(st.lists(st.lists(st.floats(width=32, allow_nan=False), min_size=3, max_size=3), min_size=1, max_size=5))
def test_any_number_survives(rows: list[list[float]]) -> None:
    text = "\n".join(",".join(map(repr, row)) for row in rows)
    found = ScikitLearnDefaults().input_fn(text, formats.CSV)
    assert found.dtype == np.float32
    assert found.tolist() == rows


@pytest.mark.parametrize("body", [b"1,2\n3,4\n", b"1,2", b"-1.5e-3\r\n2\r\n", b"-0.5"])
def test_plain_numbers_take_the_short_way(body: bytes) -> None:
    assert plain.csv(body, np.float32) is not None


@given(
    st.one_of(
        st.lists(st.floats(), max_size=5).map(np.array),
        st.lists(st.floats(width=32), max_size=5).map(lambda values: np.array(values, dtype=np.float32)),
        st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5).map(lambda values: np.array(values, dtype=np.int64)),
        st.lists(st.text(max_size=4), min_size=1, max_size=5).map(np.array),
        st.lists(st.booleans(), max_size=5).map(lambda values: np.array(values, dtype=bool)),
        st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=5).map(np.array),
    )
)
def test_arrays_are_written_as_numpy_shows_each_value(values: np.ndarray[Any, Any]) -> None:
    stream = io.StringIO()
    rows = values.reshape(-1, 1) if values.ndim < 2 else values
    csv.writer(stream, lineterminator="\n").writerows([str(value) for value in row] for row in rows)
    assert formats.encode(values, formats.CSV) == stream.getvalue()
