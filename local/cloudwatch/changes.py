"""What a change of an alarm's state sets off: an event on the bus, and messages to the topics of its actions.

Forms: AWS's pages "Alarm events and EventBridge" and "Notifying users on alarm changes".
"""

import json
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local import clients
from local.settings import ACCOUNT, REGION, Settings

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One alarm went from one state to another."""

    name: str
    arn: str
    description: str
    before: str
    after: str
    reason: str
    reason_data: str
    moment: datetime
    definition: dict[str, Any]
    actions: tuple[str, ...] = field(default=())


def tell(settings: Settings, change: Change) -> None:
    """Send the event and the messages; an alarm does not fail because nobody can be told."""
    try:
        clients.client("events", settings).put_events(
            Entries=[
                {
                    "Source": "aws.cloudwatch",
                    "DetailType": "CloudWatch Alarm State Change",
                    "Resources": [change.arn],
                    "Detail": json.dumps(_detail(change)),
                }
            ]
        )
        for action in change.actions:
            _act(settings, action, change)
    except Exception:
        LOG.exception("the change of alarm %s could not be told", change.name)


def _detail(change: Change) -> dict[str, Any]:
    return {
        "alarmName": change.name,
        "state": {
            "value": change.after,
            "reason": change.reason,
            "reasonData": change.reason_data,
            "timestamp": _spelled(change.moment),
        },
        "previousState": {"value": change.before},
        "configuration": {"description": change.description, **change.definition},
    }


def _act(settings: Settings, action: str, change: Change) -> None:
    service = action.split(":")[2]
    if service != "sns":
        LOG.warning("alarm %s: actions on %s are not done here: %s", change.name, service, action)
        return
    message = {
        "AlarmName": change.name,
        "AlarmDescription": change.description or None,
        "AWSAccountId": ACCOUNT,
        "NewStateValue": change.after,
        "NewStateReason": change.reason,
        "StateChangeTime": _spelled(change.moment),
        "Region": REGION,
        "AlarmArn": change.arn,
        "OldStateValue": change.before,
        "Trigger": change.definition,
    }
    subject = f'{change.after}: "{change.name}" in {REGION}'[:100]
    clients.client("sns", settings).publish(TopicArn=action, Subject=subject, Message=json.dumps(message))


def _spelled(moment: datetime) -> str:
    return moment.replace(tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
