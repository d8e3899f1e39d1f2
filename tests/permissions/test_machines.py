"""Least privilege of every state machine: no call of it is denied, and nothing is granted that it never calls."""

import re
from collections import defaultdict
from dataclasses import dataclass, field

import pytest

from local.access.needs import Need
from tests.permissions import templates, walked
from tests.permissions.evaluator import Grant, Verdict, evaluate
from tests.permissions.unused import UNUSED, explained
from tests.stacks.registered import Registered, registered
from tests.stacks.synthesis import Assembly

pytestmark = [pytest.mark.synth, pytest.mark.timeout(600)]
MACHINES = tuple(registered())


@dataclass
class Judged:
    """All machines: what was asked and what is granted, by kind of machine."""

    verdicts: list[Verdict] = field(default_factory=list)
    grants: dict[str, list[tuple[str, Grant]]] = field(default_factory=lambda: defaultdict(list))
    used: dict[str, set[tuple[str, str]]] = field(default_factory=lambda: defaultdict(set))


def general(workload: str, text: str) -> str:
    """A resource for whichever workload and of its two endpoints; logs are granted with and without `:*`."""
    text = text.replace(f"dev-{workload}", "{workload}").replace(f"/{workload}/", "/{workload}/")
    text = re.sub(r"\{workload\}-2(?![0-9a-f])", "{workload}", text)
    return text.removesuffix(":*") if ":logs:" in text else text


@pytest.fixture(scope="module")
def judged(assembly: Assembly) -> Judged:
    """Every registered machine's walks, held against the role that its workload's stack gives it."""
    found = Judged()
    workloads = [name.removeprefix("trainyard-dev-workload-") for name in assembly.names if "-workload-" in name]
    asked: dict[str, tuple[str, str]] = {}
    grants: dict[str, list[Grant]] = {}
    needed: list[Need] = []
    for machine in MACHINES:
        workload = walked.workload_of(machine, workloads)
        role, given, needs = _of(assembly, machine, workload)
        asked[role], grants[role] = (machine.kind, workload), given
        needed += needs
        found.grants[machine.kind] += [(workload, grant) for grant in given]
    found.verdicts = evaluate(grants, list(dict.fromkeys(need for need in needed if need.role in grants)))
    for verdict in found.verdicts:
        kind, workload = asked[verdict.need.role]
        found.used[kind] |= {(grant.action, general(workload, grant.resource)) for grant in verdict.by}
    return found


def _of(assembly: Assembly, machine: Registered, workload: str) -> tuple[str, list[Grant], list[Need]]:
    stack = templates.stack(assembly, workload)
    name = f"dev-{workload}" + ("" if machine.kind == "run" else f"-{machine.kind}")
    (deployed,) = (one for one in templates.machines(stack) if one.name == name)
    executions = [execution for walk in machine.walks for execution in walk()]
    needs = [need for execution in executions for need in walked.needs_of_walk(deployed.role, execution)]
    names = templates.names(stack)
    return deployed.role, walked.renamed(templates.grants(stack)[deployed.role], names), [
        *needs, *walked.needs_of_machine(deployed),
    ]  # fmt: skip


def test_nothing_that_a_state_machine_calls_is_denied(judged: Judged) -> None:
    denied = [verdict.need for verdict in judged.verdicts if not verdict.allowed]
    told = {(need.role.rpartition("-")[2], need.action, need.resource) for need in denied}
    assert sorted(told) == []


def test_every_question_makes_sense_to_iam(judged: Judged) -> None:
    assert sorted({(v.need.action, v.need.resource, v.problem) for v in judged.verdicts if v.problem}) == []


@pytest.mark.parametrize("kind", sorted({machine.kind for machine in MACHINES}))
def test_nothing_is_granted_to_a_state_machine_that_it_never_calls(judged: Judged, kind: str) -> None:
    granted = {(grant.action, general(workload, grant.resource)) for workload, grant in judged.grants[kind]}
    assert sorted(pair for pair in granted - judged.used[kind] if not explained(*pair)) == []


def test_every_reason_is_still_needed(judged: Judged) -> None:
    unused = {
        (grant.action, general(workload, grant.resource))
        for kind, granted in judged.grants.items()
        for workload, grant in granted
        if (grant.action, general(workload, grant.resource)) not in judged.used[kind]
    }
    stale = [
        (action, part)
        for action, parts in UNUSED.items()
        for part in parts
        if not part.endswith("-fan-out") and not any(name == action and part in resource for name, resource in unused)
    ]
    assert stale == []
