"""Everything that an account still holds, by the lists of all services that a deployment uses."""

from collections.abc import Iterable
from typing import Any

from tests.journey.deployment import Deployment

LISTS: tuple[tuple[str, str, dict[str, str], str, str], ...] = (
    ("s3", "list_buckets", {}, "Buckets", "Name"),
    ("dynamodb", "list_tables", {}, "TableNames", ""),
    ("sns", "list_topics", {}, "Topics", "TopicArn"),
    ("lambda", "list_functions", {}, "Functions", "FunctionName"),
    ("apigateway", "get_rest_apis", {}, "items", "name"),
    ("apigateway", "get_api_keys", {}, "items", "name"),
    ("apigateway", "get_usage_plans", {}, "items", "name"),
    ("ecr", "describe_repositories", {}, "repositories", "repositoryName"),
    ("stepfunctions", "list_state_machines", {}, "stateMachines", "name"),
    ("events", "list_rules", {}, "Rules", "Name"),
    ("scheduler", "list_schedules", {}, "Schedules", "Name"),
    ("scheduler", "list_schedule_groups", {}, "ScheduleGroups", "Name"),
    ("cloudwatch", "describe_alarms", {}, "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", {}, "DashboardEntries", "DashboardName"),
    (
        "application-autoscaling", "describe_scalable_targets", {"ServiceNamespace": "sagemaker"}, "ScalableTargets",
        "ResourceId",
    ),
    ("sagemaker", "list_endpoints", {}, "Endpoints", "EndpointName"),
    ("sagemaker", "list_endpoint_configs", {}, "EndpointConfigs", "EndpointConfigName"),
    ("sagemaker", "list_models", {}, "Models", "ModelName"),
    ("sagemaker", "list_model_package_groups", {}, "ModelPackageGroupSummaryList", "ModelPackageGroupName"),
    ("iam", "list_roles", {}, "Roles", "RoleName"),
    ("ssm", "describe_parameters", {}, "Parameters", "Name"),
    ("kms", "list_aliases", {}, "Aliases", "AliasName"),
    ("logs", "describe_log_groups", {}, "logGroups", "logGroupName"),
)  # fmt: skip
AWS_OWN = ("alias/aws/", "AWSServiceRole", "default", "/aws/sagemaker/")
"""What AWS makes for itself in any account, and the log groups of all SageMaker jobs in it."""


def remains(deployment: Deployment) -> dict[str, list[str]]:
    """By service; without the CDK's own bootstrap, and without what is AWS's own."""
    bootstrap = _of_stack(deployment, "CDKToolkit")
    found: dict[str, list[str]] = {}
    for service, operation, given, member, name in LISTS:
        answer = getattr(deployment.client(service), operation)(**given)
        names = [str(item[name] if name else item) for item in answer[member]]
        kept = [one for one in names if one not in bootstrap and not one.startswith(AWS_OWN)]
        if kept:
            found.setdefault(service, []).extend(kept)
    return found


def _of_stack(deployment: Deployment, stack: str) -> set[str]:
    answer: Any = deployment.client("cloudformation").describe_stack_resources(StackName=stack)
    resources: Iterable[dict[str, Any]] = answer["StackResources"]
    return {resource.get("PhysicalResourceId", "") for resource in resources}
