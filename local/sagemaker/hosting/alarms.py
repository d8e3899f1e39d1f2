"""The CloudWatch alarms that a deployment watches; CloudWatch computes them, here as on AWS."""

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import client
from local.settings import Settings


def tripped(settings: Settings, names: tuple[str, ...]) -> str:
    """Return the name of an alarm in state ALARM, or nothing; alarms that are not there do not trip."""
    if not names:
        return ""
    try:
        alarms = client("cloudwatch", settings).describe_alarms(AlarmNames=list(names))["MetricAlarms"]
    except (ClientError, BotoCoreError):
        return ""
    return next((str(alarm["AlarmName"]) for alarm in alarms if alarm["StateValue"] == "ALARM"), "")
