"""Who may do what in a batch: the state machine's role, and what the jobs' role needs besides."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.findings import imported_arn
from stacks.permissions import allow, arn, explain_open, pass_role
from stacks.workflow.names import Names

_JOBS = ("transform-job", "processing-job")
_RULES = ("Transform", "Processing")
_RUN_TIME_NAMES = "Names are computed in each batch; the prefix holds them to this stage and workload."


def batch_role(scope: Construct, names: Names, *, bucket: s3.IBucket, jobs: iam.IRole) -> iam.Role:
    """For the state machine: reads what is live, starts jobs, waits for them."""
    role = iam.Role(scope, "Role", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    stack = Stack.of(scope)
    made = {kind: arn(stack, "sagemaker", f"{kind}/{names.prefix}-*") for kind in _JOBS}
    own = f"{names.workload}/batch/*"
    for statement in [
        allow([f"sagemaker:{verb}TransformJob" for verb in ("Create", "Describe", "Stop")], [made["transform-job"]]),
        allow([f"sagemaker:{verb}ProcessingJob" for verb in ("Create", "Describe", "Stop")], [made["processing-job"]]),
        allow(["sagemaker:AddTags", "sagemaker:ListTags"], list(made.values())),
        allow(["sagemaker:DescribeEndpoint"], [arn(stack, "sagemaker", f"endpoint/{one}") for one in names.endpoints]),
        allow(["sagemaker:ListModels"], ["*"]),
        allow(
            ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            [arn(stack, "events", f"rule/StepFunctionsGetEventsForSageMaker{kind}JobsRule") for kind in _RULES],
        ),
        pass_role(jobs, "sagemaker.amazonaws.com"),
        allow(["ssm:GetParameter"], [arn(stack, "ssm", f"parameter{names.pointer}")]),
        allow(["s3:GetObject", "s3:PutObject"], [bucket.arn_for_objects(own)]),
    ]:
        role.add_to_policy(statement)
    explain_open(role, [f"{imported_arn(bucket)}/{own}", *made.values()], _RUN_TIME_NAMES)
    explain_open(role, ["*"], "SageMaker's lists, log deliveries and X-Ray know no resource.")
    return role


def let_jobs_write(jobs: iam.Role, names: Names, *, bucket: s3.IBucket, foreign: list[str]) -> None:
    """Results below the workload's batch/, input from where the workload says."""
    stack = Stack.of(jobs)
    own = f"{names.workload}/batch/*"
    jobs.add_to_policy(allow(["s3:PutObject"], [bucket.arn_for_objects(own)]))
    explain_open(jobs, [f"{imported_arn(bucket)}/{own}"], _RUN_TIME_NAMES)
    for place in foreign:
        elsewhere, _, prefix = place.removeprefix("s3://").partition("/")
        root = f"arn:{stack.partition}:s3:::{elsewhere}"
        jobs.add_to_policy(allow(["s3:GetObject", "s3:ListBucket"], [root, f"{root}/{prefix}*"]))
        explain_open(jobs, [f"{root}/{prefix}*"], "All files of the input that the workload names.")
