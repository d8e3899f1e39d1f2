"""What benchmarks write into docs/performance.md: tables, pictures, whether a goal is met."""

from pathlib import Path

import pytest

from benchmarks import bars, document, host
from benchmarks.api import report as api
from benchmarks.bars import Bar
from benchmarks.fan_out import __main__ as fan_out
from benchmarks.forecasting import __main__ as forecasting
from benchmarks.forecasting.__main__ import Took

pytestmark = pytest.mark.unit


def handlers(cold: float, warm: float) -> dict[str, dict[str, float]]:
    """Medians of which only ours are given; boto3 takes 100 and 2 ms, a raw call 0.5."""
    rest = {"import": 1.0, "p99": 9.0, "memory": 20.0}
    own = {api.OURS: (cold, warm), "plain_boto3": (100.0, 2.0), "raw_call": (10.0, 0.5)}
    return {name: {"cold": first, "p50": then, **rest} for name, (first, then) in own.items()}


@pytest.mark.parametrize(
    ("cold", "warm", "said"),
    [
        (50.0, 1.5, ["0.50 of the plain boto3 handler's (goal: at most 0.50): met", "+1.00 ms", "1 ms): met; 0.75 of"]),
        (51.0, 1.6, ["0.51 of the plain boto3 handler's (goal: at most 0.50): missed", "+1.10 ms", "1 ms): missed; "]),
    ],
)
def test_goals_of_the_api_are_judged(cold: float, warm: float, said: list[str]) -> None:
    verdict = api.verdict(handlers(cold, warm))
    assert [words for words in said if words not in verdict] == []


def test_table_of_the_api_has_a_row_for_each_handler() -> None:
    lines = api.table(handlers(50.4, 1.234)).splitlines()
    assert lines[2] == "| trainyard's handler | 1 | 50 | 1.23 | 9.00 | 20 |"
    assert [line.split(" | ")[0] for line in lines[3:]] == ["| plain boto3 handler", "| raw signed HTTP call"]


def test_fan_out_is_told_beside_one_at_a_time_and_beside_the_ideal() -> None:
    lines = fan_out.table(24, {1: 20.0, 4: 11.0}, 10.0).splitlines()
    assert lines[0] == "24 data sets; the ideal is 10.0 s."
    assert lines[-2:] == ["| 1 | 20.0 | 1.00 | 2.00 |", "| 4 | 11.0 | 0.55 | 1.10 |"]
    assert fan_out.picture(24, {1: 20.0}, 10.0)["24 data sets, seconds"][-1].value == 10.0


def test_one_process_of_forecasting_is_shown_by_the_cores_too() -> None:
    rounds = [Took(5.0, 9.0), Took(7.0, 9.0), Took(6.0, 9.0)]
    (found,) = forecasting.picture(304, 2, rounds, [Took(12.0, 12.0)]).values()
    assert [(bar.value, bar.ours) for bar in found] == [(6.0, True), (6.0, False), (12.0, False)]


def test_picture_has_every_bar_as_text_and_is_the_same_again(tmp_path: Path) -> None:
    parts = {"one, s": [Bar("ours", 1234.5, ours=True), Bar("theirs", 0.0625)], "two, s": [Bar("alone", 1.0)]}
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        bars.draw(tmp_path / name / "figures.svg", parts)
    text = (tmp_path / "first/figures.svg").read_text()
    assert [word for word in ("one, s", "two, s", "ours", "theirs", "alone", "0.0625") if f">{word}<" not in text] == []
    assert text == (tmp_path / "second/figures.svg").read_text()


def test_section_has_its_picture_above_and_beside_the_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- a -->\n<!-- /a -->\n")
    document.illustrate("a", "some bars", {"one, s": [Bar("ours", 1.0)]}, "table", page)
    assert page.read_text() == "<!-- a -->\n![some bars](a.svg)\n\ntable\n<!-- /a -->\n"
    assert ">one, s<" in (tmp_path / "a.svg").read_text()


def test_machine_is_told_in_a_line() -> None:
    assert [name for name in ("cpu: ", "system: ", "python: 3.", "load before: ") if name not in host.line()] == []
