"""Check a request against botocore's own model of the operation, with AWS's words for what is wrong.

Types first (AWS answers SerializationException), then every constraint, all failures in one message.
"""

from collections.abc import Iterator
from typing import Any

from local.sagemaker.errors import validation
from local.sagemaker.patterns import compiled
from local.sagemaker.typechecks import check_types, children, join


def check(shape: Any, value: Any) -> None:
    """Raise AwsError unless `value` is an input that `shape` allows."""
    check_types(shape, value, "")
    if found := failures(shape, value, ""):
        raise validation(told(found))


def told(found: list[str]) -> str:
    """Return the message of a refusal for these failures."""
    noun = "validation error" if len(found) == 1 else "validation errors"
    return f"{len(found)} {noun} detected: " + "; ".join(found)


def failures(shape: Any, value: Any, path: str) -> list[str]:
    """Return what is wrong with one value, in AWS's words."""
    return list(_failures(shape, value, path))


def _failures(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield _failure(None, join(path, name), "Member must not be null")
    for constraint in _broken(shape, value):
        yield _failure(value, path, constraint)
    for member, child, name in children(shape, value, path):
        if child is None:
            yield _failure(None, name, "Member must not be null")
        else:
            yield from _failures(member, child, name)


def _failure(value: Any, path: str, constraint: str) -> str:
    shown = "null" if value is None else f"'{_shown(value)}'"
    return f"Value {shown} at '{path}' failed to satisfy constraint: {constraint}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={_shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return str(value)


def _broken(shape: Any, value: Any) -> Iterator[str]:
    limits = shape.metadata
    if isinstance(value, str) and shape.type_name == "string":
        if "enum" in limits and value not in limits["enum"]:
            yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
        if len(value) > limits.get("max", len(value)):
            yield f"Member must have length less than or equal to {limits['max']}"
        if len(value) < limits.get("min", 0):
            yield f"Member must have length greater than or equal to {limits['min']}"
        pattern = limits.get("pattern")
        if pattern and not compiled(pattern).fullmatch(value):
            yield f"Member must satisfy regular expression pattern: {pattern}"
    elif isinstance(value, (list, dict)) and shape.type_name in ("list", "map"):
        if len(value) > limits.get("max", len(value)):
            yield f"Member must have length less than or equal to {limits['max']}"
        if len(value) < limits.get("min", 0):
            yield f"Member must have length greater than or equal to {limits['min']}"
    elif isinstance(value, (int, float)) and shape.type_name in ("integer", "long", "float", "double"):
        if value > limits.get("max", value):
            yield f"Member must have value less than or equal to {limits['max']}"
        if value < limits.get("min", value):
            yield f"Member must have value greater than or equal to {limits['min']}"
