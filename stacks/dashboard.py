"""The dashboard of a workload: its runs, its variants, how good its candidates were, what its callers meet.

Rows of widgets, 24 units wide as CloudWatch lays them out. A run's metrics are AWS/States' and ours
(`stacks.workflow.report`), a variant's cover both endpoints (`stacks.metrics`).
"""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from spec.deployment import Deployment
from spec.workload import Workload
from stacks import metrics
from stacks.naming import api_name
from stacks.workflow.names import Names
from stacks.workflow.report import NAMESPACE

_WHOLE, _HALF, _THIRD = 24, 12, 8
_HIGH = 6
_RUN_PERIOD = Duration.hours(1)
_CALL_PERIOD = Duration.minutes(5)


class Dashboard(Construct):
    """`{stage}-{workload}`: what a person looks at first."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        deployment: Deployment,
        names: Names,
        workload: Workload,
        run: sfn.IStateMachine,
        alarms: Sequence[cloudwatch.IAlarm],
    ) -> None:
        super().__init__(scope, id)
        self._names, self._workload = names, workload
        cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=names.prefix,
            default_interval=Duration.days(7),
            period_override=cloudwatch.PeriodOverride.AUTO,
            widgets=[
                [self._title(deployment)],
                [cloudwatch.AlarmStatusWidget(title="Alarms", alarms=list(alarms), width=_WHOLE, height=3)],
                [self._outcomes(run), self._durations(run)],
                [self._quality()],
                [self._traffic(), self._errors(), self._latency()],
                [self._api_calls(deployment), self._api_latency(deployment)],
            ],
        )

    def _title(self, deployment: Deployment) -> cloudwatch.IWidget:
        about = f" {self._workload.description}" if self._workload.description else ""
        text = f"# {self._workload.name} · {deployment.stage}\n{about}"
        return cloudwatch.TextWidget(markdown=text.strip(), width=_WHOLE, height=2)

    def _outcomes(self, run: sfn.IStateMachine) -> cloudwatch.IWidget:
        ended = (
            (run.metric_succeeded, "succeeded", cloudwatch.Color.GREEN),
            (run.metric_failed, "failed", cloudwatch.Color.RED),
            (run.metric_timed_out, "timed out", cloudwatch.Color.ORANGE),
            (run.metric_aborted, "aborted", cloudwatch.Color.GREY),
        )
        return cloudwatch.GraphWidget(
            title="Runs",
            left=[metric(period=_RUN_PERIOD, label=label, color=color) for metric, label, color in ended],
            left_y_axis=_axis("runs"),
            view=cloudwatch.GraphWidgetView.BAR,
            width=_HALF,
            height=_HIGH,
        )

    def _durations(self, run: sfn.IStateMachine) -> cloudwatch.IWidget:
        took = run.metric_time(period=_RUN_PERIOD, statistic="Maximum", label="longest in the hour")
        minutes = cloudwatch.MathExpression(
            expression="took / 60000", using_metrics={"took": took}, period=_RUN_PERIOD, label="longest in the hour"
        )
        return _graph("Duration of a run", [minutes], unit="minutes", width=_HALF)

    def _quality(self) -> cloudwatch.IWidget:
        gate = self._workload.gate
        scores: list[cloudwatch.IMetric] = [
            cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=gate.metric,
                dimensions_map={
                    "Stage": self._names.stage, "Workload": self._names.workload, "Candidate": candidate,
                },
                statistic="Average",
                period=_RUN_PERIOD,
                label=candidate,
            )
            for candidate in self._workload.candidates
        ]  # fmt: skip
        bounds = [(value, word) for value, word in ((gate.min, "at least"), (gate.max, "at most")) if value is not None]
        return cloudwatch.GraphWidget(
            title=f"Gate: {gate.metric} of the candidates, run by run",
            left=scores,
            left_annotations=[
                cloudwatch.HorizontalAnnotation(value=value, label=f"gate: {word} {value:g}", color="#d62728")
                for value, word in bounds
            ],
            left_y_axis=_axis(gate.metric, least=None),
            width=_WHOLE,
            height=_HIGH,
        )

    def _traffic(self) -> cloudwatch.IWidget:
        series = [
            metrics.calls(self._names, [variant], period=_CALL_PERIOD, label=variant)
            for variant in self._workload.candidates
        ]
        return _graph("Calls by variant", series, unit="calls", width=_THIRD, stacked=True)

    def _errors(self) -> cloudwatch.IWidget:
        alarms = self._workload.endpoint.alarms
        series = [
            metrics.error_percent(self._names, variant, period=_CALL_PERIOD, label=variant)
            for variant in self._workload.candidates
        ]
        return _graph("Server errors by variant", series, unit="percent", width=_THIRD, threshold=alarms.error_percent)

    def _latency(self) -> cloudwatch.IWidget:
        series = [
            metrics.latency_ms(
                self._names, variant, statistic=statistic, period=_CALL_PERIOD, label=f"{variant} {statistic}"
            )
            for variant in self._workload.candidates
            for statistic in ("p50", "p99")
        ]
        threshold = self._workload.endpoint.alarms.latency_ms
        return _graph("Latency by variant", series, unit="milliseconds", width=_THIRD, threshold=threshold)

    def _api_calls(self, deployment: Deployment) -> cloudwatch.IWidget:
        """Of all workloads of the stage: the gateway counts by API."""
        kinds = (("Count", "all"), ("4XXError", "refused (4xx)"), ("5XXError", "failed (5xx)"))
        series = [_of_api(deployment, name, "Sum", label) for name, label in kinds]
        return _graph("API, all workloads: requests", series, unit="requests", width=_HALF)

    def _api_latency(self, deployment: Deployment) -> cloudwatch.IWidget:
        series = [_of_api(deployment, "Latency", statistic, statistic) for statistic in ("p50", "p99")]
        return _graph("API, all workloads: latency", series, unit="milliseconds", width=_HALF)


def _graph(
    title: str,
    series: Sequence[cloudwatch.IMetric],
    *,
    unit: str,
    width: int,
    stacked: bool = False,
    threshold: float | None = None,
) -> cloudwatch.IWidget:
    lines = [] if threshold is None else [cloudwatch.HorizontalAnnotation(value=threshold, label="alarm")]
    return cloudwatch.GraphWidget(
        title=title,
        left=list(series),
        left_annotations=lines,
        left_y_axis=_axis(unit),
        stacked=stacked,
        width=width,
        height=_HIGH,
    )


def _axis(label: str, least: float | None = 0) -> cloudwatch.YAxisProps:
    return cloudwatch.YAxisProps(label=label, min=least, show_units=False)


def _of_api(deployment: Deployment, name: str, statistic: str, label: str) -> cloudwatch.IMetric:
    return cloudwatch.Metric(
        namespace="AWS/ApiGateway",
        metric_name=name,
        dimensions_map={"ApiName": api_name(deployment)},
        statistic=statistic,
        period=_CALL_PERIOD,
        label=label,
    )
