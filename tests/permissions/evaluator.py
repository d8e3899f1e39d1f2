"""Would IAM allow it? Answered by iam-simulate, which knows every action's resources and condition keys.

It refuses what IAM does not know (an action that does not exist, a resource of the wrong kind, a foreign condition
key), so it tests `local/access/needs.py` as well as the policies. moto's own evaluator takes a condition that does
not hold for a denial, and knows no actions.
"""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.access.needs import Need

ACCOUNT = "123456789012"
Json = dict[str, Any]


@dataclass(frozen=True)
class Grant:
    """One action on one resource, as a policy of a role has it."""

    role: str
    effect: str
    action: str
    resource: str
    condition: str = ""

    @property
    def statement(self) -> Json:
        """As a statement of its own."""
        condition = {"Condition": json.loads(self.condition)} if self.condition else {}
        return {"Effect": self.effect, "Action": self.action, "Resource": self.resource} | condition


@dataclass(frozen=True)
class Verdict:
    """Whether a need is met, and by which grants; `problem` says why the question makes no sense."""

    need: Need
    allowed: bool
    problem: str
    by: tuple[Grant, ...]


def grants_of(role: str, statements: Sequence[Json]) -> list[Grant]:
    """Split statements into single grants."""
    return [
        Grant(role, one["Effect"], action, resource, json.dumps(one["Condition"]) if "Condition" in one else "")
        for one in statements
        for action in _listed(one["Action"])
        for resource in _listed(one["Resource"])
    ]


def evaluate(grants: Mapping[str, Sequence[Grant]], needs: Sequence[Need]) -> list[Verdict]:
    """Judge needs by the grants of each role, in one process of Node."""
    node = shutil.which("node")
    assert node, "node is not on PATH"
    asked = {
        "account": ACCOUNT,
        "grants": {role: [grant.statement for grant in given] for role, given in grants.items()},
        "needs": [need.as_json() for need in needs],
    }
    program = Path(__file__).with_name("evaluator.mjs")
    answered = subprocess.run(
        [node, program], input=json.dumps(asked), capture_output=True, text=True, timeout=120, check=False
    )
    assert answered.returncode == 0, answered.stderr
    return [
        Verdict(
            need,
            said["allowed"],
            said["problem"],
            tuple(grants.get(need.role, ())[index] for index in said["by"]),
        )
        for need, said in zip(needs, json.loads(answered.stdout), strict=True)
    ]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
