"""What both sides of the forecasting benchmark read, and what its ratio says."""

import csv
from pathlib import Path

import pytest

from benchmarks.forecasting.__main__ import HELD_OUT, SAMPLE, TRAIN, Took, chosen, place, read, report

pytestmark = pytest.mark.unit


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_both_sides_have_the_same_series(tmp_path: Path) -> None:
    place(tmp_path, chosen(read(SAMPLE), 3), "ets", 2)
    train, every = rows(tmp_path / TRAIN), rows(tmp_path / "all.csv")
    held_out = rows(tmp_path / "input/data/validation/validation.csv")
    assert sorted(map(str, train + held_out)) == sorted(map(str, every))
    assert len({(row["Region"], row["Purpose"]) for row in every}) == 3
    assert len({row["Quarter"] for row in held_out}) == HELD_OUT


def test_more_series_than_there_are_repeat_with_other_values() -> None:
    found = read(SAMPLE)
    more = chosen(found, 2 * len(found))
    assert len(more) == 2 * len(found)
    assert len({tuple(values) for values in more.values()}) == len(more)


@pytest.mark.parametrize(("ours", "met"), [(10.0, True), (10.1, False)])
def test_goal_is_one_process_by_the_cores(ours: float, met: bool) -> None:
    text, said = report(60, "ets", 2, [Took(ours, 18.0)] * 3, [Took(20.0, 19.0)] * 3)
    assert said is met
    assert f"our image, 2 cores | {ours:.1f} | 18.0 |" in text
