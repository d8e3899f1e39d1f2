"""Check a request against botocore's own model of the operation, with AWS's words for what is wrong.

Types first (AWS answers SerializationException), then every constraint, all failures in one message.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from local.sagemaker.errors import AwsError, validation

_JAVA = (
    (r"\p{ASCII}", r"[\x00-\x7f]"),
    (r"[\p{Print}]", r"[\x20-\x7e]"),
    (r"\p{Print}", r"[\x20-\x7e]"),
    (r"\z", r"\Z"),
)
_TYPES: dict[str, tuple[type, ...]] = {
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "timestamp": (int, float, str),
    "blob": (str,),
}


def check(shape: Any, value: Any) -> None:
    """Raise AwsError unless `value` is an input that `shape` allows."""
    _check_types(shape, value, "")
    if found := failures(shape, value, ""):
        raise validation(told(found))


def told(found: list[str]) -> str:
    """Return the message of a refusal for these failures."""
    noun = "validation error" if len(found) == 1 else "validation errors"
    return f"{len(found)} {noun} detected: " + "; ".join(found)


def failures(shape: Any, value: Any, path: str) -> list[str]:
    """Return what is wrong with one value, in AWS's words."""
    return list(_failures(shape, value, path))


def _check_types(shape: Any, value: Any, path: str) -> None:
    allowed = _TYPES[shape.type_name]
    if (isinstance(value, bool) and bool not in allowed) or not isinstance(value, allowed):
        raise AwsError(
            "SerializationException",
            f"{path or 'the request'}: {type(value).__name__} can not be converted to {shape.type_name}",
        )
    for member, child, name in _children(shape, value, path):
        _check_types(member, child, name)


def _children(shape: Any, value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield member, value[name], _join(path, name)
    elif shape.type_name == "list":
        for index, item in enumerate(value, 1):
            yield shape.member, item, f"{path}.{index}.member"
    elif shape.type_name == "map":
        for key, item in value.items():
            yield shape.key, key, f"{path}.{key}.key"
            yield shape.value, item, f"{path}.{key}.value"


def _join(path: str, name: str) -> str:
    lowered = name[:1].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered


def _failures(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield _failure(None, _join(path, name), "Member must not be null")
    for constraint in _broken(shape, value):
        yield _failure(value, path, constraint)
    for member, child, name in _children(shape, value, path):
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
        if pattern and not _pattern(pattern).fullmatch(value):
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


@cache
def _pattern(text: str) -> re.Pattern[str]:
    for java, python in _JAVA:
        text = text.replace(java, python)
    try:
        return re.compile(text)
    except re.error:  # Java's expressions have more than Python's: such a pattern is not checked
        return re.compile(r"[\s\S]*")
