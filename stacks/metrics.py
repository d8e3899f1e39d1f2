"""What CloudWatch knows of a workload, as series that alarms and the dashboard share.

A variant serves from one of two endpoints (docs/contracts.md): every series covers both. Names and units: AWS's
page "Amazon SageMaker AI metrics in Amazon CloudWatch", endpoint invocation metrics.
"""

from collections.abc import Iterable, Mapping

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from stacks.workflow.names import Names

MINUTE = Duration.minutes(1)
_MICROSECONDS_PER_MS = 1_000


def calls(names: Names, variants: Iterable[str], *, period: Duration, label: str) -> cloudwatch.MathExpression:
    """How often these variants were called."""
    metrics = {f"calls{n}": metric for n, metric in enumerate(_served(names, variants, "Invocations", "Sum", period))}
    return cloudwatch.MathExpression(expression=_filled(metrics), using_metrics=metrics, period=period, label=label)


def error_percent(names: Names, variant: str, *, period: Duration, label: str) -> cloudwatch.MathExpression:
    """The share of a variant's calls that failed with a server error; 0 when there was none."""
    errors = dict(zip(("e1", "e2"), _served(names, [variant], "Invocation5XXErrors", "Sum", period), strict=True))
    called = dict(zip(("c1", "c2"), _served(names, [variant], "Invocations", "Sum", period), strict=True))
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
    model = dict(zip(("m1", "m2"), _served(names, [variant], "ModelLatency", statistic, period), strict=True))
    around = dict(zip(("o1", "o2"), _served(names, [variant], "OverheadLatency", statistic, period), strict=True))
    sums = [f"FILL(m{n}, 0) + FILL(o{n}, 0)" for n in (1, 2)]
    return cloudwatch.MathExpression(
        expression=f"MAX([{', '.join(sums)}]) / {_MICROSECONDS_PER_MS}",
        using_metrics={**model, **around},
        period=period,
        label=label,
    )


def _served(
    names: Names, variants: Iterable[str], metric: str, statistic: str, period: Duration
) -> list[cloudwatch.Metric]:
    return [
        cloudwatch.Metric(
            namespace="AWS/SageMaker",
            metric_name=metric,
            dimensions_map={"EndpointName": endpoint, "VariantName": variant},
            statistic=statistic,
            period=period,
        )
        for variant in variants
        for endpoint in names.endpoints
    ]


def _filled(metrics: Mapping[str, cloudwatch.Metric]) -> str:
    """An endpoint that nobody calls reports nothing; it must not void the other's numbers."""
    return " + ".join(f"FILL({metric}, 0)" for metric in metrics)
