"""Every call that the runs of this session made by right of a role: none that AWS would have denied, none idle.

Held against the policies as they are deployed. What the roles of state machines never use is found by walks through
all of their states (tests/permissions/test_machines.py); what jobs do is seen here alone.
"""

import re

import pytest

from local.access.needs import Need
from tests.journey.deployment import Deployment
from tests.permissions.deployed import grants, recorded
from tests.permissions.evaluator import Grant, evaluate
from tests.permissions.unused import explained

pytestmark = [pytest.mark.local, pytest.mark.timeout(1200)]
OF_JOBS = re.compile(r"-workload-.*-JobRole[0-9A-F]")
WORKLOAD = re.compile(r"trainyard-dev-workload-(?P<name>[a-z0-9-]+?)-[A-Z]")


def general(grant: Grant) -> tuple[str, str]:
    """The grant for whichever workload, logs with and without `:*`, images and code of any name."""
    found = WORKLOAD.search(grant.role)
    resource = grant.resource.replace(found["name"], "{workload}") if found else grant.resource
    resource = re.sub(r"(:repository/|assets-[^/]*/).*", r"\1*", resource)
    return grant.action, resource.removesuffix(":*") if ":logs:" in resource else resource


def test_no_call_of_a_run_would_be_denied_on_aws(on_processes: Deployment) -> None:
    assert denied(on_processes) == []


def test_no_call_of_breaking_runs_would_be_denied_on_aws(breaking: Deployment) -> None:
    assert denied(breaking) == []


def denied(deployment: Deployment) -> list[tuple[Need, str]]:
    needed = recorded(deployment.settings.state / "calls.jsonl")
    verdicts = evaluate(grants(deployment.client), needed)
    assert len({need.role for need in needed}) > 2
    return [(verdict.need, verdict.problem) for verdict in verdicts if not verdict.allowed]


def test_what_jobs_may_do_they_do(on_processes: Deployment) -> None:
    all_roles = grants(on_processes.client)
    granted = {role: given for role, given in all_roles.items() if OF_JOBS.search(role)}
    needed = [need for need in recorded(on_processes.settings.state / "calls.jsonl") if need.role in granted]
    used = {general(grant) for verdict in evaluate(granted, needed) for grant in verdict.by}
    idle = {general(grant) for given in granted.values() for grant in given} - used
    assert sorted(pair for pair in idle if not explained(*pair)) == []
