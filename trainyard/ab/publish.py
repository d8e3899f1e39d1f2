"""The metric from feedback as a metric of CloudWatch, so that alarms can watch it, a shift's among them."""

from datetime import datetime
from typing import Any

from trainyard.ab.report import Report
from trainyard.context import Context

NAMESPACE = "Trainyard"


def publish(context: Context, report: Report, now: datetime) -> list[str]:
    """Sends each judged variant's metric, and how many rows it rests on; says whose."""
    data = [
        datum
        for name, found in report.metrics.items()
        if found.value is not None
        for datum in (_datum(context, report, name, report.metric, found.value, now),
                      _datum(context, report, name, "judged_rows", found.rows, now))
    ]  # fmt: skip
    if data:
        context.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)
    return [name for name, found in report.metrics.items() if found.value is not None]


def _datum(context: Context, report: Report, variant: str, name: str, value: float, now: datetime) -> dict[str, Any]:
    dimensions = {"Stage": context.stage, "Workload": report.test.workload, "Variant": variant}
    return {
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions.items()],
        "Timestamp": now,
        "Value": value,
        "Unit": "Count" if name == "judged_rows" else "None",
    }
