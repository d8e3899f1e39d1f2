"""What is read and written the short way is what the long way gives."""

import csv
import io
from typing import Any

import numpy as np
import pytest
from framework import formats
from hypothesis import example, given
from hypothesis import strategies as st
from scikit_learn_image.defaults import ScikitLearnDefaults

pytestmark = pytest.mark.unit

_PIECES = ["1", "2.5", "-3", ".5", "5.", "+1", "1e5", "123456789.123456789", "1e39", "nan", "1_0", "x", '"1"']
_MARKS = [",", ",", ",", "\n", "\n", "\n", "\r\n", "\r", " ", "\t", "\x1c", "e", "-", "#", ""]


def outcome(read: Any, text: str) -> Any:
    """Return shape and numbers, or the error."""
    try:
        with np.errstate(over="ignore"):
            array = read(text)
    except ValueError as error:
        return type(error)
    return array.shape, array.dtype, array.tobytes()


def long_way(text: str) -> np.ndarray[Any, Any]:
    array = formats.decode(text, formats.CSV)
    return (array.reshape(1, -1) if array.ndim == 1 else array).astype(np.float32)


@given(st.lists(st.sampled_from(_PIECES + _MARKS), max_size=12).map("".join))
@example("1,2\n3,4\n")
@example("1,2\r\n\r\n3,4")
@example("1\r,2")
def test_rows_are_read_the_same_both_ways(text: str) -> None:
    assert outcome(lambda body: ScikitLearnDefaults().input_fn(body, formats.CSV), text) == outcome(long_way, text)


@given(st.lists(st.lists(st.floats(width=32, allow_nan=False), min_size=3, max_size=3), min_size=1, max_size=5))
def test_any_number_survives(rows: list[list[float]]) -> None:
    text = "\n".join(",".join(map(repr, row)) for row in rows)
    found = ScikitLearnDefaults().input_fn(text, formats.CSV)
    assert found.dtype == np.float32
    assert found.tolist() == rows


@pytest.mark.parametrize("text", ["1,2\n3,4\n", "1,2", "-1.5e-3\r\n+2\r\n"])
def test_plain_numbers_take_the_short_way(text: str) -> None:
    assert formats.numbers(text, np.float32) is not None


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
