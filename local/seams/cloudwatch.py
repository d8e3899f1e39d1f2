"""Seam: CloudWatch keeps values as well as sums, knows percentiles and metric math, and computes its alarms.

moto keeps a list of all data ever put, answers no percentile, no expression and no alarm history, and an alarm has
the state that somebody set. Here data goes to `local.cloudwatch.series` (moto's list keeps one datum of each metric,
for ListMetrics), and alarms are judged when they are asked for, besides by `local.cloudwatch.watch`.
"""
# moto's methods are replaced on purpose
# mypy: disable-error-code="method-assign, attr-defined"

import time
from datetime import UTC, datetime
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue
from moto.cloudwatch.models import CloudWatchBackend, MetricDatum
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from local.cloudwatch import alarms, queries
from local.cloudwatch.series import Key, Metrics
from local.settings import Settings

_ATTRIBUTE = "trainyard_metrics"


def metrics_of(backend: Any) -> Metrics:
    """Return all data of a backend of moto's; it is saved with the backend."""
    found: Metrics = vars(backend).setdefault(_ATTRIBUTE, Metrics())
    return found


def install(settings: Settings) -> None:
    """Replace what puts and gets data, and what tells and sets the state of alarms."""
    CloudWatchBackend.put_metric_data = _put_metric_data
    CloudWatchBackend.get_metric_data = _data_method(CloudWatchBackend.get_metric_data)
    CloudWatchResponse.get_metric_statistics = _statistics_method(CloudWatchResponse.get_metric_statistics)
    CloudWatchResponse.describe_alarm_history = _describe_alarm_history
    CloudWatchBackend.put_metric_alarm = _putting_method(CloudWatchBackend.put_metric_alarm)
    CloudWatchBackend.set_alarm_state = _setting_method(CloudWatchBackend.set_alarm_state, settings)
    CloudWatchResponse.describe_alarms = _describing_method(CloudWatchResponse.describe_alarms, settings)


def _put_metric_data(self: Any, namespace: str, metric_data: list[dict[str, Any]]) -> None:
    for number, datum in enumerate(metric_data, start=1):
        self._validate_parameters_put_metric_data(datum, number)
    metrics = metrics_of(self)
    for datum in metric_data:
        key = Key.of(namespace, datum["MetricName"], datum.get("Dimensions") or ())
        if key not in metrics.series:
            sample = MetricDatum(namespace, key.name, 0.0, datum.get("Dimensions") or [], None, datum.get("Unit"))
            self.metric_data.append(sample)
        metrics.put(namespace, datum, _seconds(datum.get("Timestamp")))


def _data_method(original: Any) -> Any:
    def get_metric_data(self: Any, queries_: Any = None, **more: Any) -> Any:
        asked = more.pop("queries", queries_)
        if any(str(query.get("Expression", "")).startswith("SELECT") for query in asked):
            return original(self, queries=asked, **more)
        start, end = _seconds(more["start_time"]), _seconds(more["end_time"])
        newest_first = more.get("scan_by", "TimestampAscending") == "TimestampDescending"
        try:
            found = queries.evaluate(metrics_of(self), asked, start=start, end=end)
        except ValueError as problem:
            raise InvalidParameterValue(str(problem)) from problem
        return [
            {
                "id": query["Id"],
                "label": query.get("Label") or query["Id"],
                "timestamps": [_moment(second) for second in sorted(found[query["Id"]], reverse=newest_first)],
                "values": [value for _, value in sorted(found[query["Id"]].items(), reverse=newest_first)],
                "status_code": "Complete",
            }
            for query in asked
            if query.get("ReturnData") is not False
        ]

    return get_metric_data


def _statistics_method(original: Any) -> Any:
    def get_metric_statistics(self: Any) -> Any:
        get = self._get_param
        key = Key.of(get("Namespace"), get("MetricName"), get("Dimensions", []))
        plain, extended = get("Statistics", []), get("ExtendedStatistics") or []
        metrics = metrics_of(self.cloudwatch_backend)
        start, end = _seconds(get("StartTime")), _seconds(get("EndTime"))
        if key not in metrics.series or start >= end or not (plain or extended):
            return original(self)  # the metrics that moto computes itself, and its errors
        points: dict[int, dict[str, Any]] = {}
        unit = metrics.series[key].unit
        for name in [*plain, *extended]:
            try:
                found = metrics.statistic(key, name, start=start, end=end, period=int(get("Period")))
            except ValueError as problem:
                raise InvalidParameterValue(str(problem)) from problem
            for second, value in found.items():
                point = points.setdefault(second, {"Timestamp": _moment(second), **({"Unit": unit} if unit else {})})
                (point if name in plain else point.setdefault("ExtendedStatistics", {}))[name] = value
        return ActionResult({"Label": key.name, "Datapoints": [points[second] for second in sorted(points)]})

    return get_metric_statistics


def _putting_method(original: Any) -> Any:
    def put_metric_alarm(self: Any, name: str, *values: Any, **more: Any) -> Any:
        before = self.alarms.get(name)
        made = original(self, name, *values, **more)
        if before is None:
            made.state_value = "INSUFFICIENT_DATA"
        else:  # a change of its definition leaves an alarm in the state that it has
            kept = ("history", "state_value", "state_reason", "state_reason_data", "state_updated_timestamp")
            vars(made).update({member: vars(before)[member] for member in kept})
        return made

    return put_metric_alarm


def _setting_method(original: Any, settings: Settings) -> Any:
    def set_alarm_state(self: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        alarm = self.alarms.get(alarm_name)
        if alarm is None or state_value not in ("OK", "ALARM", "INSUFFICIENT_DATA"):
            original(self, alarm_name, reason, reason_data, state_value)  # its errors
            return
        alarms.set_state(alarm, state_value, reason, reason_data, settings)

    return set_alarm_state


def _describing_method(original: Any, settings: Settings) -> Any:
    def describe_alarms(self: Any) -> Any:
        backend = self.cloudwatch_backend
        names = self._get_param("AlarmNames", [])
        asked = [alarm for alarm in list(backend.alarms.values()) if not names or alarm.name in names]
        alarms.judge_now(asked, metrics_of(backend), settings, time.time())
        return original(self)

    return describe_alarms


def _describe_alarm_history(self: Any) -> ActionResult:
    name, kind = self._get_param("AlarmName"), self._get_param("HistoryItemType")
    items = [
        item
        for alarm in self.cloudwatch_backend.alarms.values()
        if name in (None, alarm.name) and kind in (None, "StateUpdate")
        for item in alarms.history(alarm)
    ]
    items.sort(key=lambda item: item["Timestamp"], reverse=self._get_param("ScanBy") != "TimestampAscending")
    return ActionResult({"AlarmHistoryItems": items[: int(self._get_param("MaxRecords") or 100)]})


def _seconds(moment: Any) -> float:
    if moment is None:
        return time.time()
    if not isinstance(moment, datetime):
        moment = datetime.fromisoformat(str(moment))
    return float((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, tz=UTC)
