"""Who may do what in a run: one role for the state machine, one for the jobs and models that it starts.

Actions are exact, and so are resources wherever AWS lets a statement name them; the others say why.
"""

from collections.abc import Iterable, Sequence

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from stacks.findings import imported_arn
from stacks.permissions import allow, arn, explain_open, pass_role
from stacks.workflow.lease_permissions import lease_permissions
from stacks.workflow.names import Names
from stacks.workflow.report import NAMESPACE

_JOBS = ("training", "transform", "processing", "hyper-parameter-tuning")
_MADE = (*(f"{job}-job" for job in _JOBS), "model", "endpoint", "endpoint-config")
_JOB_LOGS = ("TrainingJobs", "TransformJobs", "ProcessingJobs", "Endpoints/*")
_RULES = ("Training", "Transform", "Tuning", "Processing")


def job_role(
    scope: Construct, names: Names, *, bucket: s3.IBucket, images: Iterable[str], data: str | None
) -> iam.Role:
    """For jobs and models: the workload's part of the bucket, its images, its logs and metrics."""
    role = iam.Role(scope, "JobRole", assumed_by=iam.ServicePrincipal("sagemaker.amazonaws.com"))
    for statement in [
        *_storage(names.workload, bucket),
        *([_foreign_data(Stack.of(scope), data)] if data else []),
        *_images(images),
        *_telemetry(Stack.of(scope)),
    ]:
        role.add_to_policy(statement)
    _explain_job_role(role, names, bucket, data)
    return role


def state_machine_role(
    scope: Construct,
    names: Names,
    *,
    bucket: s3.IBucket,
    leases: dynamodb.ITable,
    jobs: iam.IRole,
    machines: Sequence[str],
) -> iam.Role:
    """For the state machine: what its states call, and what waiting for a job takes.

    `machines` are the names of those whose executions make models: Clean up asks which of them go on.
    """
    role = iam.Role(scope, "StateMachineRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
    stack = Stack.of(scope)
    for statement in [
        *_sagemaker(stack, names),
        *_waiting(stack),
        pass_role(jobs, "sagemaker.amazonaws.com"),
        *_artifacts(names.workload, bucket),
        _reporting(),
        allow(["states:ListExecutions"], [arn(stack, "states", f"stateMachine:{machine}") for machine in machines]),
        allow(
            ["ssm:GetParameters", "ssm:PutParameter", "ssm:AddTagsToResource"],
            [arn(stack, "ssm", f"parameter{names.pointer}")],
        ),
    ]:
        role.add_to_policy(statement)
    lease_permissions(role, names, leases)
    _explain_state_machine_role(role, names, bucket)
    return role


def _reporting() -> iam.PolicyStatement:
    """Metrics have no resource; the condition holds them to our namespace."""
    return iam.PolicyStatement(
        actions=["cloudwatch:PutMetricData"],
        resources=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": NAMESPACE}},
    )


_RUN_TIME_NAMES = "Names are computed in each run; the prefix holds them to this stage and workload."


def _explain_job_role(role: iam.Role, names: Names, bucket: s3.IBucket, data: str | None) -> None:
    stack = Stack.of(role)
    keys = [f"{imported_arn(bucket)}/{names.workload}/{place}" for place in ("*", "runs/*")]
    groups = [arn(stack, "logs", f"log-group:/aws/sagemaker/{kind}") for kind in _JOB_LOGS]
    foreign = [f"arn:{stack.partition}:s3:::{data.removeprefix('s3://')}*"] if data else []
    explain_open(role, keys, _RUN_TIME_NAMES)
    explain_open(role, foreign, "All files of the data that the workload names.")
    explain_open(
        role,
        [*(f"{group}:*" for group in groups), *(group for group in groups if "*" in group)],
        "SageMaker makes the groups of endpoints and the streams of jobs, and names them.",
    )
    explain_open(role, ["*"], "Registry tokens and metrics have no resource; a condition holds the namespace.")


def _explain_state_machine_role(role: iam.Role, names: Names, bucket: s3.IBucket) -> None:
    stack = Stack.of(role)
    keys = [f"{imported_arn(bucket)}/{names.workload}/{place}" for place in ("runs/*", "runs/*/plan.json", "live/*")]
    made = [arn(stack, "sagemaker", f"{kind}/{names.prefix}-*") for kind in _MADE]
    explain_open(role, [*keys, *made], _RUN_TIME_NAMES)
    explain_open(role, ["*"], "SageMaker's lists, log deliveries and X-Ray know no resource.")


def _sagemaker(stack: Stack, names: Names) -> list[iam.PolicyStatement]:
    def made(*kinds: str) -> list[str]:
        ours = {"endpoint": names.endpoints}
        made = [f"{kind}/{name}" for kind in kinds for name in ours.get(kind, (f"{names.prefix}-*",))]
        return [arn(stack, "sagemaker", resource) for resource in made]

    def actions(verbs: str, thing: str) -> list[str]:
        return [f"sagemaker:{verb}{thing}" for verb in verbs.split()]

    return [
        allow(actions("Create Describe Stop", "TrainingJob"), made("training-job")),
        allow(actions("Create Describe Stop", "TransformJob"), made("transform-job")),
        allow(actions("Create Describe Stop", "ProcessingJob"), made("processing-job")),
        allow(actions("Create Describe Stop", "HyperParameterTuningJob"), made("hyper-parameter-tuning-job")),
        allow(actions("Create Describe Delete", "Model"), made("model")),
        allow(actions("Create Describe Delete", "EndpointConfig"), made("endpoint-config")),
        allow(actions("Create Update", "Endpoint"), made("endpoint", "endpoint-config")),
        allow([*actions("Describe Delete", "Endpoint"), "sagemaker:InvokeEndpoint"], made("endpoint")),
        allow(["sagemaker:AddTags"], made(*_MADE)),
        allow(["sagemaker:ListTags"], made(*(f"{job}-job" for job in _JOBS))),
        # Lists have no resource that a statement could name.
        allow(["sagemaker:ListEndpoints", "sagemaker:ListEndpointConfigs", "sagemaker:ListModels"], ["*"]),
    ]


def _waiting(stack: Stack) -> list[iam.PolicyStatement]:
    """Step Functions waits for a job by a rule that it manages itself, one per kind of job."""
    rules = [f"rule/StepFunctionsGetEventsForSageMaker{kind}JobsRule" for kind in _RULES]
    return [
        allow(
            ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
            [arn(stack, "events", rule) for rule in rules],
        )
    ]


def _artifacts(workload: str, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    runs, live = bucket.arn_for_objects(f"{workload}/runs/*"), bucket.arn_for_objects(f"{workload}/live/*")
    return [
        allow(["s3:GetObject"], [runs, live]),
        allow(["s3:PutObject"], [bucket.arn_for_objects(f"{workload}/runs/*/plan.json"), live]),
        allow(["s3:DeleteObject"], [live]),
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{workload}/runs/*", f"{workload}/live/*"]}},
        ),
    ]


def _storage(workload: str, bucket: s3.IBucket) -> list[iam.PolicyStatement]:
    return [
        # All of the workload's prefix: a run may name any place in it as its data.
        allow(["s3:GetObject"], [bucket.arn_for_objects(f"{workload}/*")]),
        allow(["s3:PutObject"], [bucket.arn_for_objects(f"{workload}/runs/*")]),
        iam.PolicyStatement(
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringLike": {"s3:prefix": [f"{workload}/*"]}},
        ),
    ]


def _foreign_data(stack: Stack, uri: str) -> iam.PolicyStatement:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    arn = f"arn:{stack.partition}:s3:::{bucket}"
    return allow(["s3:GetObject", "s3:ListBucket"], [arn, f"{arn}/{prefix}*"])


def _images(images: Iterable[str]) -> list[iam.PolicyStatement]:
    return [
        allow(
            ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            sorted(set(images)),
        ),
        # A token is for a registry, which has no resource of its own.
        allow(["ecr:GetAuthorizationToken"], ["*"]),
    ]


def _telemetry(stack: Stack) -> list[iam.PolicyStatement]:
    groups = [arn(stack, "logs", f"log-group:/aws/sagemaker/{kind}") for kind in _JOB_LOGS]
    return [
        allow(
            ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            [arn for group in groups for arn in (group, f"{group}:*")],
        ),
        # Metrics have no resources; the condition holds them to SageMaker's namespaces.
        iam.PolicyStatement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringLike": {"cloudwatch:namespace": ["/aws/sagemaker/*", "AWS/SageMaker"]}},
        ),
    ]
