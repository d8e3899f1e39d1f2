from typing import Any

import pytest

from local.cloudwatch.judge import Definition, judge
from local.cloudwatch.series import Metrics

pytestmark = pytest.mark.unit

NOW = 1_200_000_030.0  # half a minute into its minute
MINUTE = 1_200_000_000


def query(name: str, id_: str = "m1", stat: str = "Sum", **more: Any) -> dict[str, Any]:
    metric = {"Namespace": "n", "MetricName": name, "Dimensions": []}
    return {"Id": id_, "MetricStat": {"Metric": metric, "Stat": stat, "Period": 60}, **more}


def alarm(**changes: Any) -> Definition:
    usual: dict[str, Any] = {
        "queries": (query("errors"),), "compare": "GreaterThanThreshold", "threshold": 1.0, "periods": 3, "to_alarm": 2,
    }  # fmt: skip
    return Definition(**{**usual, **changes})


def measured(**values: dict[int, float]) -> Metrics:
    """Metrics by name: minutes ago, and the value then."""
    metrics = Metrics()
    for name, points in values.items():
        for ago, value in points.items():
            metrics.put("n", {"MetricName": name, "Value": value}, MINUTE - ago * 60)
    return metrics


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({1: 5, 2: 5}, "ALARM"),
        ({1: 5, 2: 1}, "OK"),
        ({1: 5, 3: 5}, "ALARM"),
        ({1: 5, 4: 5}, "OK"),
        ({0: 5, 1: 5}, "ALARM"),
        ({0: 5, 1: 0}, "OK"),
        ({}, "INSUFFICIENT_DATA"),
        ({4: 5}, "INSUFFICIENT_DATA"),
    ],
)
def test_enough_of_the_last_periods_are_an_alarm(values: dict[int, float], state: str) -> None:
    assert judge(alarm(), measured(errors=values), NOW).state == state


@pytest.mark.parametrize(
    ("missing", "state"),
    [("missing", "INSUFFICIENT_DATA"), ("ignore", ""), ("breaching", "ALARM"), ("notBreaching", "OK")],
)
def test_missing_data_counts_as_it_is_told(missing: str, state: str) -> None:
    assert judge(alarm(missing=missing), measured(), NOW).state == state


def test_a_running_period_is_not_too_low_yet() -> None:
    silence = alarm(compare="LessThanThreshold", periods=2, to_alarm=2, missing="breaching")
    assert judge(silence, measured(errors={1: 5, 2: 5}), NOW).state == "OK"
    assert judge(silence, measured(errors={3: 5}), NOW).state == "ALARM"


def test_a_share_of_two_endpoints_is_computed() -> None:
    share = alarm(
        queries=(
            query("e1", "e1", ReturnData=False), query("e2", "e2", ReturnData=False),
            query("c1", "c1", ReturnData=False), query("c2", "c2", ReturnData=False),
            {"Id": "calls", "Expression": "FILL(c1, 0) + FILL(c2, 0)", "ReturnData": False},
            {"Id": "share", "Expression": "IF(calls > 0, 100 * (FILL(e1, 0) + FILL(e2, 0)) / calls, 0)"},
        ),
        threshold=5.0,
    )  # fmt: skip
    calm = measured(c1={1: 100, 2: 100}, e1={1: 2, 2: 2})
    loud = measured(c1={1: 10, 2: 10}, c2={1: 10, 2: 10}, e2={1: 2, 2: 2})
    assert judge(share, calm, NOW).state == "OK"
    verdict = judge(share, loud, NOW)
    assert verdict.state == "ALARM"
    assert "2 out of the last 3 datapoints [10, 10] greater than the threshold (5)" in verdict.reason


def test_a_percentile_is_of_the_values() -> None:
    metrics = Metrics()
    values = {"MetricName": "time", "Values": [10.0, 900.0], "Counts": [98.0, 2.0]}
    for ago in (1, 2):
        metrics.put("n", values, MINUTE - ago * 60)
    for stat, state in (("p99", "ALARM"), ("p97", "OK")):
        assert judge(alarm(queries=(query("time", stat=stat),), threshold=500.0), metrics, NOW).state == state


def test_an_unknown_statistic_is_named() -> None:
    with pytest.raises(ValueError, match="tm99: the embedded CloudWatch computes"):
        judge(alarm(queries=(query("errors", stat="tm99"),)), measured(errors={1: 1}), NOW)
