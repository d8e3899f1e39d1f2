"""Create or update: what is there under the endpoint's name, and what has to happen to it first.

An endpoint that failed can only be deleted, and so is one that the pointer does not name although it names the
other: a run that was aborted left it. AWS turns no machines into serverless and gives serverless back to none,
https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html; so such a change takes the other endpoint.
"""

from collections.abc import Sequence

from stacks.workflow.asl import State, States, choose, compute, merged, q, sdk
from stacks.workflow.destination import other
from stacks.workflow.endpoint import BUSY, PAUSE, TRIES, query, removal_states, status_of
from stacks.workflow.names import Names

_BEFORE = """[$states.result.ProductionVariants.{
    'name': VariantName,
    'type': InstanceType & '',
    'serverless': $exists(ServerlessConfig)
}]"""

_BUSY_FOR_LONG = "'The endpoint was busy for too long: it is ' & $status & '.'"


def finding_states(
    names: Names, *, serverless: bool, candidates: Sequence[str], create: str, update: str, early: list[State],
    withdraw: str,
) -> States:  # fmt: skip
    """Sets `previous`, the config to go back to, and `before`, its variants."""
    kind = "$before[0].serverless != " + ("true" if serverless else "false")
    more = "$token = '' ? {} : {'NextToken': $token}"
    return merged(
        {
            "Find endpoint": sdk(
                "sagemaker",
                "listEndpoints",
                q(f"$merge([{query(names)}, {more}])"),
                catch=early,
                assign={
                    "status": q(status_of("$endpoint")),
                    "token": q("$states.result.NextToken & ''"),
                    "looks": q("$looks + 1"),
                },
                then="Create or update?",
            ),
            "Create or update?": choose(
                ("$status = '' and $token != ''", "Find endpoint"),
                ("$status = ''", create),
                (f"$looks > {TRIES}", "Give up finding"),
                (f"$status in {BUSY}", "Wait for endpoint to settle"),
                ("$status = 'Failed' or $not($pointer.endpoint in ['', $endpoint])", "Find stale endpoint"),
                otherwise="Remember endpoint",
            ),
            "Wait for endpoint to settle": PAUSE | {"Assign": {"token": ""}, "Next": "Find endpoint"},
            "Give up finding": compute(
                {
                    "failure": {
                        "Error": "DeploymentFailed",
                        "Cause": q(f"$refused != '' ? $refused : {_BUSY_FOR_LONG}"),
                    }
                },
                then=withdraw,
            ),
        },
        removal_states(
            "stale",
            names=names,
            endpoint="$endpoint",
            candidates=candidates,
            catch=early,
            then=create,
            stuck="Give up finding",
        ),
        {
            "Remember endpoint": sdk(
                "sagemaker",
                "describeEndpoint",
                {"EndpointName": "{% $endpoint %}"},
                catch=early,
                assign={"previous": "{% $states.result.EndpointConfigName %}"},
                then="Read previous config",
            ),
            "Read previous config": sdk(
                "sagemaker",
                "describeEndpointConfig",
                {"EndpointConfigName": "{% $previous %}"},
                catch=early,
                assign={"before": q(_BEFORE)},
                then="Is it the same kind?",
            ),
            "Is it the same kind?": choose(
                (f"{kind} and $pointer.endpoint = ''", "Forget endpoint"),
                (kind, "Take other endpoint"),
                otherwise=update,
            ),
            "Forget endpoint": compute({"previous": "", "before": []}, then="Find stale endpoint"),
            "Take other endpoint": compute(
                {"endpoint": q(other(names)), "previous": "", "before": [], "token": "", "looks": 0},
                then="Find endpoint",
            ),
        },
    )
