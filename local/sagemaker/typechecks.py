"""Whether a request has the types of botocore's model; AWS answers SerializationException otherwise, and names one."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from local.sagemaker.errors import AwsError

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
_BITS = {"integer": 31, "long": 63}
_CONTAINERS = {"structure": "map", "map": "map", "list": "list"}
_TOKENS: dict[type, str] = {str: "STRING_VALUE", int: "NUMBER_VALUE", float: "NUMBER_VALUE", type(None): "NULL_VALUE"}


def check_types(shape: Any, value: Any, path: str) -> None:
    """Raise AwsError unless everything in `value`, which lies at `path`, has the type that `shape` says."""
    if not _fits(shape.type_name, value):
        place = f" (at '{path}')" if path else ""
        raise AwsError("SerializationException", _mismatch(shape.type_name, value) + place)
    for member, child, name in children(shape, value, path):
        if child is not None:
            check_types(member, child, name)


def _fits(type_name: str, value: Any) -> bool:
    allowed = _TYPES[type_name]
    if (isinstance(value, bool) and bool not in allowed) or not isinstance(value, allowed):
        return False
    if type_name in _BITS:
        return bool(-(2 ** _BITS[type_name]) <= value < 2 ** _BITS[type_name])
    return type_name != "timestamp" or _is_time(value)


def _is_time(value: Any) -> bool:
    try:
        datetime.fromisoformat(value) if isinstance(value, str) else datetime.fromtimestamp(value)
    except (ValueError, OverflowError, OSError):
        return False
    return True


def _mismatch(type_name: str, value: Any) -> str:
    """Say it as AWS's JSON services do."""
    if isinstance(value, dict):
        return "Start of structure or map found where not expected."
    if isinstance(value, list):
        return "Start of list found where not expected"
    if type_name in _CONTAINERS:
        return f"Expected {_CONTAINERS[type_name]} or null"
    token = f"{value}_VALUE".upper() if isinstance(value, bool) else _TOKENS[type(value)]
    article = "an" if type_name == "integer" else "a"
    return f"{token} can not be converted to {article} {type_name.capitalize()}"


def children(shape: Any, value: Any, path: str) -> Iterator[tuple[Any, Any, str]]:
    """Yield shape, value and path of everything directly below a value of the right type."""
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if value.get(name) is not None:
                yield member, value[name], join(path, name)
    elif shape.type_name == "list":
        for index, item in enumerate(value, 1):
            yield shape.member, item, f"{path}.{index}.member"
    elif shape.type_name == "map":
        for key, item in value.items():
            yield shape.key, key, f"{path}.{key}.key"
            yield shape.value, item, f"{path}.{key}.value"


def join(path: str, name: str) -> str:
    """Return the path of a member as AWS writes it."""
    lowered = name[:1].lower() + name[1:]
    return f"{path}.{lowered}" if path else lowered
