"""What is read from text is what Python and NumPy read; what may be anything else is left alone."""

import ctypes

import numpy as np
import pytest
from compiled import LabellingForest, Lines, MeanForest, Tree, library
from compiled.layout import lay_out
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

pytestmark = pytest.mark.unit


def read(body: bytes, columns: int, most: int) -> NDArray[np.float32] | int:
    """Call rows.c itself: the rows, or what it returned instead."""
    function = library.load().rows_read
    function.argtypes = (ctypes.c_char_p, ctypes.c_int64, ctypes.c_int32, ctypes.c_int64, ctypes.c_void_p)
    function.restype = ctypes.c_int64
    rows = np.full((most, columns), np.nan, np.float32)
    count = function(body, len(body), columns, most, rows.ctypes.data)
    return rows[:count] if count >= 0 else int(count)


TEXT = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(-1e6, 1e6).map("{:.3f}".format),
    st.floats(-1e6, 1e6, width=32).map("{:.9g}".format),
    st.tuples(st.integers(-(2**54), 2**54), st.integers(-30, 30)).map("{0[0]}e{0[1]}".format),
    st.from_regex(r"[-+]?[0-9]{0,3}\.?[0-9]{0,3}([eE][-+]?[0-9]{0,2})?", fullmatch=True),
)


@given(st.lists(TEXT, min_size=1, max_size=6))
@settings(max_examples=800, deadline=None)
@example(["9007199254740992", "9007199254740993", "0.1e-21", "1e22", "1e23", "-0"])
@example(["1.17549435e-38"])
@example(["16777217", "0.30000001192092895508"])
def test_numbers_are_the_nearest_single_to_the_nearest_double(cells: list[str]) -> None:
    found = read(",".join(cells).encode(), len(cells), 1)
    if isinstance(found, int):
        assert found == -1
        return
    if cells == [""]:
        assert len(found) == 0
        return
    with np.errstate(over="ignore"):
        expected = np.array([list(map(float, cells))]).astype(np.float32)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(np.signbit(found), np.signbit(expected))


@pytest.mark.parametrize(
    "cell", ["0", "1", "-1.5", "5.1", "0.2", "1e5", "1E-5", "007", ".5", "5.", "+1", "123456.789012"]
)
def test_usual_numbers_are_read_here(cell: str) -> None:
    assert not isinstance(read(cell.encode(), 1, 1), int)


@pytest.mark.parametrize(
    "cell",
    [
        " ",
        " 1",
        "1 ",
        "nan",
        "inf",
        "-",
        "+",
        ".",
        "e5",
        "1e",
        "1e+",
        "1_0",
        "0x1",
        '"1"',
        "1e23",
        "9" * 19,
        "\u0661",
        "1\x00",
    ],
)
def test_anything_else_is_left_alone(cell: str) -> None:
    assert read(cell.encode(), 1, 1) == -1
    assert read(f"1,{cell}\n".encode(), 2, 1) == -1


@pytest.mark.parametrize(
    ("body", "columns", "rows"),
    [
        (b"1,2\n3,4\n", 2, [[1, 2], [3, 4]]),
        (b"1,2\r\n3,4\r\n", 2, [[1, 2], [3, 4]]),
        (b"1,2\n3,4", 2, [[1, 2], [3, 4]]),
        (b"1\n2\n", 1, [[1], [2]]),
        (b"", 2, np.zeros((0, 2))),
        (b"1,2\n3\n", 2, -1),
        (b"1,2,\n", 2, -1),
        (b"1,2,3\n", 2, -1),
        (b"1,2\n\n3,4\n", 2, -1),
        (b"1,2\r3,4\r", 2, -1),
        (b"1,2\r", 2, -1),
        (b"1,2\n3,4\n5,6\n", 2, -1),
        (b"a,b\n1,2\n", 2, -1),
        (b"\xef\xbb\xbf1,2\n", 2, -1),
    ],
)
def test_lines_have_as_many_cells_as_there_are_columns(body: bytes, columns: int, rows: object) -> None:
    found = read(body, columns, 2)
    if isinstance(found, int):
        assert found == rows
    else:
        np.testing.assert_array_equal(found, np.array(rows, np.float32))


def test_text_is_answered_as_its_rows_are() -> None:
    tree = Tree(
        np.array([False, True, True]), np.array([1, 0, 0]), np.array([2, 0, 0]), np.array([1, 0, 0]),
        np.array([2.5, 0, 0], np.float32), np.zeros(3, bool),
    )  # fmt: skip
    laid, _ = lay_out([tree])
    forest = MeanForest(laid, 2, np.array([[0.0, 0.0], [1.0, 0.0], [0.25, 0.75]]))
    answered = forest.text(b"9,2.5\n9,2.6\n", 3)
    np.testing.assert_array_equal(answered, [[1.0, 0.0], [0.25, 0.75]])
    assert forest.text(b"9,2.5\n9,2.6\n", 1) is None
    assert forest.text(b"9,x\n", 1) is None
    assert forest.text(b"", 1) is None


PROBABILITIES = st.one_of(
    st.floats(0, 1), st.sampled_from([0.0, 1.0, -0.0, 1e-4, 9.9e-5, 1e-300, 1.5, -0.5, float("nan"), float("inf")]),
    st.tuples(st.integers(0, 1000), st.integers(1, 1000)).map(lambda pair: min(pair) / max(pair)),
    st.tuples(st.integers(0, 10**15), st.integers(0, 15)).map(lambda pair: pair[0] / 10 ** pair[1]),
)  # fmt: skip


@given(st.lists(st.lists(PROBABILITIES, min_size=3, max_size=3), min_size=1, max_size=5))
@settings(max_examples=800, deadline=None)
@example([[0.9, 0.1, 0.0], [0.5, 0.5, 0.0]])
@example([[0.3333, 0.12345678901234, 0.999999999999999]])
def test_lines_are_those_that_python_writes(rows: list[list[float]]) -> None:
    labels = ["a", '"b ""c"""', "\u4e2d"]
    written = Lines([label.encode() for label in labels])(np.array(rows))
    if written is None:
        return
    expected = [",".join([labels[row.index(max(row))], *map(repr, row)]) for row in rows]
    assert written.decode().splitlines() == expected


def test_shares_of_a_thousand_are_written_here() -> None:
    for share in range(1001):
        assert Lines([b"a"])(np.array([[share / 1000]])) == f"a,{share / 1000!r}\n".encode()


def leaves(*means: list[float]) -> MeanForest:
    """Return a forest of trees that are one leaf."""
    nothing = np.zeros(1, int)
    tree = Tree(np.array([True]), nothing, nothing, nothing, np.zeros(1, np.float32), np.zeros(1, bool))
    return MeanForest(lay_out([tree] * len(means))[0], 2, np.array(means))


def test_a_forest_answers_in_lines() -> None:
    answer = LabellingForest(leaves([1.0, 0.0], [0.5, 0.5]), Lines([b"yes", b"no"]))
    assert answer(b"1,2\n3,4\n", 2) == b"yes,0.75,0.25\nyes,0.75,0.25\n"
    assert answer(b"1,2\n3,4\n", 1) is None
    assert answer(b"1,2\n3,x\n", 2) is None
    assert answer(b"", 1) is None


def test_means_that_take_more_digits_come_as_numbers() -> None:
    answer = LabellingForest(leaves([1.0, 0.0], [0.0, 1.0], [0.0, 1.0]), Lines([b"yes", b"no"]))
    np.testing.assert_array_equal(answer(b"1,2\n3,4\n", 2), [[1 / 3, 2 / 3]] * 2)
