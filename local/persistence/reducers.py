"""How objects are written that pickle refuses, or would write wrongly."""

import enum
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
from local.persistence.listed import LOCALS, check_function

Reducer = Callable[[Any], Any]


def for_kind(kind: type) -> Reducer | None:
    """Return how objects of a class are written; None where pickle knows."""
    if kind.__module__.startswith("cryptography.") and hasattr(kind, "private_bytes"):
        return _key
    if kind in _BY_KIND:
        return _BY_KIND[kind]
    if issubclass(kind, enum.Enum):
        return _member
    if kind.__module__ == "collections" or _reduces_itself(kind):
        return None
    return next((reducer for base, reducer in _BY_BASE.items() if issubclass(kind, base) and kind is not base), None)


def _member(member: enum.Enum) -> Any:
    """As Python writes a member of an enumeration from 3.11.4 on; before, it does so by `getattr`."""
    return type(member), (member.value,)


def _function(function: types.FunctionType) -> Any:
    if LOCALS in function.__qualname__:
        return functions.reduce(function)
    return check_function(function)


def _builtin(function: Any) -> Any:
    """Return how a function of C is written: a method of a lock, say, by its owner; others by their names."""
    owner = function.__self__
    if owner is None or isinstance(owner, types.ModuleType):
        return check_function(function)
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


def _key(key: Any) -> Any:
    return _private_key, (key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),)


def _private_key(content: bytes) -> Any:
    return load_der_private_key(content, None)


def _bound(owner: Any, name: str) -> Any:
    if name.startswith("__"):
        raise SnapshotUnusable(f"it names the method {name}, which has no place in it")
    return getattr(owner, name)


_BY_BASE: dict[type, Reducer] = {dict: _dictionary, BaseException: _exception}
_BY_KIND: dict[type, Reducer] = {
    type(threading.Lock()): lambda _: (threading.Lock, ()),
    type(threading.RLock()): lambda _: (threading.RLock, ()),
    types.FunctionType: _function,
    types.BuiltinFunctionType: _builtin,
    types.MethodType: lambda method: (_bound, (method.__self__, method.__func__.__name__)),
    weakref.ref: lambda reference: (_reference, (reference(),)),
    weakref.WeakValueDictionary: _weak_values,
}
