"""The protection that a deployment asks for, laid over whatever a state machine does: none can leave it out.

A definition is written without it. When it becomes a state machine, each call that makes a job, a model or an
endpoint config gets network, isolation and keys as members of its arguments; those are plain JSON or one JSONata
expression, so members are merged into either. Without settings a definition stays as it is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spec.deployment import Deployment
from spec.protection import LOCAL_STORAGE, has_local_storage
from stacks.workflow.asl import q

Tree = dict[str, Any]


@dataclass(frozen=True)
class Volume:
    """A volume's key, for machines whose disks are not encrypted by the machine already."""

    key: str


@dataclass(frozen=True)
class IfThere:
    """Members for an object that a call may or may not have."""

    members: Tree


def protect(definition: Mapping[str, Any], deployment: Deployment) -> dict[str, Any]:
    """The same definition with every call protected."""
    return {**definition, "States": _states(definition["States"], _by_action(deployment))}


def _states(states: Mapping[str, Any], by_action: Mapping[str, Tree]) -> dict[str, Any]:
    return {name: _state(state, by_action) for name, state in states.items()}


def _state(state: Mapping[str, Any], by_action: Mapping[str, Tree]) -> dict[str, Any]:
    made = dict(state)
    action = str(state.get("Resource", "")).removesuffix(".sync").rpartition(":")[2]
    if tree := by_action.get(action):
        made["Arguments"] = _laid_over(state["Arguments"], tree)
    if processor := state.get("ItemProcessor"):
        made["ItemProcessor"] = {**processor, "States": _states(processor["States"], by_action)}
    if branches := state.get("Branches"):
        made["Branches"] = [{**branch, "States": _states(branch["States"], by_action)} for branch in branches]
    return made


def _by_action(deployment: Deployment) -> dict[str, Tree]:
    """What each call gets; names of members: API reference of SageMaker."""
    network: Tree = {}
    if deployment.subnets:
        network["VpcConfig"] = Ready(
            {"Subnets": list(deployment.subnets), "SecurityGroupIds": list(deployment.security_groups)}
        )
    if deployment.network_isolation:
        network["EnableNetworkIsolation"] = True
    key = deployment.kms_key
    output, volume = ({"KmsKeyId": key}, {"VolumeKmsKeyId": Volume(key)}) if key else ({}, {})
    training = {**network, "OutputDataConfig": output, "ResourceConfig": volume}
    trees: dict[str, Tree] = {
        "createTrainingJob": training,
        "createHyperParameterTuningJob": {"TrainingJobDefinition": training},
        "createProcessingJob": {
            "NetworkConfig": network,
            "ProcessingOutputConfig": output,
            "ProcessingResources": {"ClusterConfig": volume},
        },
        "createTransformJob": {"TransformOutput": output, "TransformResources": volume},
        "createModel": network,
        "createEndpointConfig": {**output, "DataCaptureConfig": IfThere(output)} if key else {},
    }
    pruned = {action: _pruned(tree) for action, tree in trees.items()}
    return {action: tree for action, tree in pruned.items() if tree}


class Ready(dict[str, Any]):
    """An object that is a member as it is, not one to merge into."""


def _pruned(tree: Tree) -> Tree:
    kept = {name: _pruned(item) if _nested(item) else item for name, item in tree.items()}
    return {name: item for name, item in kept.items() if item != {}}


def _nested(item: Any) -> bool:
    return isinstance(item, dict) and not isinstance(item, Ready)


def _laid_over(given: Any, tree: Tree) -> Any:
    """The members in the arguments, which are an object of values and expressions, or one expression."""
    if isinstance(given, str) or _unknown_machine(given, tree):
        return q(f"( $given := {_expression(given)}; {_merged('$given', tree)} )")
    made = dict(given)
    for name, item in tree.items():
        if isinstance(item, IfThere):
            made |= {name: _laid_over(given[name], item.members)} if name in given else {}
        elif isinstance(item, Volume):
            made |= {} if has_local_storage(given["InstanceType"]) else {name: item.key}
        else:
            made[name] = _laid_over(given.get(name, {}), item) if _nested(item) else item
    return made


def _unknown_machine(given: Mapping[str, Any], tree: Tree) -> bool:
    """Whether only a run knows the type of instance that decides about a volume's key."""
    return any(isinstance(item, Volume) for item in tree.values()) and str(given["InstanceType"]).startswith("{%")


def _merged(place: str, tree: Tree) -> str:
    """JSONata: the object at a place, with the members of the tree."""
    return f"$merge([{', '.join([place, *(_members(place, name, item) for name, item in tree.items())])}])"


def _members(place: str, name: str, item: Any) -> str:
    inner = f"{place}.{name}"
    match item:
        case IfThere(members):
            return f"$exists({inner}) ? {{'{name}': {_merged(inner, members)}}} : {{}}"
        case Volume(key):
            return f"$contains({place}.InstanceType, /{LOCAL_STORAGE}/) ? {{}} : {{'{name}': '{key}'}}"
        case _:
            return f"{{'{name}': {_merged(inner, item) if _nested(item) else json.dumps(item)}}}"


def _expression(value: Any) -> str:
    """JSONata of arguments: an expression as it is, everything else by its members."""
    match value:
        case str() if value.startswith("{%"):
            return f"({value[2:-2].strip()})"
        case dict():
            return "{" + ", ".join(f"{json.dumps(name)}: {_expression(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_expression, value)) + "]"
        case _:
            return json.dumps(value)
