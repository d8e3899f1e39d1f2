from typing import Any

import pytest

from tests.stacks.synthesis import Assembly, flat, resources, statements

pytestmark = pytest.mark.synth

CLOUDWATCH = {"Service": "cloudwatch.amazonaws.com"}


def alarms(assembly: Assembly, workload: str) -> dict[str, dict[str, Any]]:
    found = resources(assembly.template("workload", workload), "AWS::CloudWatch::Alarm").values()
    return {alarm["AlarmName"]: alarm for alarm in found}


def series(alarm: dict[str, Any]) -> set[tuple[str, str]]:
    """Metric and endpoint of everything that an alarm of one variant looks at."""
    return {
        (stat["Metric"]["MetricName"], dimension["Value"])
        for stat in (query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query)
        for dimension in stat["Metric"]["Dimensions"]
        if dimension["Name"] == "EndpointName"
    }


def test_every_variant_has_an_alarm_on_errors_and_one_on_latency(assembly: Assembly) -> None:
    assert set(alarms(assembly, "boston")) == {
        "dev-boston-xgboost-5xx", "dev-boston-xgboost-latency",
        "dev-boston-linear-5xx", "dev-boston-linear-latency",
        "dev-boston-failed-runs",
    }  # fmt: skip


def test_thresholds_are_the_workloads(assembly: Assembly) -> None:
    found = alarms(assembly, "alarms")
    assert found["dev-alarms-forest-5xx"]["Threshold"] == 1.5
    assert found["dev-alarms-forest-latency"]["Threshold"] == 300
    silence = found["dev-alarms-no-calls"]
    hours = {query["MetricStat"]["Period"] for query in silence["Metrics"] if "MetricStat" in query}
    assert (silence["EvaluationPeriods"], hours) == (24, {3600})
    assert silence["TreatMissingData"] == "breaching"


def test_feedback_below_its_bound_is_an_alarm_once_enough_of_it_is_there(assembly: Assembly) -> None:
    found = alarms(assembly, "alarms")
    assert {name for name in found if name.endswith("-feedback")} == {
        "dev-alarms-forest-feedback", "dev-alarms-bayes-feedback",
    }  # fmt: skip
    alarm = found["dev-alarms-forest-feedback"]
    (math,) = (query for query in alarm["Metrics"] if "Expression" in query)
    assert math["Expression"] == "IF(rows >= 50, metric, 0.8)"
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0.8, "LessThanThreshold")
    assert alarm["TreatMissingData"] == "ignore"
    assert {
        (stat["Metric"]["Namespace"], stat["Metric"]["MetricName"],
         *sorted(one["Value"] for one in stat["Metric"]["Dimensions"]))
        for stat in (query["MetricStat"] for query in alarm["Metrics"] if "MetricStat" in query)
    } == {("Trainyard", metric, "alarms", "dev", "forest") for metric in ("accuracy", "judged_rows")}  # fmt: skip


def test_alarms_of_a_variant_look_at_both_endpoints(assembly: Assembly) -> None:
    found = alarms(assembly, "boston")
    both = ("dev-boston", "dev-boston-2")
    assert series(found["dev-boston-linear-5xx"]) == {
        (metric, endpoint) for metric in ("Invocations", "Invocation5XXErrors") for endpoint in both
    }
    assert series(found["dev-boston-linear-latency"]) == {
        (metric, endpoint) for metric in ("ModelLatency", "OverheadLatency") for endpoint in both
    }


def test_no_alarm_has_more_metrics_than_cloudwatch_takes(assembly: Assembly) -> None:
    for alarm in alarms(assembly, "alarms").values():
        assert sum("MetricStat" in query for query in alarm["Metrics"]) <= 10


def test_alarms_of_variants_tell_the_topic(assembly: Assembly) -> None:
    for name, alarm in alarms(assembly, "boston").items():
        if name != "dev-boston-failed-runs":  # its message comes from the rule, with the reason
            (action,) = alarm["AlarmActions"]
            assert "Failures" in flat(action)


def test_silence_of_endpoints_that_do_not_serve_is_no_alarm(assembly: Assembly) -> None:
    for alarm in alarms(assembly, "boston").values():
        assert alarm["TreatMissingData"] == "notBreaching"


def test_cloudwatch_of_this_account_may_use_the_key_and_publish(assembly: Assembly) -> None:
    template = assembly.template("monitoring")
    (key,) = (
        statement
        for properties in resources(template, "AWS::KMS::Key").values()
        for statement in properties["KeyPolicy"]["Statement"]
        if statement["Principal"] == CLOUDWATCH
    )
    (topic,) = (s for s in statements(template, "AWS::SNS::TopicPolicy") if s["Principal"] == CLOUDWATCH)
    assert key["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert topic["Action"] == "sns:Publish"
    for statement in (key, topic):
        assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
