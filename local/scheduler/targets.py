"""What a schedule starts: a state machine, or any call of an AWS API (a universal target).

A target that cannot be started is logged; it is not tried again, and no dead-letter queue is told.
"""

import json
import logging
import re
import uuid
from datetime import datetime
from typing import Any

from local import clients
from local.settings import Settings

LOG = logging.getLogger(__name__)
_UNIVERSAL = re.compile(r"arn:aws:scheduler:::aws-sdk:([a-z0-9]+):([a-zA-Z0-9]+)")


def start(settings: Settings, schedule: str, target: dict[str, Any], due: datetime) -> None:
    """Start the target with the schedule's role and input; words in angle brackets are filled in, as on AWS."""
    arn, given, name = str(target["Arn"]), target.get("Input") or "{}", str(uuid.uuid4())
    for word, value in {
        "scheduled-time": f"{due:%Y-%m-%dT%H:%M:%SZ}",
        "schedule-arn": schedule,
        "execution-id": name,
        "attempt-number": "1",
    }.items():
        given = given.replace(f"<aws.scheduler.{word}>", value)
    try:
        _call(settings, arn, given, name, target.get("RoleArn") or "")
    except Exception:
        LOG.exception("%s could not start %s", schedule, arn)


def _call(settings: Settings, arn: str, given: str, name: str, role: str) -> None:
    from local.seams.aws_sdk_task import boto_name, call

    if arn.split(":")[2] == "states":
        machines = clients.client("stepfunctions", settings, role)
        machines.start_execution(stateMachineArn=arn, name=name, input=given)
    elif universal := _UNIVERSAL.fullmatch(arn):
        service = boto_name(universal[1]) or universal[1]
        call(clients.client(service, settings, role), universal[2], json.loads(given))
    else:
        LOG.warning("%s is no target that schedules start here: state machines and universal targets are", arn)
