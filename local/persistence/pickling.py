"""Objects to bytes and back: pickle, with a way for what pickle refuses, and a list of what may be in it.

One pickle holds everything, since backends refer to each other (a stack to the role that it made) and must meet
the same objects again. Only classes and functions of the packages listed here are written or read.
"""

import io
import pickle
import types
from typing import Any

from local.persistence import listed
from local.persistence.errors import SnapshotUnusable
from local.persistence.reducers import Reducer, for_kind


def dumps(state: Any, reducers: dict[type, Reducer] | None = None) -> bytes:
    """Return the bytes of `state`; `reducers` says how objects of further classes are written.

    Raises:
        SnapshotUnusable: something in it cannot be written, or not read again.
    """
    target = io.BytesIO()
    try:
        _Pickler(target, reducers or {}).dump(state)
    except (pickle.PicklingError, TypeError, AttributeError, ValueError, RuntimeError) as error:
        raise SnapshotUnusable(f"{type(error).__name__}: {error}") from error
    return target.getvalue()


def loads(payload: bytes) -> Any:
    """Return the state.

    Raises:
        SnapshotUnusable: the bytes are damaged, or name what is not listed.
    """
    try:
        return _Unpickler(io.BytesIO(payload)).load()
    except SnapshotUnusable:
        raise
    except Exception as error:  # a pickle that does not fit its classes breaks in any way
        raise SnapshotUnusable(f"{type(error).__name__}: {error}") from error


class _Pickler(pickle.Pickler):
    def __init__(self, target: io.BytesIO, reducers: dict[type, Reducer]) -> None:
        super().__init__(target, protocol=5)
        self._reducers = dict(reducers)
        self._plain: set[type] = set()

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind in self._plain:
            return NotImplemented
        if reducer := self._reducers.get(kind) or for_kind(kind):
            self._reducers[kind] = reducer
            return reducer(value)
        if isinstance(value, type):
            return listed.check_class(value)
        listed.check_class(kind)
        self._plain.add(kind)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        builtin = module == "builtins"
        if builtin and name not in listed.BUILTINS and not listed.is_exception(name):
            raise SnapshotUnusable(f"it names {module}.{name}, which has no place in it")
        found = super().find_class(module, name) if listed.listed(module) else None
        if isinstance(found, type | types.FunctionType | types.BuiltinFunctionType):
            home = found.__module__
            if listed.listed(home) and (builtin or home != "builtins"):
                return found
        raise SnapshotUnusable(f"it names {module}.{name}, which has no place in it")
