from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spec.document import DocumentError, read

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("true", True),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("010", "010"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("1.7-1", "1.7-1"),
        ("1e-3", 0.001),
        ("2.", 2.0),
        ("-4", -4),
        (".inf", ".inf"),
        ("~", None),
        ("", None),
    ],
)
def test_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    read_value = read(f"a: {text}")[0]["a"]
    assert (read_value, type(read_value)) == (value, type(value))


def test_lines_are_those_of_the_file() -> None:
    lines = read("a: 1\nb:\n  - x\n  - y: 2\n")[1]
    assert (lines[("a",)], lines[("b", 0)], lines[("b", 1, "y")]) == (1, 3, 4)


def test_billion_laughs_are_refused() -> None:
    with pytest.raises(DocumentError, match="aliases") as raised:
        read("a: &a [x, x]\nb: [*a, *a]\n")
    assert raised.value.line == 2


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(DocumentError, match="at most 20 levels"):
        read("a: " + "[" * 100_000)


def test_control_characters_are_refused() -> None:
    with pytest.raises(DocumentError, match="YAML"):
        read("a: \x00")


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(DocumentError):
        value, lines = read(text)
        assert {(key,) for key in value} <= set(lines)
