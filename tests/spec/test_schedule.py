from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from spec.schedule import Schedule

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "expression",
    [
        "rate(1 day)",
        "rate(12 hours)",
        "cron(0 3 ? * SUN *)",
        "cron(0/15 8-18 ? * MON-FRI *)",
        "cron(30 4 1,15 * ? *)",
        "cron(0 0 L JAN,JUL ? 2026-2030)",
        "cron(0 0 15W * ? *)",
        "cron(0 0 ? * 2#1 *)",
        "cron(0 0 ? * 6L *)",
    ],
)
def test_what_the_scheduler_takes_is_taken(expression: str) -> None:
    assert Schedule(retrain=expression).retrain == expression


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("rate(0 days)", "rate\\(number unit\\)"),
        ("rate(2 day)", "rate\\(2 days\\)"),
        ("rate(3 weeks)", "rate\\(number unit\\)"),
        ("cron(0 3 * * * *)", "exactly one"),
        ("cron(0 3 ? * ? *)", "exactly one"),
        ("cron(60 3 ? * SUN *)", "minutes from 0 to 59"),
        ("cron(0 3 32 * ? *)", "day of month from 1 to 31"),
        ("cron(0 3 ? 13 SUN *)", "month from 1 to 12"),
        ("cron(0 3 ? * 0 *)", "day of week from 1 to 7"),
        ("cron(0 3 ? * SUN 1969)", "year from 1970 to 2199"),
        ("cron(0/0 3 ? * SUN *)", "minutes"),
        ("cron(9-3 3 ? * SUN *)", "minutes"),
        ("cron(\u0665 3 ? * SUN *)", "minutes"),
    ],
)
def test_what_the_scheduler_refuses_is_refused_with_the_reason(expression: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Schedule(retrain=expression)


@given(st.lists(st.text("0123456789*?/,-LW#MON", max_size=5), min_size=6, max_size=6))
def test_any_fields_are_taken_or_refused(fields: list[str]) -> None:
    expression = f"cron({' '.join(fields)})"
    with suppress(ValidationError):
        assert "?" in str(Schedule(retrain=expression).retrain).split("cron(")[1].split()
