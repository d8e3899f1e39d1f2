"""All that is known of a test, put together: the document of `--json`, and what the table shows."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from predict import schema

from trainyard import stacks
from trainyard.ab import captures, feedback, judged, live, metric, posterior, traffic
from trainyard.ab.feedback import Feedback
from trainyard.ab.judged import Judged
from trainyard.ab.metric import Metric
from trainyard.ab.traffic import Traffic
from trainyard.context import Context
from trainyard.errors import NotFound

ODD = 0.001
"""Below this probability a split of the calls does not come from the weights."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A test between two moments; `fit` is the probability of the split of calls, None where there are too few."""

    test: live.Test
    start: datetime
    end: datetime
    metric: str
    traffic: dict[str, Traffic]
    metrics: dict[str, Metric]
    given: Feedback
    judged: Judged
    fit: float | None

    @property
    def unknown(self) -> int:
        """Feedback on no captured prediction of this time."""
        return len(self.given.actual) - len(self.judged.seen)


def read(context: Context, workload: str, since: datetime) -> Report:
    """Reads CloudWatch and S3; nothing older than what serves now, which other models answered."""
    test = live.read(context, workload)
    start, end = max(since, test.deployed), context.tools.now()
    bucket = stacks.bucket(context.client("cloudformation"), context.stage)
    s3 = context.client("s3")
    document = stacks.read_json(s3, bucket, test.features)
    if document is None:
        raise NotFound(f"{test.features} is gone from {bucket}", fix=f"trainyard run {workload}")
    shape = schema.read(document)
    given = feedback.read(s3, bucket, workload, start)
    folder = f"{workload}/capture/{test.endpoint}/"
    answers = captures.read(s3, bucket, folder, test.names, start, given.actual) if given.actual else iter(())
    found = judged.join(shape, test.names, answers, given.actual)
    return Report(
        test=test, start=start, end=end, metric=metric.NAMES[shape.task],
        traffic=traffic.read(context, test.endpoint, test.names, start, end),
        metrics=metric.read(shape.task, found.values), given=given, judged=found,
        fit=_fit(context, test, max(start, test.weighed), end),
    )  # fmt: skip


def _fit(context: Context, test: live.Test, start: datetime, end: datetime) -> float | None:
    """Only whole minutes under the present weights count."""
    first = start.replace(second=0, microsecond=0) + traffic.MINUTE
    if first >= end:
        return None
    calls = traffic.calls(context, test.endpoint, test.names, first, end)
    return posterior.weights_fit([calls[one.name] for one in test.variants], [one.weight for one in test.variants])


def notes(report: Report) -> list[str]:
    """What a reader has to know before believing the numbers."""
    return [note for note in (_alone(report), _moving(report), _odd(report), _silent(report), _few(report)) if note]


def _alone(report: Report) -> str | None:
    names = report.test.names
    return f"{names[0]} is the only live variant: there is nothing to compare." if len(names) == 1 else None


def _moving(report: Report) -> str | None:
    if report.test.status == "InService":
        return None
    return f"The endpoint is {report.test.status}: the weights are about to change."


def _odd(report: Report) -> str | None:
    if report.fit is None or report.fit >= ODD:
        return None
    return (
        f"The calls are not split as the weights say (chi-square test, p = {report.fit:.1e}). Calls that pin a variant "
        "or a session count too; without such calls, look for errors before believing a comparison."
    )


def _silent(report: Report) -> str | None:
    if report.given.actual and report.judged.seen:
        return None
    if not report.test.captures:
        return "Predictions are not captured, so feedback cannot be joined: set endpoint.data_capture, run again."
    if not report.given.actual:
        return "No feedback in this time: send what turned out to be true to the API's feedback route."
    return (
        "No feedback is on a captured prediction of this time: captures may be minutes late, or try a longer --since."
    )


def _few(report: Report) -> str | None:
    if _silent(report) or len(report.metrics) < 2:
        return None
    short = [f"{name} {found.rows}" for name, found in report.metrics.items() if found.rows < metric.ENOUGH]
    if not short:
        return None
    return (
        f"Too little feedback to say who is better: {', '.join(short)}, of at least {metric.ENOUGH} judged rows each."
    )


def as_json(report: Report) -> dict[str, Any]:
    """The shape in docs/cli.md."""
    return {
        "workload": report.test.workload,
        "endpoint": report.test.endpoint,
        "endpoint_status": report.test.status,
        "since": report.start,
        "until": report.end,
        "metric": report.metric,
        "higher_is_better": report.metric in metric.HIGHER,
        "variants": [_variant(report, one) for one in report.test.variants],
        "feedback": {
            "received": report.given.received,
            "duplicates": report.given.duplicates,
            "unknown": report.unknown,
            "unreadable": report.given.unreadable + report.judged.unreadable,
            "mismatched": report.judged.mismatched,
        },
        "split_p_value": report.fit,
        "notes": notes(report),
    }


def _variant(report: Report, one: live.Variant) -> dict[str, Any]:
    calls = report.traffic[one.name]
    total = sum(other.invocations for other in report.traffic.values())
    return {
        **asdict(one),
        "traffic": {
            "invocations": calls.invocations,
            "share": calls.invocations / total if total else None,
            "errors_4xx": calls.errors_4xx,
            "errors_5xx": calls.errors_5xx,
            "error_rate": calls.error_rate,
        },
        "latency_ms": {"average": calls.average_ms, **calls.latency_ms},
        "feedback": asdict(report.metrics[one.name]),
    }
