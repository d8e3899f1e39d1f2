"""What is sent parses back to what was meant."""

import csv
import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from predict import check, instances, schema, wire
from predict.media import CSV, JSON, Text

from tests.lambdas.predict.world import FEATURES

pytestmark = pytest.mark.unit
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
ROWS = st.lists(st.tuples(NUMBERS, st.integers(-(2**70), 2**70), TEXTS), min_size=1, max_size=5)


def schema_of(levels: set[str]) -> schema.Schema:
    category = {"name": "colour", "type": "category", "categories": sorted(levels)}
    numbers = [{"name": "length", "type": "number"}, {"name": "petals", "type": "integer"}]
    return schema.read(FEATURES | {"features": [*numbers, category]})


def assert_same(line: bytes, rows: list[tuple[float, int, str]]) -> None:
    read = list(csv.reader(io.StringIO(line.decode(), newline=""), strict=True))
    assert [(float(number), int(whole), text) for number, whole, text in read] == rows


@given(ROWS)
def test_json_values_survive_the_wire(rows: list[tuple[float, int, str]]) -> None:
    of = schema_of({text for _, _, text in rows})
    body = json.dumps({"instances": [list(row) for row in rows]})
    assert_same(wire.write(check.rows(instances.read(Text(JSON, body), of), of), of), rows)


@given(ROWS)
def test_csv_values_survive_the_wire(rows: list[tuple[float, int, str]]) -> None:
    of = schema_of({text for _, _, text in rows})
    body = io.StringIO(newline="")
    csv.writer(body).writerows([("length", "petals", "colour"), *rows])
    typed = check.rows(instances.read(Text(CSV, body.getvalue()), of), of)
    assert_same(wire.write(typed, of), rows)
    assert all(math.isfinite(row["length"]) for row in typed)
