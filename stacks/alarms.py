"""The alarms of a workload: errors, latency and feedback of each variant, runs that failed, silence.

Those of the variants also guard deployments and shifts of traffic, which find them by name (`Names.alarms`).
They look at minutes and want two bad ones of three, so that a single slow or failed call is no alarm. What feedback
says comes now and then (`trainyard ab --publish`): it holds until it says something else.
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from spec.alarms import HOUR, Alarms, FeedbackBound
from spec.workload import Workload
from stacks import metrics
from stacks.workflow.names import Names

_MORE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
_LESS = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD


class WorkloadAlarms(Construct):
    """`alarms`, which tell the topic; a failed run's message comes from its rule, with the reason."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        names: Names,
        workload: Workload,
        run: sfn.IStateMachine,
        failures: sns.ITopic,
    ) -> None:
        super().__init__(scope, id)
        self._names = names
        self._action = actions.SnsAction(failures)
        self.alarms: list[cloudwatch.Alarm] = []
        for variant in workload.candidates:
            self._watch_variant(variant, workload.endpoint.alarms)
            if workload.endpoint.alarms.feedback:
                self._watch_feedback(variant, workload.endpoint.alarms.feedback)
        self._watch_runs(run)
        if workload.endpoint.alarms.no_calls_seconds:
            self._watch_silence(workload, workload.endpoint.alarms.no_calls_seconds)

    def _watch_variant(self, variant: str, thresholds: Alarms) -> None:
        errors, latency = self._names.alarms(variant)
        self._alarm(
            errors,
            metrics.error_percent(self._names, variant, period=metrics.MINUTE, label="errors in percent"),
            threshold=thresholds.error_percent,
            about=f"More than {thresholds.error_percent:g} % of the calls of {variant} fail with a server error",
        )
        self._alarm(
            latency,
            metrics.latency_ms(
                self._names, variant, statistic="p99", period=metrics.MINUTE, label="p99 in milliseconds"
            ),
            threshold=thresholds.latency_ms,
            about=f"One call of {variant} in a hundred takes longer than {thresholds.latency_ms} ms",
        )

    def _watch_feedback(self, variant: str, bound: FeedbackBound) -> None:
        threshold, compare = (bound.min, _LESS) if bound.min is not None else (bound.max, _MORE)
        if threshold is None:
            raise ValueError("a bound on feedback has min or max")
        alarm = cloudwatch.Alarm(
            self,
            f"{variant}-feedback",
            alarm_name=self._names.feedback_alarm(variant),
            alarm_description=f"Feedback says that {variant} is too often wrong: its {bound.metric}",
            metric=metrics.feedback(self._names, variant, bound, threshold=threshold),
            threshold=threshold,
            comparison_operator=compare,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.IGNORE,
        )
        alarm.add_alarm_action(self._action)
        self.alarms.append(alarm)

    def _alarm(self, name: str, metric: cloudwatch.IMetric, *, threshold: float, about: str) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name.removeprefix(f"{self._names.prefix}-"),
            alarm_name=name,
            alarm_description=about,
            metric=metric,
            threshold=threshold,
            comparison_operator=_MORE,
            evaluation_periods=3,
            datapoints_to_alarm=2,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        # No action when all is well again: every alarm's first state, OK, would be told when it is made.
        alarm.add_alarm_action(self._action)
        self.alarms.append(alarm)

    def _watch_runs(self, run: sfn.IStateMachine) -> None:
        """Without an action: the rule on failed runs has told the topic already, and said why."""
        ended = {
            "failed": run.metric_failed(period=Duration.minutes(5)),
            "late": run.metric_timed_out(period=Duration.minutes(5)),
            "aborted": run.metric_aborted(period=Duration.minutes(5)),
        }
        runs = cloudwatch.Alarm(
            self,
            "Runs",
            alarm_name=f"{self._names.prefix}-failed-runs",
            alarm_description="A run failed, timed out or was aborted in the last five minutes",
            metric=cloudwatch.MathExpression(
                expression=" + ".join(f"FILL({name}, 0)" for name in ended),
                using_metrics=ended,
                period=Duration.minutes(5),
                label="failed runs",
            ),
            threshold=0,
            comparison_operator=_MORE,
            evaluation_periods=1,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        self.alarms.append(runs)

    def _watch_silence(self, workload: Workload, longest: int) -> None:
        hour = Duration.hours(1)
        silence = cloudwatch.Alarm(
            self,
            "Silence",
            alarm_name=f"{self._names.prefix}-no-calls",
            alarm_description=f"Nobody called {workload.name} for {longest // HOUR} hours",
            metric=metrics.calls(self._names, workload.candidates, period=hour, label="calls"),
            threshold=1,
            comparison_operator=_LESS,
            evaluation_periods=longest // HOUR,
            treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
        )
        silence.add_alarm_action(self._action)
        self.alarms.append(silence)
