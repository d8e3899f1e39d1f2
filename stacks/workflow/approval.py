"""Wait for approval: a run goes on with the versions that somebody approved; it holds no lease meanwhile.

Each version is waited for on its own by a task token, kept in the lease table under the version's ARN, until the
approval machine (stacks/approval) finds it there and wakes the run. What was decided is always read from the
registry itself, before and after waiting. A run that nobody answered fails uncaught, by an expression that says so,
which a redrive passes: then it looks, and waits, again.
"""

from spec.workload import Workload
from stacks.workflow.asl import State, States, caught, choose, compute, each, q, retry, sdk

AT_ONCE = 10
APPROVED, PENDING = "Approved", "PendingManualApproval"

_RETRY = retry(
    [
        "DynamoDb.DynamoDbException",
        "DynamoDb.InternalServerErrorException",
        "DynamoDb.ProvisionedThroughputExceededException",
        "DynamoDb.RequestLimitExceededException",
        "DynamoDb.ThrottlingException",
        "DynamoDb.SdkClientException",
    ],
    first=2,
    rate=2.0,
    attempts=4,
    longest=30,
)

_DECISION = """(
    $who := $states.result.LastModifiedBy;
    $name := [$who.UserProfileName, $who.IamIdentity.Arn][0];
    {
        'name': $waited.name,
        'version': $substringAfter($states.result.ModelPackageArn, ':model-package/'),
        'status': $states.result.ModelApprovalStatus,
        'said': ($name ? ' by ' & $name : '')
            & ($states.result.ApprovalDescription ? ': ' & $states.result.ApprovalDescription : '')
    }
)"""

_TOLD = f"""[$map($passed, function($result) {{(
    $decision := $decisions[name = $result.name][0];
    $merge([$result, {{'refused': $decision.status = '{APPROVED}' ? ''
        : $decision.status = '{PENDING}' ? 'nobody approved it in time' : 'rejected' & $decision.said}}])
)}})]"""

_APPROVED = f"[$filter($passed, function($one) {{ $decisions[name = $one.name][0].status = '{APPROVED}' }})]"

_AMONG = """[$map($results, function($result) {(
    $told := $filter(%s, function($one) { $one.name = $result.name })[0];
    $told ? $told : $result
)})]"""

_REJECTED = """'No version was approved.\\n' & $join([$map($decisions, function($one) {
    $one.name & ' (' & $one.version & '): rejected' & $one.said
})], '\\n')"""


def approval_states(workload: Workload, *, then: str, refused: str) -> States:
    """Keeps in `passed` what was approved; the others' rows in `results` say who refused them, and why."""
    undecided = f"$count([$filter($decisions, function($one) {{ $one.status = '{PENDING}' }})]) > 0"
    results = q(_AMONG % _TOLD)
    return {
        "Wait for approvals": each(
            "$passed",
            _waiting(workload.registry.timeout_seconds),
            at_once=AT_ONCE,
            then="Is any approved?",
            Assign={"decisions": q("[$states.result]"), "asked": q("$states.context.Execution.RedriveCount & ''")},
        ),
        "Is any approved?": choose(
            (f"$count({_APPROVED}) > 0", "Keep approved"), (undecided, "Name undecided"), otherwise="Refuse versions"
        ),
        "Keep approved": compute({"results": results, "passed": q(_APPROVED)}, then=then),
        "Name undecided": compute({"undecided": q(_undecided(workload))}, then="Fail undecided"),
        "Fail undecided": compute(
            output=q("$asked = $states.context.Execution.RedriveCount & '' ? $error($undecided) : {}"),
            then="Wait for approvals",
            comment="Fails; a redrive waits again",
        ),
        "Refuse versions": compute(
            {"results": results, "failure": {"Error": "ApprovalRefused", "Cause": q(_REJECTED)}, "passed": []},
            then=refused,
        ),
    }


def _waiting(seconds: int) -> States:
    item = {
        "lease": {"S": "{% $waited.package %}"},
        "token": {"S": "{% $states.context.Task.Token %}"},
        "holder": {"S": "{% $states.context.Execution.Id %}"},
        "expires": {"N": q(f"$string($floor($millis() * 0.001) + {seconds})")},
    }
    wait = sdk(
        "dynamodb",
        "putItem.waitForTaskToken",
        {"TableName": "${LeaseTable}", "Item": item},
        timeout=seconds,
        retries=[_RETRY],
        catch=[caught("Look at decision", errors=["States.Timeout"])],
        then="Look at decision",
    )
    return {
        "Take waiting version": compute({"waited": "{% $states.input %}"}, then="Look at version"),
        "Look at version": _look("Is it decided?"),
        "Is it decided?": choose((f"$decision.status = '{PENDING}'", "Wait for approval"), otherwise="Tell decision"),
        "Wait for approval": wait,
        "Look at decision": _look("Tell decision"),
        "Tell decision": compute(output="{% $decision %}", then=None),
    }


def _look(then: str) -> State:
    return sdk(
        "sagemaker",
        "describeModelPackage",
        {"ModelPackageName": "{% $waited.package %}"},
        assign={"decision": q(_DECISION)},
        then=then,
    )


def _undecided(workload: Workload) -> str:
    hours = f"{workload.registry.timeout_seconds / 3600:g} h"
    return f"""(
        $open := $filter($decisions, function($one) {{ $one.status = '{PENDING}' }});
        'Nobody decided within {hours} about ' & $join([$map($open, function($one) {{
            $one.name & ' (' & $one.version & ')'
        }})], ', ') & '. Approve or reject it (trainyard approve {workload.name} VERSION), then redrive this run.'
    )"""
