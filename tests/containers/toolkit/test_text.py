import pytest
from toolkit.text import clipped, squeezed

pytestmark = pytest.mark.unit


def test_short_names_stay() -> None:
    assert clipped("abc", 3) == squeezed("abc", 3) == "abc"


def test_names_that_share_a_beginning_differ_when_squeezed() -> None:
    names = [f"a rather long name of class {number}" for number in range(30)]
    assert len({squeezed(name, 12) for name in names}) == 30
    assert {len(squeezed(name, 12)) for name in names} == {12}


def test_clipped_names_fit() -> None:
    assert clipped("a rather long name", 8) == "a rathe…"
