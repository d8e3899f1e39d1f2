"""Seam: a state machine's logging configuration is obeyed: events of its executions go to CloudWatch Logs.

moto has a logging session that nothing gives to executions, and that cannot read its own timestamps; its
CloudFormation drops the configuration. Levels and events are moto's table of AWS's. One stream per execution.
https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, attr-defined, assignment, arg-type"

import datetime
import hashlib
import json
import logging
from dataclasses import dataclass
from typing import Any

from moto.logs.models import logs_backends
from moto.stepfunctions.models import StateMachine
from moto.stepfunctions.parser.asl.eval.event.logging import (
    CloudWatchLoggingConfiguration,
    is_logging_enabled_for,
)
from moto.stepfunctions.parser.backend.execution import Execution

LOG = logging.getLogger(__name__)


@dataclass
class Session:
    """Where the events of one execution go; moto asks it for each event."""

    execution_arn: str
    account: str
    region: str
    group: str
    stream: str
    level: str
    include_execution_data: bool
    redrive_count: int = 0

    @property
    def configuration(self) -> "Session":
        """What moto looks into for `include_execution_data`."""
        return self

    def log_level_filter(self, history_event_type: Any) -> bool:
        """Tell whether events of a type are logged."""
        return bool(is_logging_enabled_for(log_level=self.level, history_event_type=history_event_type))

    def publish_history_log(self, history_log: Any) -> None:
        """Write one event; a group that is gone loses it, as on AWS."""
        moment = datetime.datetime.fromisoformat(history_log["event_timestamp"])
        millis = round(moment.timestamp() * 1000)
        message = {
            "id": history_log["id"],
            "type": history_log["type"],
            "details": history_log.get("details") or {},
            "redrive_count": str(self.redrive_count),
            "previous_event_id": history_log["previous_event_id"],
            "event_timestamp": str(millis),
            "execution_arn": self.execution_arn,
        }
        try:
            backend = logs_backends[self.account][self.region]
            backend.ensure_log_stream(self.group, self.stream)
            event = {"timestamp": millis, "message": json.dumps(message, default=str)}
            backend.put_log_events(self.group, self.stream, [event])
        except Exception as error:
            LOG.warning("an event of %s could not be logged: %s", self.execution_arn, error)


def install() -> None:
    """Give executions a session when they start, and state machines their configuration from templates."""
    start = Execution.start

    def start_execution(self: Any) -> None:
        if self._cloud_watch_logging_session is None:
            self._cloud_watch_logging_session = session_of(self)
        start(self)

    Execution.start = start_execution
    _configure_from_templates()


def session_of(execution: Any) -> Session | None:
    """Return where the events of an execution go; None if they go nowhere."""
    machine = execution.state_machine
    wanted: Any = getattr(machine, "loggingConfiguration", None) or {}
    if wanted.get("level", "OFF") == "OFF":
        return None
    place = CloudWatchLoggingConfiguration.extract_log_arn_parts_from(wanted)
    if place is None:
        return None
    account, region, group = place
    minute = execution.start_date.strftime("%Y-%m-%d-%H-%M")
    suffix = hashlib.sha256(execution.exec_arn.encode()).hexdigest()[:8]
    return Session(
        execution_arn=execution.exec_arn,
        account=account,
        region=region,
        group=group,
        stream=f"states/{machine.name}/{minute}/{suffix}",
        level=wanted["level"],
        include_execution_data=bool(wanted.get("includeExecutionData")),
    )


def _configure_from_templates() -> None:
    create = StateMachine.create_from_cloudformation_json.__func__
    update = StateMachine.update_from_cloudformation_json.__func__

    def created(cls: Any, resource_name: str, cloudformation_json: Any, *rest: Any, **more: Any) -> Any:
        return _configured(create(cls, resource_name, cloudformation_json, *rest, **more), cloudformation_json)

    def updated(cls: Any, *rest: Any, cloudformation_json: Any, **more: Any) -> Any:
        machine = update(cls, *rest, cloudformation_json=cloudformation_json, **more)
        return _configured(machine, cloudformation_json)

    StateMachine.create_from_cloudformation_json = classmethod(created)
    StateMachine.update_from_cloudformation_json = classmethod(updated)


def _configured(machine: Any, resource: Any) -> Any:
    properties = resource.get("Properties", {})
    for name in ("LoggingConfiguration", "TracingConfiguration"):
        if name in properties:
            setattr(machine, name[:1].lower() + name[1:], _camel(properties[name]))
    if "StateMachineType" in properties:
        machine.type = machine.sm_type = properties["StateMachineType"]
    return machine


def _camel(value: Any) -> Any:
    """Spell the names of a template as the API spells them; CloudFormation may give booleans as texts."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: _camel(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_camel(item) for item in value]
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
