"""What the roles of state machines need, by the walks of every machine through all of its states.

The walks know the deployment's names as `tests.stacks.workflow.machines.VALUES` has them; the grants of the
synthesized templates are told in the same words.
"""

from collections.abc import Iterator
from typing import Any

from local.access.needs import Need, needs
from tests.permissions.deployed import Machine
from tests.permissions.evaluator import Grant
from tests.stacks.registered import Registered, flows
from tests.stacks.workflow.interpreter import Execution
from tests.stacks.workflow.shapes import _NAMES as BOTO_NAMES
from tests.stacks.workflow.shapes import plain

_OWN_TAG = {"Key": "AWS_STEP_FUNCTIONS_EXECUTION_ARN", "Value": "arn"}
_LOWER = ("stepfunctions", "logs")  # whose members the integrations write in PascalCase
_JOBS = ("TrainingJob", "TransformJob", "ProcessingJob", "HyperParameterTuningJob")


def workload_of(machine: Registered, workloads: list[str]) -> str:
    """Whose machine a registered one is, by the names in it."""
    text = str(machine.definition)
    return max((name for name in workloads if f"dev-{name}" in text or f"/{name}/" in text), key=len)


def needs_of_walk(role: str, execution: Execution) -> Iterator[Need]:
    """What the machine's role needs for the calls of one execution, and for waiting for its jobs."""
    for _, resource, arguments in execution.sent:
        service, action = plain(resource).removeprefix("aws-sdk:").split(":")
        service = BOTO_NAMES.get(service, "stepfunctions" if service == "states" else service)
        operation = action[0].upper() + action[1:]
        sent = dict(arguments)
        if service in _LOWER:
            sent = {key[0].lower() + key[1:]: value for key, value in sent.items()}
        if resource.endswith(".sync"):
            sent["Tags"] = [*sent.get("Tags", []), _OWN_TAG]
            yield from _polling(role, operation, sent)
        yield from needs(role, service, operation, sent)


def _polling(role: str, operation: str, sent: dict[str, Any]) -> list[Need]:
    noun = operation.removeprefix("Create")
    return needs(role, "sagemaker", f"Describe{noun}", {f"{noun}Name": sent[f"{noun}Name"]}) if noun in _JOBS else []


def needs_of_machine(machine: Machine) -> Iterator[Need]:
    """What a Distributed Map takes, which starts executions of its own."""
    for flow in flows(machine.definition):
        for state in flow["States"].values():
            if state.get("ItemProcessor", {}).get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
                arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:{machine.name}"
                yield Need(machine.role, "states:StartExecution", arn)


def renamed(grants: list[Grant], names: dict[str, str]) -> list[Grant]:
    """Grants with other names for what CloudFormation names."""

    def plain_names(text: str) -> str:
        for deployed, walked in names.items():
            text = text.replace(deployed, walked)
        return text

    return [
        Grant(grant.role, grant.effect, grant.action, plain_names(grant.resource), plain_names(grant.condition))
        for grant in grants
    ]
