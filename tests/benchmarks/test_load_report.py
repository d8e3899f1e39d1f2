"""What the load test counts as lost."""

import pytest

from benchmarks.load.report import Record, Window, errors, not_spared, table

pytestmark = pytest.mark.unit
UPDATE = Window("update", 100.0, 120.0)
KILL = Window("kill", 200.0, 210.0, frozenset({502, 503}))


def record(at: float, status: int = 200, ms: float = 50.0) -> Record:
    return Record(at, "single", ms, status, "" if status == 200 else f"{status}: why")


@pytest.mark.parametrize(
    "lost", [record(50, 502), record(110, 503), record(205, 0), record(205, 500), record(211, 502)]
)
def test_what_no_kill_excuses_is_lost(lost: Record) -> None:
    assert not_spared([record(1), lost, record(300)], [UPDATE, KILL]) == [lost]


@pytest.mark.parametrize("spared", [record(205, 502), record(199.9, 503, ms=200), record(110, 429)])
def test_what_a_kill_may_cost_and_what_the_throttle_refuses_is_not(spared: Record) -> None:
    assert not_spared([spared], [UPDATE, KILL]) == []


def test_answer_that_does_not_fit_its_question_is_lost() -> None:
    wrong = Record(110, "batch", 5, 200, "1 predictions for 20 rows")
    assert not_spared([wrong], [UPDATE, KILL]) == [wrong]


def test_table_has_a_row_for_all_each_window_and_each_kind() -> None:
    records = [record(float(at), ms=at) for at in range(1, 101)] + [record(110, 503), record(111, 429)]
    lines = table(records, [UPDATE]).splitlines()[2:]
    assert lines == [
        "| all | 110 | 102 | 1 | 1 | 50 | 99 |",
        "| update | 20 | 3 | 1 | 1 | 50 | 100 |",
        "| single |  | 102 | 1 | 1 | 50 | 99 |",
    ]


def test_errors_are_counted_by_kind_and_event() -> None:
    said = errors([record(110, 503), record(111, 503), record(50, 429)], [UPDATE]).splitlines()
    assert said == ["2 x single during update: 503: why", "1 x single during no event: 429: why"]
