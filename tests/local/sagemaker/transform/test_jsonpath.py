from typing import Any

import pytest

from local.sagemaker.transform.jsonpath import JsonPath, PathProblem

pytestmark = pytest.mark.unit

ROW = ["0", "1", "2", "3", "4", "5"]
RECORD = {"id": 7, "features": [1, 2, 3], "nested": {"a": 1, "b": {"c": 2}}, "rows": [{"x": 1}, {"x": 2}]}


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        ("$", ROW),
        ("$[0]", "0"),
        ("$[-1]", "5"),
        ("$[0,2]", ["0", "2"]),
        ("$[0,-1]", ["0", "5"]),
        ("$[1:]", ["1", "2", "3", "4", "5"]),
        ("$[1:4]", ["1", "2", "3", "4"]),  # "the second through fifth columns", says AWS's guide
        ("$[:5]", ["0", "1", "2", "3", "4", "5"]),  # "the first column through the sixth"
        ("$[-2:]", ["4", "5"]),
        ("$[:-2]", ["0", "1", "2", "3", "4"]),
        ("$[:-1]", ROW),
        ("$[2:99]", ["2", "3", "4", "5"]),
        ("$[*]", ROW),
        ("$[ 0 , 2 ]", ["0", "2"]),
    ],
)
def test_columns_are_selected_by_their_place(path: str, selected: Any) -> None:
    assert JsonPath(path).select(ROW) == selected


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        ("$", RECORD),
        ("$.id", 7),
        ("$['id']", 7),
        ("$.features", [1, 2, 3]),
        ("$.features[1]", 2),
        ("$.features[0,2]", [1, 3]),
        ("$['id','features']", {"id": 7, "features": [1, 2, 3]}),
        ("$.nested['a','b']", {"a": 1, "b": {"c": 2}}),
        ("$.nested.['a','b']", {"a": 1, "b": {"c": 2}}),
        ("$.nested.b.c", 2),
        ("$.nested.*", [1, {"c": 2}]),
        ("$.rows[*].x", [1, 2]),
        ("$.rows[1].x", 2),
    ],
)
def test_attributes_are_selected_by_their_name(path: str, selected: Any) -> None:
    assert JsonPath(path).select(RECORD) == selected


@pytest.mark.parametrize("path", ["", "id", "$id", "$[", "$[x]", "$['a", "$['a'x]", "$..id", "$[1:2:3]", "$[]", "$."])
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(PathProblem, match="Invalid JsonPath"):
        JsonPath(path)


def test_ranges_cannot_be_mixed_as_awss_log_says() -> None:
    with pytest.raises(PathProblem) as refused:
        JsonPath("$[0:2,246:]")
    assert str(refused.value) == (
        "Invalid JsonPath: $[0:2,246:]: only single range filters of format (eg: [1:5]) are supported."
        " Format [0:2,246:] is not supported"
    )


@pytest.mark.parametrize(
    ("path", "value"),
    [("$[6]", ROW), ("$[-7]", ROW), ("$.other", RECORD), ("$.id.deeper", RECORD), ("$[0]", RECORD), ("$[1:]", RECORD)],
)
def test_what_is_not_there_is_an_error(path: str, value: Any) -> None:
    with pytest.raises(PathProblem, match="Invalid JsonPath"):
        JsonPath(path).select(value)


def test_only_the_root_selects_everything() -> None:
    assert not JsonPath("$")
    assert JsonPath("$[0:]")
