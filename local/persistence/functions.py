"""Functions without a name of their own (lambdas in a backend's defaults) are stored by their place, not their code.

The place is the line of a named function of the same version of moto, where the code is found again. What the
function closed over travels as its state.
"""

import importlib
import types
from collections.abc import Iterator
from typing import Any

from local.persistence.errors import SnapshotUnusable
from local.persistence.listed import LOCALS


def reduce(function: types.FunctionType) -> tuple[Any, ...]:
    """Return what pickle needs to make the function again."""
    place = (function.__module__, function.__qualname__, function.__code__.co_firstlineno)
    cells = function.__closure__ or ()
    find(*place)  # refuses now what could not be found later
    contents = tuple(cell.cell_contents for cell in cells)
    state = (contents, function.__defaults__, function.__kwdefaults__)
    return make, (*place, len(cells)), state, None, None, fill


def make(module: str, name: str, line: int, cells: int) -> types.FunctionType:
    """Return the function at a place; `fill` gives it what it closed over."""
    code = find(module, name, line)
    scope = vars(importlib.import_module(module))
    return types.FunctionType(code, scope, code.co_name, None, tuple(types.CellType() for _ in range(cells)))


def fill(function: types.FunctionType, state: tuple[Any, ...]) -> None:
    """Complete a function that `make` made."""
    contents, function.__defaults__, function.__kwdefaults__ = state
    for cell, content in zip(function.__closure__ or (), contents, strict=True):
        cell.cell_contents = content


def find(module: str, name: str, line: int) -> types.CodeType:
    """Return the code of the nameless function `name` at `line`.

    Raises:
        SnapshotUnusable: there is none, or it is not inside a function.
    """
    outer, separator, _ = name.partition(LOCALS)
    found: Any = importlib.import_module(module) if separator else None
    for part in outer.split("."):
        found = getattr(found, part, None)
    code = getattr(found, "__code__", None)
    if code is not None:
        for inner in _inside(code):
            if inner.co_qualname == name and inner.co_firstlineno == line:
                return inner
    raise SnapshotUnusable(f"{module} has no function {name} at line {line}")


def _inside(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _inside(constant)
