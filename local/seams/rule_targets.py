"""Seam: an EventBridge rule reaches SNS topics. moto's rules know logs, queues, buses and archives only.

The message is the event as JSON, its time in ISO 8601, as EventBridge sends it; input transformers apply.
"""
# moto's method is replaced on purpose
# mypy: disable-error-code="method-assign"

import copy
import json
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule
from moto.events.utils import EventTemplateParser

from local import clients
from local.settings import Settings


def install(settings: Settings) -> None:
    """Send to topics ourselves, to the rest as moto does."""
    original = Rule.send_to_targets

    def send_to_targets(self: Any, original_event: Any, transform_input: bool = True) -> None:
        topics = [target for target in self.targets if _is_topic(target)]
        if topics and self.event_pattern.matches_event(original_event):
            for target in topics:
                message = _message(target, original_event, transform=transform_input)
                clients.client("sns", settings).publish(TopicArn=target["Arn"], Message=message)
        rest = copy.copy(self)
        rest.targets = [target for target in self.targets if not _is_topic(target)]
        original(rest, original_event, transform_input)

    Rule.send_to_targets = send_to_targets


def _is_topic(target: dict[str, Any]) -> bool:
    return str(target["Arn"]).split(":")[2:3] == ["sns"]


def _message(target: dict[str, Any], event: dict[str, Any], *, transform: bool) -> str:
    spelled = {**event, "time": _spelled(event.get("time"))}
    transformer = target.get("InputTransformer") if transform else None
    if not transformer:
        return json.dumps(spelled)
    made = EventTemplateParser.parse(
        input_template=transformer.get("InputTemplate"),
        input_paths_map=transformer.get("InputPathsMap", {}),
        event=spelled,  # type: ignore[arg-type]
    )
    return made if isinstance(made, str) else json.dumps(made)


def _spelled(time: Any) -> Any:
    if not isinstance(time, int | float):
        return time
    return datetime.fromtimestamp(time, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
