"""Report metrics: how good the candidates of a run were, as series in CloudWatch that go on from run to run.

A run does not fail for it. Namespace and dimensions are a contract with the dashboard (docs/contracts.md).
"""

from stacks.workflow.asl import States, caught, q, retry, sdk
from stacks.workflow.names import Names

NAMESPACE = "Trainyard"
TRIED = "CandidatesScored"
_HICCUPS = (
    "CloudWatch.CloudWatchException",
    "CloudWatch.InternalServiceException",
    "CloudWatch.SdkClientException",
)

_DATA = """(
    $own := [{'Name': 'Stage', 'Value': '%(stage)s'}, {'Name': 'Workload', 'Value': '%(workload)s'}];
    $scored := [$filter($results, function($result) {
        $type($lookup($result.metrics, $plan.gate.metric)) = 'number'
    })];
    $append(
        [{'MetricName': '%(tried)s', 'Value': $count($scored), 'Unit': 'Count', 'Dimensions': $own}],
        [$map($scored, function($result) {{
            'MetricName': $plan.gate.metric,
            'Value': $lookup($result.metrics, $plan.gate.metric),
            'Dimensions': $append($own, [{'Name': 'Candidate', 'Value': $result.name}])
        }})]
    )
)"""


def report_states(names: Names, *, then: str) -> States:
    """The gate's metric of each candidate that was scored, and how many were: so there is always something to send."""
    data = _DATA % {"stage": names.stage, "workload": names.workload, "tried": TRIED}
    return {
        "Report metrics": sdk(
            "cloudwatch",
            "putMetricData",
            {"Namespace": NAMESPACE, "MetricData": q(data)},
            retries=[retry(_HICCUPS, first=2, rate=2.0, attempts=2, longest=10)],
            catch=[caught(then)],
            then=then,
        )
    }
