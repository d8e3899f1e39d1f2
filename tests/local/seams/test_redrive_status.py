"""Which executions can be redriven, by the words of DescribeExecution."""

import datetime
from types import SimpleNamespace
from typing import Any

import pytest

from local.seams.redrive_status import description, why_not

pytestmark = pytest.mark.unit
NOW = datetime.datetime.now(tz=datetime.UTC)


def execution(*, status: str = "FAILED", days: float = 0, open_days: float = 0, events: int = 3, **more: Any) -> Any:
    stopped = NOW - datetime.timedelta(days=days)
    manager = SimpleNamespace(_history_event_list=[None] * events)
    return SimpleNamespace(
        status=status,
        start_date=stopped - datetime.timedelta(days=open_days),
        stop_date=stopped,
        exec_worker=SimpleNamespace(env=SimpleNamespace(event_manager=manager)),
        redrive_count=0,
        redrive_date=None,
        **{"sm_type": "STANDARD", "map_run_arn": None, **more},
    )


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ({"status": "RUNNING"}, "Execution is RUNNING and cannot be redriven"),
        ({"status": "SUCCEEDED"}, "Execution is SUCCEEDED and cannot be redriven"),
        ({"days": 14.1}, "Execution redrivable period exceeded"),
        ({"open_days": 366}, "Execution has exceeded the max execution time"),
        ({"events": 24_999}, "Execution history event limit exceeded"),
        ({"days": 13.9, "events": 24_998}, None),
        ({"status": "ABORTED"}, None),
        ({"status": "TIMED_OUT"}, None),
    ],
)
def test_each_reason_is_named(state: dict[str, Any], reason: str | None) -> None:
    assert why_not(execution(**state)) == reason


def test_a_child_of_a_map_run_is_redriven_by_it() -> None:
    assert description(execution(map_run_arn="arn"))["redriveStatus"] == "REDRIVABLE_BY_MAP_RUN"


def test_express_executions_know_no_redrive() -> None:
    assert description(execution(sm_type="EXPRESS")) == {}
