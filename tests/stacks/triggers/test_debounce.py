"""Files told one by one: one schedule is made, then moved, and anew when it has fired."""

import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stacks.triggers.debounce import definition
from stacks.workflow.names import Names
from tests.stacks.workflow.interpreter import Execution, Json, TaskError
from tests.stacks.workflow.shapes import problems

pytestmark = pytest.mark.unit

QUIET = 300


@dataclass
class Scheduler:
    """One schedule, or none; `faults` are raised first."""

    schedule: Json | None = None
    faults: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)

    def __call__(self, state: str, resource: str, arguments: Any) -> Json:
        assert not problems(resource, arguments)
        self.calls.append(resource.rpartition(":")[2])
        if self.faults:
            raise TaskError(self.faults.pop(0))
        creates = self.calls[-1] == "createSchedule"
        if creates and self.schedule is not None:
            raise TaskError("Scheduler.ConflictException", "exists")
        if not creates and self.schedule is None:
            raise TaskError("Scheduler.ResourceNotFoundException", "does not exist")
        self.schedule = arguments
        return {"ScheduleArn": "arn"}


def machine() -> Json:
    """The definition, with the deployment's values filled in."""
    text = json.dumps(definition(names=Names(stage="dev", workload="daily"), quiet=QUIET))
    text = text.replace("${RunArn}", "arn:aws:states:us-east-1:123456789012:stateMachine:dev-daily")
    text = text.replace("${SchedulerRoleArn}", "arn:aws:iam::123456789012:role/starter")
    text = text.replace("${AWS::Partition}", "aws")
    made: Json = json.loads(text)
    return made


def told(scheduler: Scheduler) -> Execution:
    execution = Execution(machine(), scheduler, {"detail": {}})
    execution.run()
    return execution


def test_the_first_file_makes_a_schedule_that_starts_the_run_once_when_it_was_quiet() -> None:
    told(scheduler := Scheduler())
    assert scheduler.schedule
    found = re.fullmatch(r"at\((.*)\)", scheduler.schedule["ScheduleExpression"])
    assert found
    at = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    assert abs(at - datetime.now(UTC) - timedelta(seconds=QUIET)) < timedelta(seconds=20)
    assert scheduler.schedule["ScheduleExpressionTimezone"] == "UTC"
    assert scheduler.schedule["ActionAfterCompletion"] == "DELETE"
    assert scheduler.schedule["Target"]["Arn"].endswith(":dev-daily")


def test_the_next_file_moves_it() -> None:
    scheduler = Scheduler(schedule={})
    told(scheduler)
    assert scheduler.calls == ["createSchedule", "updateSchedule"]
    assert scheduler.schedule


def test_files_that_move_it_at_the_same_time_try_again() -> None:
    scheduler = Scheduler(schedule={}, faults=["Scheduler.ConflictException", "Scheduler.ConflictException"])
    told(scheduler)
    assert scheduler.calls == ["createSchedule", "updateSchedule", "updateSchedule"]


def test_a_schedule_that_fired_in_between_is_made_anew() -> None:
    faults = ["Scheduler.ConflictException", "Scheduler.ResourceNotFoundException"]
    told(scheduler := Scheduler(faults=faults))
    assert scheduler.calls == ["createSchedule", "updateSchedule", "createSchedule"]
    assert scheduler.schedule


def test_throttling_is_waited_out() -> None:
    execution = told(Scheduler(faults=["Scheduler.ThrottlingException"]))
    assert execution.retried == ["Create schedule"]


def test_what_waiting_does_not_mend_fails_and_is_told() -> None:
    with pytest.raises(TaskError, match="ServiceQuotaExceeded"):
        told(Scheduler(faults=["Scheduler.ServiceQuotaExceededException"]))
