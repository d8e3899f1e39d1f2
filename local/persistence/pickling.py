"""Objects to bytes and back: pickle, with a way for what pickle refuses, and a list of what may be in it.

One pickle holds everything, since backends refer to each other (a stack to the role that it made) and must meet
the same objects again. Only classes and functions of the packages listed here are written or read.
"""

import builtins
import io
import pickle
import threading
import types
import weakref
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from local.persistence import functions
from local.persistence.errors import SnapshotUnusable

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
Reducer = Callable[[Any], Any]


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
        self._reducers = {**_REDUCERS, **reducers}
        self._plain: set[type] = set()

    def reducer_override(self, value: Any) -> Any:
        kind = type(value)
        if kind in self._plain:
            return NotImplemented
        if reducer := self._reducers.get(kind):
            return reducer(value)
        if kind.__module__.startswith("cryptography.") and hasattr(value, "private_bytes"):
            return _private_key, (value.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)
        if isinstance(value, type):
            return _checked(value)
        _checked(kind)
        for base, base_reducer in _BASES.items():
            if issubclass(kind, base) and kind.__module__ != "collections" and not _reduces_itself(kind):
                self._reducers[kind] = base_reducer
                return base_reducer(value)
        self._plain.add(kind)
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if module == "builtins" and name not in BUILTINS and not _is_exception(name):
            raise SnapshotUnusable(f"it names {module}.{name}, which has no place in it")
        found = super().find_class(module, name) if _listed(module) else None
        if isinstance(found, type | types.FunctionType | types.BuiltinFunctionType) and _listed(found.__module__):
            return found
        raise SnapshotUnusable(f"it names {module}.{name}, which has no place in it")


def _listed(module: str | None) -> bool:
    return str(module).partition(".")[0] in PACKAGES or module == "builtins"


def _is_exception(name: str) -> bool:
    found = getattr(builtins, name, None)
    return isinstance(found, type) and issubclass(found, BaseException)


def _checked(kind: type) -> Any:
    if kind.__module__ == "builtins" and (kind.__name__ in BUILTINS or _is_exception(kind.__name__)):
        return NotImplemented
    if kind.__module__ != "builtins" and _listed(kind.__module__) and functions.LOCALS not in kind.__qualname__:
        return NotImplemented
    raise pickle.PicklingError(f"{kind.__module__}.{kind.__qualname__} has no place in a snapshot")


def _function(function: types.FunctionType) -> Any:
    if functions.LOCALS in function.__qualname__:
        return functions.reduce(function)
    return _named(function)


def _named(function: Any) -> Any:
    if function.__module__ != "builtins" and _listed(function.__module__):
        return NotImplemented
    raise pickle.PicklingError(f"{function.__module__}.{function.__qualname__} has no place in a snapshot")


def _builtin(function: Any) -> Any:
    """Return how a function of C is written: a method of a lock, say, by its owner; others by their names."""
    owner = function.__self__
    if owner is None or isinstance(owner, types.ModuleType):
        return _named(function)
    return _bound, (owner, function.__name__)


def _reduces_itself(kind: type) -> bool:
    """Whether a class knows better how it is written."""
    own = (vars(one) for one in kind.__mro__ if one.__module__ not in ("builtins", "collections"))
    return any("__reduce__" in one or "__reduce_ex__" in one for one in own)


def _dictionary(values: Any) -> Any:
    """As pickle would, but past the methods that a class of its own may have for reading and writing."""
    items = dict(dict.items(values))
    state = (getattr(values, "default_factory", None), getattr(values, "__dict__", {}), items)
    return _bare, (type(values),), state, None, None, _fill_dictionary


def _fill_dictionary(values: Any, state: tuple[Any, ...]) -> None:
    factory, attributes, items = state
    if factory is not None:
        values.default_factory = factory
    if attributes:
        vars(values).update(attributes)
    dict.update(values, items)


def _exception(error: BaseException) -> Any:
    return _bare, (type(error), *error.args), vars(error)


def _bare(kind: type[Any], *arguments: Any) -> Any:
    return kind.__new__(kind, *arguments)


def _weak_values(values: Any) -> Any:
    return weakref.WeakValueDictionary, (), None, None, iter(list(values.items()))


def _reference(target: Any) -> Any:
    return weakref.ref(target if target is not None else _Gone())


class _Gone:
    """What a dead weak reference refers to: nothing keeps it."""


def _private_key(content: bytes) -> Any:
    return load_der_private_key(content, None)


def _bound(owner: Any, name: str) -> Any:
    if name.startswith("__"):
        raise SnapshotUnusable(f"it names the method {name}, which has no place in it")
    return getattr(owner, name)


_BASES: dict[type, Reducer] = {dict: _dictionary, BaseException: _exception}
_REDUCERS: dict[type, Reducer] = {
    type(threading.Lock()): lambda _: (threading.Lock, ()),
    type(threading.RLock()): lambda _: (threading.RLock, ()),
    types.FunctionType: _function,
    types.BuiltinFunctionType: _builtin,
    types.MethodType: lambda method: (_bound, (method.__self__, method.__func__.__name__)),
    weakref.ref: lambda reference: (_reference, (reference(),)),
    weakref.WeakValueDictionary: _weak_values,
}
