"""The quick way reads what the careful way reads, and leaves to it all that it does not."""

import json
from typing import Any

import numpy as np
import orjson
import pytest
from contract.errors import UserError
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn_image import wire
from sklearn_image.plain import PlainRows
from sklearn_image.schema import Column, Schema

pytestmark = pytest.mark.unit

NUMBERS = Schema("regression", "y", (Column("a"), Column("b e"), Column("c")))
ONE = Schema("regression", "y", (Column("a"),))
# Nothing tells their header from a row.
CALLED_LIKE_NUMBERS = Schema("regression", "y", (Column("1"), Column("2e1"), Column("-3.5")))
WITH_LEVELS = Schema("regression", "y", (Column("a"), Column("b", ("1", "2")), Column("c")))
SCHEMAS = st.sampled_from([NUMBERS, NUMBERS, ONE, CALLED_LIKE_NUMBERS, WITH_LEVELS])

ODD = [
    "",
    " ",
    ".5",
    "5.",
    "+1",
    "-0",
    "007",
    "1_0",
    "1e999",
    "1e39",
    "1E5",
    "-1e-400",
    "nan",
    "inf",
    "Infinity",
    "0x1",
]
ODD += ["\u0661", "\uff11", "1,", "-", "e", "1e", '"1"', '"1', "1 2", " 1 ", "\t1", "true", "[1]", "9" * 40, "9" * 400]
TEXT = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**20), 10**20).map(str),
    st.floats(-1e6, 1e6).map("{:.3f}".format),
)
CELLS = st.one_of(TEXT, TEXT, TEXT, TEXT, st.sampled_from(ODD))


def outcome(read: Any, *arguments: Any) -> Any:
    """Return numbers, or the message."""
    try:
        return read(*arguments).tolist()
    except UserError as error:
        return str(error)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[Schema, bytes]:
    schema = draw(SCHEMAS)
    width = st.sampled_from([len(schema.columns)] * 12 + [0, 1, len(schema.columns) + 1])
    rows = draw(st.lists(width.flatmap(lambda cells: st.lists(CELLS, min_size=cells, max_size=cells)), max_size=5))
    header = [draw(st.permutations(schema.names))] if draw(st.integers(0, 3)) == 0 else []
    ends = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\n\n"]))
    text = ends.join(",".join(row) for row in header + rows)
    before, after = (
        draw(st.sampled_from(["", "", "", "\ufeff", "\n"])),
        draw(st.sampled_from(["", "\n", "\r\n", "\n\n"])),
    )
    return schema, (before + text + after).encode()


@given(bodies())
@settings(max_examples=600, deadline=None)
@example((NUMBERS, b"1,2,3\n4,5\n,6"))
@example((NUMBERS, b"1,2\n3,4,5,6"))
@example((NUMBERS, b"1,2,3\r4,5,6"))
@example((NUMBERS, b"1,2,3\r\n4,5,6\r\n"))
@example((NUMBERS, b"1e38,2e38,3.4e38"))
@example((NUMBERS, b"3.4e38,3.4e38,3.4e38"))
@example((ONE, b""))
@example((ONE, b"\n"))
@example((ONE, b"1\n\n2"))
@example((CALLED_LIKE_NUMBERS, b"-3.5,1,2e1\n1,2,3"))
@example((NUMBERS, b"\xff\xfe1,2,3"))
def test_csv_is_read_as_the_careful_way_reads_it(case: tuple[Schema, bytes]) -> None:
    schema, body = case
    assert outcome(wire.Reader(schema).read, body, wire.CSV) == outcome(wire.careful_csv, body, schema)


VALUES = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**63), 2**64 - 1),
    st.sampled_from([True, False, None, "1", " 2 ", "x", [1], {"a": 1}, 1e39, 10**30]),
)


@st.composite
def instances(draw: st.DrawFn) -> tuple[Schema, list[Any]]:
    schema = draw(SCHEMAS)
    plain = draw(st.booleans())
    cells = st.floats(-1e6, 1e6) if plain else VALUES
    width = len(schema.columns)
    names = st.fixed_dictionaries(dict.fromkeys(schema.names, cells))
    rows: list[st.SearchStrategy[Any]] = [st.lists(cells, min_size=width, max_size=width), names]
    if not plain:
        odd = st.dictionaries(st.sampled_from([*schema.names, "other"]), cells, max_size=width + 1)
        rows += [odd, st.lists(cells, max_size=4), cells]
    chosen = draw(st.sampled_from(rows)) if draw(st.booleans()) else st.one_of(rows)
    return schema, draw(st.lists(chosen, min_size=1, max_size=5))


@given(instances())
@settings(max_examples=600, deadline=None)
def test_json_is_read_as_the_careful_way_reads_it(case: tuple[Schema, list[Any]]) -> None:
    schema, rows = case
    body = json.dumps({"instances": rows}).encode()
    careful = outcome(wire.careful_json, orjson.loads(body)["instances"], schema)
    assert outcome(wire.Reader(schema).read, body, wire.JSON) == careful


@pytest.mark.parametrize("body", [b"1,2.5,-3e-5", b"1,2,3\n4,5,6\n", b"1,2,3\r\n4,5,6\r\n"])
def test_plain_csv_is_read_the_quick_way(body: bytes) -> None:
    assert PlainRows(NUMBERS).csv(body) is not None


@pytest.mark.parametrize("rows", [[[1, 2.5, -3]], [{"c": 1, "a": 2, "b e": 3}] * 2])
def test_plain_json_is_read_the_quick_way(rows: list[Any]) -> None:
    matrix = PlainRows(NUMBERS).json(rows)
    assert matrix is not None
    assert matrix.shape == (len(rows), 3)


def test_cells_of_objects_are_found_by_their_names() -> None:
    matrix = PlainRows(NUMBERS).json([{"c": 1, "a": 2, "b e": 3}])
    np.testing.assert_array_equal(matrix, [[2.0, 3.0, 1.0]])


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"1\n" * 1_000_001, wire.CSV),
        (b"1\r" * 1_000_001, wire.CSV),
        (b'{"instances":[' + b"1," * 1_000_000 + b"1]}", wire.JSON),
    ],
)
def test_a_million_rows_are_the_most(body: bytes, media_type: str) -> None:
    with pytest.raises(wire.TooManyRows, match="more than 1000000 rows"):
        wire.Reader(ONE).read(body, media_type)
