"""Checks what a task would send against AWS's own service models: members, types, lengths, patterns."""

import json
from functools import cache
from typing import Any

import botocore.session
import regex  # type: ignore[import-untyped]
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

_NAMES = {
    "sagemakerruntime": "sagemaker-runtime",
    "applicationautoscaling": "application-autoscaling",
    "sfn": "stepfunctions",
    "cloudwatchlogs": "logs",
    "eventbridge": "events",
}

_BEYOND_16_BITS = (r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
"""Java's way, in pairs of surrogates, and Python's."""


def problems(resource: str, arguments: Any) -> list[str]:
    """What the service would refuse; a resource is the last part of a task's ARN."""
    *_, service, action = plain(resource).removeprefix("aws-sdk:").split(":")
    shape = _operation(service, action[0].upper() + action[1:])
    sent = _as_sent(arguments, shape)
    report = ParamValidator().validate(sent, shape)
    return ([report.generate_report()] if report.has_errors() else []) + list(_constraints(sent, shape, action))


@cache
def faults_of_service(resource: str) -> tuple[str, ...]:
    """The errors of a call that its service blames on itself, as Step Functions names them: as AWS's SDK for Java."""
    *_, service, action = plain(resource).removeprefix("aws-sdk:").split(":")
    raw = _model(service)
    errors = [error["shape"] for error in raw["operations"][action[0].upper() + action[1:]].get("errors", ())]
    return tuple(f"{_bare(name)}Exception" for name in errors if raw["shapes"][name].get("fault"))


@cache
def _model(service: str) -> Any:
    loader = botocore.session.get_session().get_component("data_loader")
    return loader.load_service_model(_NAMES.get(service, service), "service-2")


def _bare(name: str) -> str:
    return name.removesuffix("Exception").removesuffix("Fault")


def plain(resource: str) -> str:
    """Without the integration's pattern."""
    return resource.removesuffix(".sync").removesuffix(".waitForTaskToken")


@cache
def _operation(service: str, operation: str) -> StructureShape:
    model = botocore.session.get_session().get_service_model(_NAMES.get(service, service))
    shape = model.operation_model(operation).input_shape
    assert isinstance(shape, StructureShape)
    return shape


def _as_sent(value: Any, shape: Shape) -> Any:
    """A blob may be any JSON value: Step Functions writes it out; members are in PascalCase whatever the API says."""
    if shape.type_name == "blob":
        return (value if isinstance(value, str) else json.dumps(value)).encode()
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        pascal: dict[str, str] = {name[:1].upper() + name[1:]: name for name in shape.members}
        return {
            pascal.get(k, f"{k}?"): _as_sent(v, shape.members[pascal[k]]) if k in pascal else v
            for k, v in value.items()
        }
    return value


def _constraints(value: Any, shape: Shape, where: str) -> Any:
    if isinstance(shape, StructureShape):
        for key, item in value.items():
            if key in shape.members:
                yield from _constraints(item, shape.members[key], f"{where}.{key}")
    elif isinstance(shape, ListShape):
        yield from _length(value, shape, where)
        for item in value:
            yield from _constraints(item, shape.member, where)
    elif isinstance(shape, MapShape):
        yield from _length(value, shape, where)
        for key, item in value.items():
            yield from _constraints(key, shape.key, where)
            yield from _constraints(item, shape.value, f"{where}.{key}")
    elif isinstance(shape, StringShape) and isinstance(value, str):
        yield from _length(value, shape, where)
        pattern = shape.metadata.get("pattern")
        if pattern and not regex.fullmatch(pattern.replace(*_BEYOND_16_BITS), value):
            yield f"{where}: {value!r} does not match {pattern}"
        if shape.enum and value not in shape.enum:
            yield f"{where}: {value!r} is none of {shape.enum}"


def _length(value: Any, shape: Shape, where: str) -> Any:
    low, high = shape.metadata.get("min", 0), shape.metadata.get("max", float("inf"))
    if not low <= len(value) <= high:
        yield f"{where}: length {len(value)}, allowed {low} to {high}"
