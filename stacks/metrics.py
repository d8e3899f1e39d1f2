"""What CloudWatch knows of a workload, as series that alarms and the dashboard share.

A variant serves from one of two endpoints (docs/contracts.md): every series covers both. Names and units: AWS's
page "Amazon SageMaker AI metrics in Amazon CloudWatch", endpoint invocation metrics.
"""

from collections.abc import Iterable, Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from spec.alarms import FeedbackBound
from stacks.workflow.names import Names
from stacks.workflow.report import NAMESPACE

MINUTE = Duration.minutes(1)
_MICROSECONDS_PER_MS = 1_000


def calls(names: Names, variants: Iterable[str], *, period: Duration, label: str) -> cloudwatch.MathExpression:
    """How often these variants were called."""
    metrics = {
        name: metric
        for variant in variants
        for name, metric in _served(names, variant, "Invocations", "Sum", period).items()
    }
    return cloudwatch.MathExpression(expression=_filled(metrics), using_metrics=metrics, period=period, label=label)


def error_percent(names: Names, variant: str, *, period: Duration, label: str) -> cloudwatch.MathExpression:
    """The share of a variant's calls that failed with a server error; 0 when there was none."""
    errors = _served(names, variant, "Invocation5XXErrors", "Sum", period)
    called = _served(names, variant, "Invocations", "Sum", period)
    return cloudwatch.MathExpression(
        expression=f"IF({_filled(called)} > 0, 100 * ({_filled(errors)}) / ({_filled(called)}), 0)",
        using_metrics={**errors, **called},
        period=period,
        label=label,
    )


def latency_ms(
    names: Names, variant: str, *, statistic: str, period: Duration, label: str
) -> cloudwatch.MathExpression:
    """Milliseconds in the container and in SageMaker around it, on the slower of the two endpoints."""
    model = _served(names, variant, "ModelLatency", statistic, period)
    around = _served(names, variant, "OverheadLatency", statistic, period)
    sums = [f"FILL({inside}, 0) + FILL({outside}, 0)" for inside, outside in zip(model, around, strict=True)]
    return cloudwatch.MathExpression(
        expression=f"MAX([{', '.join(sums)}]) / {_MICROSECONDS_PER_MS}",
        using_metrics={**model, **around},
        period=period,
        label=label,
    )


def feedback(names: Names, variant: str, bound: FeedbackBound, *, threshold: float) -> cloudwatch.MathExpression:
    """A variant's metric from feedback as `trainyard ab --publish` tells it; the threshold where rows are too few."""
    told = {
        name: cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=metric,
            dimensions_map={"Stage": names.stage, "Workload": names.workload, "Variant": variant},
            statistic="Average",
            period=MINUTE,
        )
        for name, metric in (("metric", bound.metric), ("rows", "judged_rows"))
    }
    return cloudwatch.MathExpression(
        expression=f"IF(rows >= {bound.rows}, metric, {threshold:g})",
        using_metrics=told,
        period=MINUTE,
        label=f"{bound.metric} by feedback",
    )


def _served(names: Names, variant: str, metric: str, statistic: str, period: Duration) -> dict[str, cloudwatch.Metric]:
    """One metric of a variant on either endpoint, by an id that no other has in a widget or alarm."""
    unique = f"{metric[:1].lower()}{metric[1:]}_{statistic}_{variant.replace('-', '_')}"
    return {
        f"{unique}_{number}": cloudwatch.Metric(
            namespace="AWS/SageMaker",
            metric_name=metric,
            dimensions_map={"EndpointName": endpoint, "VariantName": variant},
            statistic=statistic,
            period=period,
        )
        for number, endpoint in enumerate(names.endpoints, start=1)
    }


def _filled(metrics: Mapping[str, cloudwatch.Metric]) -> str:
    """An endpoint that nobody calls reports nothing; it must not void the other's numbers."""
    return " + ".join(f"FILL({metric}, 0)" for metric in metrics)
