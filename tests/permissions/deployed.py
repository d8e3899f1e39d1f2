"""Roles, their grants and their recorded needs, and state machines, as they are on a running embedded AWS."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.access.needs import Need
from tests.permissions.evaluator import Grant, grants_of

Clients = Callable[[str], Any]


@dataclass(frozen=True)
class Machine:
    """A state machine with all of its definition's values filled in."""

    name: str
    role: str
    definition: dict[str, Any]


def grants(clients: Clients) -> dict[str, list[Grant]]:
    """The grants of the roles that the workloads' stacks and the API's made, by the role's ARN."""
    iam = clients("iam")
    roles = [role for page in iam.get_paginator("list_roles").paginate() for role in page["Roles"]]
    ours = [role for role in roles if role["RoleName"].startswith("trainyard-")]
    return {role["Arn"]: _of_role(iam, role["RoleName"], role["Arn"]) for role in ours}


def _of_role(iam: Any, name: str, arn: str) -> list[Grant]:
    inline = [
        iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    attached = [
        iam.get_policy_version(PolicyArn=policy["PolicyArn"], VersionId=_version(iam, policy["PolicyArn"]))
        for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    ]
    documents = inline + [found["PolicyVersion"]["Document"] for found in attached]
    return [grant for document in documents for grant in grants_of(arn, document["Statement"])]


def _version(iam: Any, policy: str) -> str:
    return str(iam.get_policy(PolicyArn=policy)["Policy"]["DefaultVersionId"])


def machines(clients: Clients) -> list[Machine]:
    """Every state machine there is."""
    states = clients("stepfunctions")
    listed = [one for page in states.get_paginator("list_state_machines").paginate() for one in page["stateMachines"]]
    described = [states.describe_state_machine(stateMachineArn=one["stateMachineArn"]) for one in listed]
    return [Machine(one["name"], one["roleArn"], json.loads(one["definition"])) for one in described]


def recorded(path: Path) -> list[Need]:
    """What roles needed, by the embedded AWS's own record."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [Need(one["role"], one["action"], one["resource"], tuple(one["context"].items())) for one in lines]
