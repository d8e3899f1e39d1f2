import pytest
from toolkit.forecasting.periods import FREQUENCIES

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("frequency", "written", "text"),
    [
        ("yearly", "2017", "2017"),
        ("yearly", "2017-01-01", "2017"),
        ("quarterly", "1998 Q1", "1998 Q1"),
        ("quarterly", "1998Q4", "1998 Q4"),
        ("quarterly", "1998-10-01", "1998 Q4"),
        ("monthly", "2017-03", "2017-03"),
        ("monthly", "2017 Dec", "2017-12"),
        ("monthly", "2017-03-01 00:00:00", "2017-03"),
        ("weekly", "2017 W05", "2017 W05"),
        ("weekly", "2020-W53", "2020 W53"),
        ("weekly", "2021-01-03", "2020 W53"),
        ("daily", "2017-03-01", "2017-03-01"),
        ("daily", "2017-03-01T00:00:00", "2017-03-01"),
        ("hourly", "2017-03-01 05:00", "2017-03-01 05:00:00"),
        ("hourly", "2017-03-01T05:00:00+02:00", "2017-03-01 03:00:00"),
    ],
)
def test_periods_are_read_as_people_write_them_and_written_in_one_form(frequency: str, written: str, text: str) -> None:
    found = FREQUENCIES[frequency]
    assert found.text(found.number(written)) == text


@pytest.mark.parametrize(
    ("frequency", "first", "second"),
    [
        ("yearly", "1999", "2000"),
        ("quarterly", "1999 Q4", "2000 Q1"),
        ("monthly", "1999-12", "2000-01"),
        ("weekly", "2020 W53", "2021 W01"),
        ("daily", "2000-02-29", "2000-03-01"),
        ("hourly", "1999-12-31 23:00:00", "2000-01-01 00:00:00"),
    ],
)
def test_the_next_period_is_one_more(frequency: str, first: str, second: str) -> None:
    found = FREQUENCIES[frequency]
    assert found.number(second) - found.number(first) == 1
    assert found.text(found.number(first) + 1) == second


@pytest.mark.parametrize(
    ("frequency", "written"),
    [
        ("yearly", "17"),
        ("quarterly", "1998 Q5"),
        ("quarterly", "soon"),
        ("monthly", "2017-13"),
        ("monthly", "2017 Foo"),
        ("weekly", "2017 W53"),
        ("daily", "2017-02-29"),
        ("daily", "2017-03-01 05:00"),
        ("hourly", "2017-03-01 05:30"),
        ("hourly", ""),
    ],
)
def test_what_is_no_period_is_refused(frequency: str, written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (any; the caller names the cell)
        FREQUENCIES[frequency].number(written)
