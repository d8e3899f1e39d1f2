"""Metrics that a training image prints: lines matched by MetricDefinitions."""

import math
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
        self._published = 0
        self._lock = threading.Lock()
        self._publishing = threading.Lock()

    def read(self, line: str) -> None:
        """Take a line."""
        for name, pattern in self._patterns:
            for match in pattern.finditer(line):
                value = _number(match[1])
                if math.isfinite(value):  # CloudWatch takes no other values
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
        """Send the points that are new to CloudWatch, under the dimension by which the SageMaker SDK finds them."""
        with self._publishing:
            points = self.points()[self._published :]
            for start in range(0, len(points), _BATCH):
                batch = points[start : start + _BATCH]
                cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=[_datum(point, job) for point in batch])
                self._published += len(batch)


def _number(text: str | None) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        return math.nan


def _datum(point: Point, job: str) -> Record:
    name, value, moment = point
    dimensions = [{"Name": "TrainingJobName", "Value": job}]
    return {"MetricName": name, "Value": value, "Timestamp": moment, "Dimensions": dimensions}
