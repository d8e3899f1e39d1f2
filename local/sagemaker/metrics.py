"""Metrics that a training image prints: lines matched by MetricDefinitions."""

import re
import threading
import time
from typing import Any

from local.sagemaker.errors import validation
from local.sagemaker.store import Record

NAMESPACE = "/aws/sagemaker/TrainingJobs"
Point = tuple[str, float, float]  # metric name, value, epoch seconds
_BATCH = 500


def check(definitions: list[Record]) -> None:
    """Refuse a definition whose expression does not compile or has no group."""
    for definition in definitions:
        try:
            groups = re.compile(definition["Regex"]).groups
        except re.error as error:
            raise validation(
                f"Invalid regex {definition['Regex']!r} of metric {definition['Name']}: {error}"
            ) from error
        if not groups:
            raise validation(f"The regex of metric {definition['Name']} has no capture group")


class MetricReader:
    """Collects values from log lines."""

    def __init__(self, definitions: list[Record]) -> None:
        self._patterns = [(item["Name"], re.compile(item["Regex"])) for item in definitions]
        self._points: list[Point] = []
        self._lock = threading.Lock()

    def read(self, line: str) -> None:
        """Take a line."""
        for name, pattern in self._patterns:
            for match in pattern.finditer(line):
                try:
                    value = float(match[1])
                except (ValueError, TypeError):
                    continue
                with self._lock:
                    self._points.append((name, value, time.time()))

    def points(self) -> list[Point]:
        """Return what has been measured so far."""
        with self._lock:
            return list(self._points)

    def final(self) -> list[Record]:
        """Return the last value of each metric."""
        with self._lock:
            last = {name: (value, moment) for name, value, moment in self._points}
        return [{"MetricName": name, "Value": value, "Timestamp": moment} for name, (value, moment) in last.items()]

    def publish(self, cloudwatch: Any, job: str) -> None:
        """Send every point to CloudWatch."""
        with self._lock:
            points = list(self._points)
        data = [
            {
                "MetricName": name,
                "Value": value,
                "Timestamp": moment,
                "Dimensions": [{"Name": "TrainingJobName", "Value": job}],
            }
            for name, value, moment in points
        ]
        for start in range(0, len(data), _BATCH):
            cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=data[start : start + _BATCH])
