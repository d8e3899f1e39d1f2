"""What `trainyard cost` counts is what is deployed."""

from collections.abc import Sequence

import pytest

from spec.workload import Workload
from tests.stacks.synthesis import Assembly, resources
from trainyard.cost import month
from trainyard.cost.prices import load

pytestmark = pytest.mark.synth


def test_alarms_are_counted_as_they_are_deployed(assembly: Assembly, workloads: Sequence[Workload]) -> None:
    for one in workloads:
        template = assembly.template("workload", one.name)
        metrics = [
            metric
            for alarm in resources(template, "AWS::CloudWatch::Alarm").values()
            for metric in alarm.get("Metrics", [{"MetricStat": 1}])
            if "MetricStat" in metric
        ]
        (line,) = (made for made in month.month_lines(one, load(), month.Use(0, 0)) if made.what == "alarms")
        assert line.quantity == len(metrics), one.name
