"""`docs/workflow.md` with its pictures: read from the synthesized definitions, put below their marks."""

import json
import re
from typing import Any

from stacks.naming import ROOT
from stacks.pictures import group_picture, overview, picture, redrivable
from tests.stacks.synthesis import Assembly, resources

PAGE = ROOT / "docs/workflow.md"
_FIRST = ("approved", "boston")  # whose machines are drawn where several workloads have one of a kind
_MARK = re.compile(
    r"<!-- (draw|redrive) ([\w-]+)(?:: (.+?))? -->\n"
    r"(?:\n```mermaid\n.*?```\n|\n(?:A redrive goes on in|No failure of a call)[^\n]*\n)?",
    re.DOTALL,
)

GROUPS = {
    "Plan": "Read workload",
    "Prepare": "Prepare",
    "Candidates": "Try candidates",
    "Compare": "Compare with live?",
    "Gate and registry": "Judge",
    "Lease": "Acquire lease",
    "Choose the endpoint": "Read pointer",
    "Config": "Publish features",
    "Find the endpoint": "Find endpoint",
    "Deploy": "List scaling",
    "Verify": "Read example",
    "Pointer": "Keep lease",
    "Retire the other endpoint": "Did another endpoint serve?",
    "Clean up": "List configs",
    "Roll back": "Check lease",
    "Withdraw": "Withdraw config",
    "End": "Release lease",
}
"""Groups of the run's states, each by its first one, in the order of the definition."""

Definitions = dict[str, dict[str, Any]]


def definitions(assembly: Assembly) -> Definitions:
    """One definition of each kind of state machine: `run`, and what its name ends with for others."""
    names = [name.removeprefix("trainyard-dev-workload-") for name in assembly.names if "-workload-" in name]
    found: Definitions = {}
    for workload in sorted(names, key=lambda name: (name not in _FIRST, name)):
        machines = resources(assembly.template("workload", workload), "AWS::StepFunctions::StateMachine")
        for machine in machines.values():
            kind = machine["StateMachineName"].removeprefix(f"dev-{workload}").removeprefix("-") or "run"
            text = machine["DefinitionString"]["Fn::Sub"]
            found.setdefault(kind, json.loads(text if isinstance(text, str) else text[0]))
    return found


def drawn(page: str, machines: Definitions) -> str:
    """The page with every picture made anew."""

    def replaced(mark: re.Match[str]) -> str:
        kind, machine, group = mark.groups()
        definition = machines[machine]
        if kind == "redrive":
            names = redrivable(definition)
            told = f"A redrive goes on in: {', '.join(names)}." if names else "No failure of a call ends it by itself."
            return f"<!-- redrive {machine} -->\n\n{told}\n"
        made = picture(definition) if group is None else _part(definition, group)
        return f"<!-- draw {machine}{f': {group}' if group else ''} -->\n\n```mermaid\n{made}\n```\n"

    return _MARK.sub(replaced, page)


def _part(definition: dict[str, Any], group: str) -> str:
    return overview(definition, GROUPS) if group == "groups" else group_picture(definition, GROUPS, group)
