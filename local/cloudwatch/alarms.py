"""moto's alarms, judged: each when its time has come, a state that somebody set holds for a minute.

On AWS too a state set by SetAlarmState lasts until the alarm is evaluated next.
"""

import json
import logging
import threading
import time
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from local.cloudwatch.changes import Change, tell
from local.cloudwatch.judge import Definition, Verdict, judge
from local.cloudwatch.series import Metrics
from local.settings import Settings

LOG = logging.getLogger(__name__)
HOLD_SECONDS = 60
_JUDGED = threading.Lock()
_TURN, _HELD = "trainyard_turn", "trainyard_held"
"""On an alarm of moto's: epoch seconds of its next turn, and until when a state set by hand holds."""


def judge_due(alarms: Iterable[Any], metrics: Metrics, settings: Settings, now: float) -> int:
    """Bring the alarms whose turn it is up to date, at a moment in epoch seconds; return how many changed."""
    return judge_now([alarm for alarm in list(alarms) if vars(alarm).get(_TURN, 0) <= now], metrics, settings, now)


def judge_now(alarms: Iterable[Any], metrics: Metrics, settings: Settings, now: float) -> int:
    """Bring alarms up to date, unless a state was set by hand just now; return how many changed."""
    with _JUDGED:
        free = [alarm for alarm in alarms if vars(alarm).get(_HELD, 0) <= now]
        return sum(_judge(alarm, metrics, settings, now) for alarm in free)


def set_state(alarm: Any, value: str, reason: str, data: str | None, settings: Settings) -> None:
    """Set a state by hand; it holds until the next evaluation."""
    with _JUDGED:
        vars(alarm)[_HELD] = time.time() + HOLD_SECONDS
        _update(alarm, value, reason, data or "", settings)


def definition_of(alarm: Any) -> Definition | None:
    """Return what moto's alarm looks at; None for one that has no threshold of a metric: a composite one, say."""
    if alarm.rule is not None or alarm.threshold is None:
        return None
    queries = tuple(_query(query) for query in alarm.metric_data_queries) or (_own_metric(alarm),)
    return Definition(
        queries=queries,
        compare=alarm.comparison_operator,
        threshold=float(alarm.threshold),
        periods=int(alarm.evaluation_periods),
        to_alarm=int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
        missing=alarm.treat_missing_data or "missing",
    )


def _judge(alarm: Any, metrics: Metrics, settings: Settings, now: float) -> bool:
    try:
        definition = definition_of(alarm)
        if definition is None:
            vars(alarm)[_TURN] = float("inf")
            return False
        # Hours of data need no look every second.
        vars(alarm)[_TURN] = now + definition.period / 60 - 0.5
        verdict = judge(definition, metrics, now)
    except ValueError as problem:
        LOG.warning("alarm %s is not computed: %s", alarm.name, problem)
        vars(alarm)[_TURN] = float("inf")
        return False
    if verdict.state in ("", alarm.state_value):
        return False
    _update(alarm, verdict.state, verdict.reason, _reason_data(definition, verdict), settings)
    return True


def _update(alarm: Any, value: str, reason: str, data: str, settings: Settings) -> None:
    before = alarm.state_value
    if value == before:
        alarm.state_reason, alarm.state_reason_data = reason, data
        return
    alarm.update_state(reason, data, value)
    kinds = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions, "INSUFFICIENT_DATA": alarm.insufficient_data_actions}
    definition = definition_of(alarm)
    change = Change(
        name=alarm.name,
        arn=alarm.alarm_arn,
        description=alarm.description or "",
        before=before,
        after=value,
        reason=reason,
        reason_data=data,
        moment=alarm.state_updated_timestamp,
        definition={"metrics": list(definition.queries), "threshold": definition.threshold} if definition else {},
        actions=tuple(kinds[value] or ()) if alarm.actions_enabled else (),
    )
    threading.Thread(target=tell, args=(settings, change), daemon=True).start()


def _reason_data(definition: Definition, verdict: Verdict) -> str:
    return json.dumps(
        {
            "version": "1.0",
            "period": definition.period,
            "recentDatapoints": [value for value in verdict.recent if value is not None],
            "threshold": definition.threshold,
        }
    )


def _query(query: Any) -> dict[str, Any]:
    given = {"Id": query.id, "Expression": query.expression, "Period": query.period, "Label": query.label}
    made = {name: value for name, value in given.items() if value is not None}
    made["ReturnData"] = query.return_data is None or str(query.return_data).lower() == "true"
    if query.metric_stat:
        stat = query.metric_stat
        made["MetricStat"] = _stat(stat.metric.namespace, stat.metric.metric_name, stat.metric.dimensions)
        made["MetricStat"] |= {"Period": int(stat.period), "Stat": stat.stat}
    return made


def _own_metric(alarm: Any) -> dict[str, Any]:
    stat = _stat(alarm.namespace, alarm.metric_name, alarm.dimensions)
    stat |= {"Period": int(alarm.period), "Stat": alarm.extended_statistic or alarm.statistic}
    return {"Id": "m1", "MetricStat": stat, "ReturnData": True}


def _stat(namespace: str, name: str, dimensions: Iterable[Any]) -> dict[str, Any]:
    spelled = [{"Name": dimension.name, "Value": dimension.value} for dimension in dimensions]
    return {"Metric": {"Namespace": namespace, "MetricName": name, "Dimensions": spelled}}


def history(alarm: Any) -> list[dict[str, Any]]:
    """Return the changes of an alarm's state, oldest first, as DescribeAlarmHistory tells them."""
    states = [(value, reason, moment) for _, reason, _, value, moment in alarm.history]
    states.append((alarm.state_value, alarm.state_reason, alarm.state_updated_timestamp))
    return [
        {
            "AlarmName": alarm.name,
            "AlarmType": "MetricAlarm",
            "Timestamp": moment,
            "HistoryItemType": "StateUpdate",
            "HistorySummary": f"Alarm updated from {before} to {after}",
            "HistoryData": json.dumps({"newState": {"stateValue": after, "stateReason": reason}}),
        }
        for (before, _, _), (after, reason, moment) in pairwise(states)
    ]
