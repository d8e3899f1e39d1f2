from pathlib import Path

import pytest
from contract import table
from contract.errors import UserError
from hypothesis import given
from hypothesis import strategies as st

pytestmark = pytest.mark.unit


def test_bom_and_crlf_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xef\xbb\xbfa,b\r\n1,2\r\n")
    assert list(table.rows(table.read_text(path), path.name)) == [["a", "b"], ["1", "2"]]


def test_a_wrong_encoding_is_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("name\nplain\ncaf\xe9\n".encode("latin-1"))
    with pytest.raises(UserError, match=r"latin\.csv, line 3: byte 0xe9 is not UTF-8"):
        table.read_text(path)


def test_an_open_quote_is_named_by_file() -> None:
    with pytest.raises(UserError, match=r"x\.csv, line 2: not valid CSV"):
        list(table.rows('a,b\n1,"2', "x.csv"))


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=2), min_size=1))
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, records: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("csv") / "deep" / "a.csv"
    table.write(path, records)
    text = path.read_bytes().decode("utf-8")
    assert list(table.rows(text, "a.csv")) == records


def test_a_line_is_quoted_as_in_a_file() -> None:
    assert table.line([1.5, 2, 'a "b", c']) == '1.5,2,"a ""b"", c"'


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity", "1_000", "1,5", "", "0x10", "1e999", "one"])
def test_what_is_no_finite_number_is_refused(cell: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        table.number(cell)


@pytest.mark.parametrize(("cell", "value"), [(".5", 0.5), ("+1", 1.0), ("-2E3", -2000.0), (" 7 ", 7.0)])
def test_numbers_as_people_write_them(cell: str, value: float) -> None:
    assert table.number(cell) == value
