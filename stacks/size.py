"""What CloudFormation and Step Functions take, held against what was synthesized: AWS would refuse it late.

Sizes grow with the candidates of a workload, their tuned hyperparameters above all.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TEMPLATE = 1_000_000
"""Bytes of a template in S3.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html says 1 MB.
"""

DEFINITION = 1_048_576
"""Characters of `definition` in CreateStateMachine."""

PLACEHOLDERS = 20_000
"""Room for what replaces references in a definition: ARNs, names and URIs."""

_FIX = "fewer candidates or fewer tuned hyperparameters in workloads/{workload}/workload.yaml, or two workloads"


def oversized(folder: Path) -> Iterator[str]:
    """A line for each template and each state machine of a cloud assembly that AWS would refuse."""
    for path in sorted(folder.glob("*.template.json")):
        text = path.read_bytes()
        fix = _FIX.format(workload=path.name.removesuffix(".template.json").partition("-workload-")[2] or "<name>")
        if len(text) > TEMPLATE:
            yield f"{path.name}: {len(text):,} bytes, CloudFormation takes {TEMPLATE:,}: {fix}"
        for name, size in definitions(json.loads(text)):
            if size > DEFINITION - PLACEHOLDERS:
                allowed = DEFINITION - PLACEHOLDERS
                yield f"{path.name}: state machine {name}: {size:,} characters, at most {allowed:,}: {fix}"


def definitions(template: dict[str, Any]) -> Iterator[tuple[str, int]]:
    """Name and size of each state machine's definition, without what replaces its references."""
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::StepFunctions::StateMachine":
            properties = resource["Properties"]
            yield str(properties["StateMachineName"]), sum(map(len, _texts(properties["DefinitionString"])))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(item)
