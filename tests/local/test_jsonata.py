"""JSONata with the functions and the limits of Step Functions."""

import hashlib
import re
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from local.jsonata import QueryError, evaluate

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ('$parse("{\\"a\\": [1, null]}")', {"a": [1, None]}),
        ("$range(0, 10, 5)", [0, 5, 10]),
        ("$range(3, 1, -1)", [3, 2, 1]),
        ("$partition([1..5], 2)", [[1, 2], [3, 4], [5]]),
        ('$hash("a", "SHA-256")', hashlib.sha256(b"a").hexdigest()),
        ('$hash("a", "MD5")', hashlib.md5(b"a", usedforsecurity=False).hexdigest()),
        ("$random(7) = $random(7)", True),
        ("4 / 2", 2),
        ("1 / 2", 0.5),
        ('{"gone": $v.nope, "null": $v.n}', {"null": None}),
        ("$v.n", None),
        ("$none", None),
        ("$v.l[$ > 1]", [2, 3]),
        ("$map([1], function($x) { $x })", 1),
        ("[$map([1], function($x) { $x })]", [1]),
    ],
)
def test_evaluates(expression: str, expected: Any) -> None:
    assert evaluate(expression, {"v": {"n": None, "l": [1, 2, 3]}, "none": None}) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "$v.nope", "1 +", "$eval('1')", "$sum", "function($x) { $x }", "$error('no')", "$range(1, 5000, 1)",
        "$hash('a', 'CRC')", "$parse('{')", "$parse('NaN')", "$partition([1], 0)", "'a' + 1",
        "($f := function() { $f() + 1 }; $f())",
        "$v.nope ?? 1", "$v.nope ?: 1",
    ],
)  # fmt: skip
def test_refuses(expression: str) -> None:
    with pytest.raises(QueryError, match=re.escape(expression)):
        evaluate(expression, {"v": {}})


def test_uuids_are_of_version_4() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", evaluate("$uuid()", {}))


def test_an_expression_is_bound_anew_each_time() -> None:
    doubled = "[$map($list, function($one) { $one * 2 })]"
    assert evaluate(doubled, {"list": [1, 2]}) == [2, 4]
    with pytest.raises(QueryError):
        evaluate(doubled, {"list": ["a"]})
    assert evaluate("$list", {"list": [7]}) == [7]
    assert evaluate(doubled, {"list": [5]}) == [10]


def test_threads_evaluate_one_expression_at_once_and_each_sees_its_own_variables() -> None:
    """What is parsed is shared; functions of the expression's own, regular expressions and ranges are part of it."""
    text = """($own := function($x) { $x * $n }; {
        "list": [$map([1..50], $own)], "text": $replace($t, /[0-9]+/, function($m) { $m.match & '!' }),
        "nested": $reduce($map([1..20], $own), function($a, $b) { $a + $b })
    })"""
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: evaluate(text, {"n": n, "t": f"a{n}b"}), range(40)))
    assert [one["text"] for one in found] == [f"a{n}!b" for n in range(40)]
    assert [one["nested"] for one in found] == [n * 210 for n in range(40)]
    assert [one["list"] for one in found] == [[n * x for x in range(1, 51)] for n in range(40)]


def test_its_time_begins_anew_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluate("1 + 1", {})
    later = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: later)
    assert evaluate("1 + 1", {}) == 2
