"""What may be in a snapshot: classes and functions of these packages, and of Python's own the harmless ones."""

import builtins
import pickle
from typing import Any

PACKAGES = frozenset(
    {
        "_thread", "botocore", "collections", "copyreg", "datetime", "dateutil", "decimal", "enum", "fractions",
        "functools", "ipaddress", "local", "moto", "operator", "pytz", "re", "requests", "threading", "uuid",
        "weakref", "werkzeug", "zoneinfo",
    }
)  # fmt: skip
BUILTINS = frozenset(
    {
        "bool", "bytearray", "bytes", "complex", "dict", "float", "frozenset", "int", "list", "object", "range", "set",
        "slice", "str", "tuple",
    }
)  # fmt: skip
LOCALS = ".<locals>."


def listed(module: str | None) -> bool:
    """Tell whether a module is of a listed package, or Python's own."""
    return str(module).partition(".")[0] in PACKAGES or module == "builtins"


def is_exception(name: str) -> bool:
    """Tell whether one of Python's own names is an exception."""
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def check_class(kind: type) -> Any:
    """Let pickle write a class by its name.

    Raises:
        PicklingError: it is not listed, or has no name that could be found again.
    """
    if kind.__module__ == "builtins" and (kind.__name__ in BUILTINS or is_exception(kind.__name__)):
        return NotImplemented
    if kind.__module__ != "builtins" and listed(kind.__module__) and LOCALS not in kind.__qualname__:
        return NotImplemented
    raise pickle.PicklingError(f"{kind.__module__}.{kind.__qualname__} has no place in a snapshot")


def check_function(function: Any) -> Any:
    """Let pickle write a function by its name.

    Raises:
        PicklingError: it is not listed.
    """
    if function.__module__ != "builtins" and listed(function.__module__):
        return NotImplemented
    raise pickle.PicklingError(f"{function.__module__}.{function.__qualname__} has no place in a snapshot")
