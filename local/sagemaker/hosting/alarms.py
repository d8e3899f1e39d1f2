"""The CloudWatch alarms that a deployment watches.

moto keeps alarms and the states that somebody sets, and computes none: here an alarm on a metric of its own is
computed as CloudWatch does, from the data points of its last periods, and its state is set for all to see.
"""

import operator
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.clients import client
from local.settings import Settings

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanThreshold": operator.gt,
    "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


def tripped(settings: Settings, names: tuple[str, ...]) -> str:
    """Return the name of an alarm in state ALARM, or nothing; alarms that are not there do not trip."""
    if not names:
        return ""
    cloudwatch = client("cloudwatch", settings)
    try:
        alarms = cloudwatch.describe_alarms(AlarmNames=list(names))["MetricAlarms"]
    except (ClientError, BotoCoreError):
        return ""
    for alarm in alarms:
        if alarm["StateValue"] == "ALARM" or _breaches(cloudwatch, alarm):
            return str(alarm["AlarmName"])
    return ""


def _breaches(cloudwatch: Any, alarm: dict[str, Any]) -> bool:
    """Compute one alarm and, when it breaches, set its state."""
    compare = _COMPARE.get(alarm.get("ComparisonOperator", ""))
    if not (compare and alarm.get("MetricName") and (alarm.get("Statistic") or alarm.get("ExtendedStatistic"))):
        return False  # metric math and anomaly detection have no threshold of one metric
    needed = alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"]
    values = _values(cloudwatch, alarm)
    found = [value for value in values if value is not None and compare(value, alarm["Threshold"])]
    missing = sum(value is None for value in values) if alarm.get("TreatMissingData") == "breaching" else 0
    if len(found) + missing < needed:
        return False
    with suppress(ClientError, BotoCoreError):
        cloudwatch.set_alarm_state(
            AlarmName=alarm["AlarmName"],
            StateValue="ALARM",
            StateReason=f"Threshold Crossed: {len(found)} datapoints breached the threshold ({alarm['Threshold']}).",
        )
    return True


def _values(cloudwatch: Any, alarm: dict[str, Any]) -> list[float | None]:
    """Return the statistic of each of the last periods, the running one included."""
    period = alarm["Period"]
    end = (int(time.time()) // period + 1) * period
    start = end - period * alarm["EvaluationPeriods"]
    statistic = alarm.get("Statistic") or alarm["ExtendedStatistic"]
    asked = {"Statistics": [statistic]} if alarm.get("Statistic") else {"ExtendedStatistics": [statistic]}
    try:
        points = cloudwatch.get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm.get("Dimensions", []),
            StartTime=datetime.fromtimestamp(start, UTC),
            EndTime=datetime.fromtimestamp(end, UTC),
            Period=period,
            **asked,
        )["Datapoints"]
    except (ClientError, BotoCoreError):
        return []
    found = {int(point["Timestamp"].timestamp()) // period: point.get(statistic) for point in points}
    return [found.get((start + period * place) // period) for place in range(alarm["EvaluationPeriods"])]
