"""What is read and written the short way is what the long way gives."""

from typing import Any

import numpy as np
import pytest
from framework import plain as numbers
from hypothesis import example, given, settings
from hypothesis import strategies as st
from xgboost_image import answers, plain, predictor, textfiles
from xgboost_image.problems import UserError

pytestmark = [pytest.mark.unit, pytest.mark.filterwarnings("ignore:overflow encountered in cast")]

_CELLS = ["1", "-2.5", "0", "-0", "1e5", "2E-3", "1.0e+2", "123456789.123456789", "16777217", "18446744073709551617"]
_ODD = [".5", "5.", "+1", "01", "1e39", "-1e400", "1e-50", "nan", "inf", "1_0", "0x1", "x", '"1"', "", "-", "e", "true"]
_MARKS = [",", ",", ",", ",", "\n", "\n", "\n", "\r\n", "\r", " ", "\t", ";", "|", "[", "]", "null", "#", "\xa0"]


def outcome(read: Any, body: bytes) -> Any:
    """Return the numbers that XGBoost compares, or what is said."""
    try:
        table = read(body)
    except UserError as error:
        return str(error).rpartition("format:\n ")[2]
    with np.errstate(over="ignore"):
        compared = table.astype(np.float32) + np.float32(0)  # it knows one zero
    return compared.shape, compared.tobytes()


def both_ways(body: bytes) -> tuple[Any, Any]:
    short = outcome(lambda text: predictor.read(text, "text/csv").features, body)
    return short, outcome(textfiles.read_csv, body)


@settings(deadline=None)
@given(st.lists(st.sampled_from(_CELLS + _ODD + _MARKS), max_size=14).map(lambda pieces: "".join(pieces).encode()))
@example(b"1,2\n3,4\n")
@example(b"1,2\n3\n")
@example(b"1\n\n2\n")
@example(b"1,2\n\n3,4\n\n")
@example(b"\n1,2")
@example(b"1,,2")
@example(b"1,1e39")
@example(b"\n")
@example(b"1 ")
@example(b"1 , 2")
@example(b"1, 2\n3, 4\n")
def test_anything_is_read_the_same_both_ways(body: bytes) -> None:
    short, long = both_ways(body)
    assert short == long


@settings(deadline=None)
@given(st.lists(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=3, max_size=3), min_size=1))
def test_any_number_is_rounded_the_same_both_ways(rows: list[list[float]]) -> None:
    body = "".join(",".join(map(repr, row)) + "\n" for row in rows).encode()
    short, long = both_ways(body)
    assert short == long


@pytest.mark.parametrize("body", [b"1,2\n3,4\n", b"1,2", b"7", b"-1.5e-3\n2\n"])
def test_plain_numbers_take_the_short_way(body: bytes) -> None:
    table = numbers.csv(body, np.float32)
    assert table is not None
    assert table.dtype == np.float32


_NUMBERS = st.floats(width=32)
_PREDICTIONS = st.one_of(
    st.lists(_NUMBERS, max_size=6),
    st.lists(st.floats(), max_size=6),
    st.lists(st.lists(_NUMBERS, min_size=3, max_size=3), max_size=4),
    st.lists(st.lists(st.floats(2**-24, 1.0, width=32), min_size=1, max_size=1), max_size=4),
)


def line(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


@settings(deadline=None)
@given(_PREDICTIONS)
@example([1e-05, 0.0001, 1e16, 1e15, 123456789012345680.0])
@example([0.00001234])
@example([float("nan"), float("inf")])
def test_predictions_are_written_as_python_shows_them(predictions: list[Any]) -> None:
    style = answers.Style.from_environment({})
    assert style.body(predictions, answers.CSV) == "".join(f"{line(value)}\n" for value in predictions).encode()


def test_probabilities_are_written_the_short_way() -> None:
    assert plain.lines([[0.25, 0.75], [0.5, 0.5]]) == b"0.25,0.75\n0.5,0.5\n"
    assert plain.lines([22.400848388671875]) == b"22.400848388671875\n"
