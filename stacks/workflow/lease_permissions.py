"""What taking the lease takes: the table's item, and a look at whichever execution holds it."""

from aws_cdk import Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam

from stacks.permissions import allow, arn, explain_open
from stacks.workflow.names import Names

HOLDERS = ("shift", "retire")
"""State machines that take the lease, besides the run's own."""


def lease_permissions(role: iam.Role, names: Names, leases: dynamodb.ITable) -> None:
    """For every state machine that takes the lease."""
    stack = Stack.of(role)
    machines = (names.prefix, *map(names.machine, HOLDERS))
    executions = [arn(stack, "states", f"execution:{machine}:*") for machine in machines]
    role.add_to_policy(allow(["dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:DeleteItem"], [leases.table_arn]))
    role.add_to_policy(allow(["states:DescribeExecution"], executions))
    explain_open(role, executions, "Executions of this workload's machines; each has a name of its own.")
