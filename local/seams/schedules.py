"""Seam: schedules are checked, changed and found missing as on AWS, and fire. moto only keeps them.

moto takes any expression and group, forgets on a change what the change leaves out, and nothing is due. What was due
last is kept with each schedule, so that it is in the snapshot. EventBridge's rules with a schedule fire as well.
"""
# moto's methods are replaced on purpose
# mypy: disable-error-code="method-assign"

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from moto.events.models import events_backends
from moto.scheduler import models
from moto.scheduler.exceptions import ScheduleExists, ScheduleGroupNotFound, ValidationException
from moto.scheduler.models import EventBridgeSchedulerBackend, scheduler_backends
from moto.scheduler.responses import EventBridgeSchedulerResponse

from local.persistence.gate import Gate
from local.scheduler import targets
from local.scheduler.entries import Entry
from local.scheduler.expressions import check
from local.settings import ACCOUNT, REGION, Settings

_LAST = "trainyard_last"


def install() -> None:
    """Check what is asked for, and keep what moto's change forgets."""
    EventBridgeSchedulerBackend.create_schedule = _creating(EventBridgeSchedulerBackend.create_schedule)
    EventBridgeSchedulerResponse.update_schedule = _updating(EventBridgeSchedulerResponse.update_schedule)
    EventBridgeSchedulerBackend.create_schedule_group = _creating_group(
        EventBridgeSchedulerBackend.create_schedule_group
    )
    EventBridgeSchedulerBackend.delete_schedule_group = _deleting_group(
        EventBridgeSchedulerBackend.delete_schedule_group
    )


def _check(expression: str, zone: str | None) -> None:
    try:
        check(expression, zone or "UTC")
    except ValueError as problem:
        raise ValidationException(str(problem)) from problem


def _creating(original: Any) -> Any:
    def create_schedule(self: Any, **given: Any) -> Any:
        self.get_schedule_group(given["group_name"])
        _check(given["schedule_expression"], given["schedule_expression_timezone"])
        return original(self, **given)

    return create_schedule


def _updating(original: Any) -> Any:
    def update_schedule(self: Any) -> Any:
        _check(self._get_param("ScheduleExpression"), self._get_param("ScheduleExpressionTimezone"))
        answer = original(self)
        name = self.uri.split("?")[0].split("/")[-1]
        schedule = self.scheduler_backend.get_schedule(self._get_param("GroupName"), name)
        schedule.state = schedule.state or "ENABLED"
        schedule.action_after_completion = self._get_param("ActionAfterCompletion")
        vars(schedule).pop(_LAST, None)
        return answer

    return update_schedule


def _creating_group(original: Any) -> Any:
    def create_schedule_group(self: Any, name: str, tags: Any) -> Any:
        if name in self.schedule_groups:
            raise ScheduleExists(name)
        return original(self, name=name, tags=tags or [])

    return create_schedule_group


def _deleting_group(original: Any) -> Any:
    def delete_schedule_group(self: Any, name: str | None) -> Any:
        if name not in self.schedule_groups:
            raise ScheduleGroupNotFound(name or "default")
        return original(self, name)

    return delete_schedule_group


def entries(settings: Settings, gate: Gate) -> Callable[[], Iterator[Entry]]:
    """Return a function that lists everything with a rhythm; `gate` is told of what firing changes."""
    seen: dict[str, tuple[str, float]] = {}
    fired: dict[str, datetime] = {}

    def listed() -> Iterator[Entry]:
        for group in list(scheduler_backends[ACCOUNT][REGION].schedule_groups.values()):
            for schedule in list(group.schedules.values()):
                yield _schedule(settings, gate, group, schedule)
        for rule in list(events_backends[ACCOUNT][REGION].event_buses["default"].rules.values()):
            if rule.scheduled_expression:
                yield rule_entry(rule, seen, fired)

    return listed


def _schedule(settings: Settings, gate: Gate, group: models.ScheduleGroup, schedule: models.Schedule) -> Entry:
    def fire(due: datetime, now: datetime) -> None:
        with gate.shared(changes=True):
            setattr(schedule, _LAST, now)
        targets.start(settings, schedule.arn, schedule.target, due)

    def finish() -> None:
        if schedule.action_after_completion == "DELETE" and group.schedules.get(schedule.name) is schedule:
            with gate.shared(changes=True):
                group.delete_schedule(schedule.name)

    return Entry(
        key=schedule.arn,
        expression=schedule.schedule_expression,
        zone=schedule.schedule_expression_timezone,
        enabled=schedule.state == "ENABLED",
        began=_moment(schedule.last_modified_date),
        start=_moment(schedule.start_date) if schedule.start_date else None,
        end=_moment(schedule.end_date) if schedule.end_date else None,
        last=vars(schedule).get(_LAST),
        fire=fire,
        finish=finish,
    )


def rule_entry(rule: Any, seen: dict[str, tuple[str, float]], fired: dict[str, datetime]) -> Entry:
    """A rule's rate counts from when it was made; moto does not know when, so from when it was seen first."""
    if seen.get(rule.arn, ("", 0))[0] != rule.scheduled_expression:
        seen[rule.arn] = (rule.scheduled_expression, time.time())
        fired.pop(rule.arn, None)
    began = _moment(seen[rule.arn][1])
    return Entry(
        key=rule.arn,
        expression=rule.scheduled_expression,
        zone="UTC",
        enabled=rule.state == "ENABLED",
        began=began,
        start=None,
        end=None,
        last=fired.get(rule.arn, began),
        fire=partial(_send, rule, fired),
        finish=lambda: None,
    )


def _send(rule: Any, fired: dict[str, datetime], due: datetime, now: datetime) -> None:
    fired[rule.arn] = now
    rule.send_to_targets(
        {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": ACCOUNT,
            "time": due.timestamp(),
            "region": REGION,
            "resources": [rule.arn],
            "detail": {},
        }
    )


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(float(seconds), tz=UTC)
