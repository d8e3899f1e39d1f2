"""What a fan-out may do: jobs and models below the workload's prefix, and executions of its own map.

https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
"""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.fan_out.definition import LABEL
from stacks.findings import imported_arn
from stacks.permissions import allow, arn, explain_open, pass_role
from stacks.workflow.names import Names

_JOBS = {
    "training-job": "TrainingJob",
    "transform-job": "TransformJob",
    "processing-job": "ProcessingJob",
    "hyper-parameter-tuning-job": "HyperParameterTuningJob",
}
_RULES = ("Training", "Transform", "Tuning", "Processing")
_KEYS = ("runs/*", "runs/*/plan.json", "runs/*/fan-out/map/*")


def fan_out_role(scope: Construct, names: Names, *, bucket: s3.IBucket, jobs: iam.IRole) -> iam.Role:
    """For the state machine and its children; `jobs` is the role of what they start."""
    role = iam.Role(scope, "FanOutRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    stack = Stack.of(scope)
    for statement in [
        *_sagemaker(stack, names),
        *_children(stack, names),
        pass_role(jobs, "sagemaker.amazonaws.com"),
        *_files(names.workload, bucket),
    ]:
        role.add_to_policy(statement)
    _explain(role, names, bucket)
    return role


def _sagemaker(stack: Stack, names: Names) -> list[iam.PolicyStatement]:
    rules = [f"rule/StepFunctionsGetEventsForSageMaker{kind}JobsRule" for kind in _RULES]
    return [
        *(
            allow([f"sagemaker:{verb}{thing}" for verb in ("Create", "Describe", "Stop")], [_made(stack, names, kind)])
            for kind, thing in _JOBS.items()
        ),
        allow([f"sagemaker:{verb}Model" for verb in ("Create", "Describe", "Delete")], [_made(stack, names, "model")]),
        allow(["sagemaker:AddTags"], [_made(stack, names, kind) for kind in (*_JOBS, "model")]),
        allow(["sagemaker:ListTags"], [_made(stack, names, kind) for kind in _JOBS]),
        allow(
            ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            [arn(stack, "events", rule) for rule in rules],
        ),
    ]


def _children(stack: Stack, names: Names) -> list[iam.PolicyStatement]:
    """A child's ARN has the map's label and a name that Step Functions gives it."""
    machine, executions, children = _executions(stack, names)
    return [
        allow(["states:StartExecution"], [machine]),
        allow(["states:DescribeExecution", "states:StopExecution"], [executions, children]),
        allow(["states:RedriveExecution"], [children]),
    ]


def _executions(stack: Stack, names: Names) -> tuple[str, str, str]:
    name = names.machine("fan-out")
    return (
        arn(stack, "states", f"stateMachine:{name}"),
        arn(stack, "states", f"execution:{name}:*"),
        arn(stack, "states", f"execution:{name}/{LABEL}:*"),
    )


def _files(workload: str, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    runs, plan, results = (bucket.arn_for_objects(f"{workload}/{key}") for key in _KEYS)
    return [
        allow(["s3:GetObject"], [runs]),
        allow(["s3:PutObject"], [plan]),
        # What a ResultWriter takes: large results are sent in parts.
        allow(["s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"], [results]),
    ]


def _made(stack: Stack, names: Names, kind: str) -> str:
    return arn(stack, "sagemaker", f"{kind}/{names.prefix}-*")


def _explain(role: iam.Role, names: Names, bucket: s3.IBucket) -> None:
    stack = Stack.of(role)
    keys = [f"{imported_arn(bucket)}/{names.workload}/{key}" for key in _KEYS]
    made = [_made(stack, names, kind) for kind in (*_JOBS, "model")]
    _, *executions = _executions(stack, names)
    explain_open(role, [*keys, *made], "Names are computed in each run; the prefix holds them to stage and workload.")
    explain_open(role, executions, "Step Functions names the children of a map; all are of this state machine.")
    explain_open(role, ["*"], "Log deliveries and X-Ray know no resource.")
