"""Seam: an EventBridge rule reaches SNS topics and state machines. moto's rules know logs, queues, buses, archives.

The message is the event as JSON, its time in ISO 8601, as EventBridge sends it, unless the target has an `Input`,
an `InputPath` or an `InputTransformer`. A disabled rule sends nothing; moto's do.
"""
# moto's method is replaced on purpose
# mypy: disable-error-code="method-assign"

import copy
import json
import logging
import threading
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule
from moto.events.utils import EventTemplateParser

from local import clients
from local.settings import Settings

LOG = logging.getLogger(__name__)
_OURS = ("sns", "states")
_INTERNAL = "ingestion-time"


def install(settings: Settings) -> None:
    """Send to topics and state machines ourselves, to the rest as moto does."""
    original = Rule.send_to_targets

    def send_to_targets(self: Any, original_event: Any, transform_input: bool = True) -> None:
        if self.state == "DISABLED":
            return
        ours = [target for target in self.targets if _service(target) in _OURS]
        if ours and self.event_pattern.matches_event(original_event):
            for target in ours:
                _send(settings, target, original_event)
        rest = copy.copy(self)
        rest.targets = [target for target in self.targets if target not in ours]
        original(rest, original_event, transform_input)

    Rule.send_to_targets = send_to_targets


def _service(target: dict[str, Any]) -> str:
    return str(target["Arn"]).split(":")[2]


def _send(settings: Settings, target: dict[str, Any], event: dict[str, Any]) -> None:
    message = _message(target, event)
    if _service(target) == "sns":
        clients.client("sns", settings).publish(TopicArn=target["Arn"], Message=message)
        return
    # In the background: whoever caused the event (a put of S3, say) does not wait for what it starts.
    threading.Thread(target=_start, args=(settings, target, message, event.get("id", "")), daemon=True).start()


def _start(settings: Settings, target: dict[str, Any], message: str, event: str) -> None:
    """Executions are named by the event's id and an id of their own."""
    name = f"{event}_{uuid.uuid4()}"
    try:
        states = clients.client("stepfunctions", settings, target.get("RoleArn") or "")
        states.start_execution(stateMachineArn=target["Arn"], name=name, input=message)
    except Exception:
        LOG.exception("%s could not be started by an event", target["Arn"])


def _message(target: dict[str, Any], event: dict[str, Any]) -> str:
    if "Input" in target:
        return str(target["Input"])
    sent = {key: value for key, value in event.items() if key != _INTERNAL}
    sent["time"] = _spelled(event.get("time"))
    if path := target.get("InputPath"):
        return json.dumps(_at(path, sent))
    transformer = target.get("InputTransformer")
    if not transformer:
        return json.dumps(sent)
    made = EventTemplateParser.parse(
        input_template=transformer.get("InputTemplate"),
        input_paths_map=transformer.get("InputPathsMap", {}),
        event=sent | {_INTERNAL: sent["time"]},  # type: ignore[arg-type]
    )
    return made if isinstance(made, str) else json.dumps(made)


def _at(path: str, event: dict[str, Any]) -> Any:
    """The part of an event that an `InputPath` names: `$`, or members joined by dots."""
    part: Any = event
    for member in path.split(".")[1:]:
        part = part[member]
    return part


def _spelled(time: Any) -> Any:
    if not isinstance(time, int | float):
        return time
    return datetime.fromtimestamp(time, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
