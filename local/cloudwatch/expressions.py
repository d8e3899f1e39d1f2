"""Metric math: series of numbers by time, put together as CloudWatch does.

The language is near Python's own expressions, whose parser reads it. What of it we know: numbers, ids of other
queries, arithmetic, comparisons, AND and OR, lists, METRICS() and the functions in `_FUNCTIONS`.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

Series = dict[int, float]
"""Values by the epoch second of their period."""
Value = float | Series | list["float | Series"]


class ExpressionError(ValueError):
    """An expression that is wrong, or says more than we compute."""


_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: lambda left, right: left / right if right else math.nan,
    ast.Pow: operator.pow,
}
_COMPARE: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_REDUCE: dict[str, Callable[[Sequence[float]], float]] = {
    "MAX": max,
    "MIN": min,
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
}
_EACH: dict[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}
_FUNCTIONS = ("FILL", "IF", "METRICS", *_REDUCE, *_EACH)


def evaluate(expression: str, known: Mapping[str, Series], times: Sequence[int]) -> Series:
    """Return the series that an expression makes of those `known` by their ids; `times` are all of its periods.

    Raises:
        ExpressionError: it cannot be read, or computes no single series.
    """
    value = _Reader(known, times).value(_parsed(expression))
    if isinstance(value, list):
        raise ExpressionError(f"{expression}: makes {len(value)} series, one is wanted")
    made = value if isinstance(value, dict) else dict.fromkeys(times, value)
    return {time: number for time, number in made.items() if not math.isnan(number)}


@lru_cache(maxsize=1_000)  # alarms are judged every second
def names(expression: str) -> frozenset[str]:
    """Return the ids that an expression refers to.

    Raises:
        ExpressionError: it cannot be read.
    """
    return frozenset(node.id for node in ast.walk(_parsed(expression)) if isinstance(node, ast.Name))


@lru_cache(maxsize=1_000)
def _parsed(expression: str) -> ast.expr:
    text = re.sub(r"\bAND\b|&&", " and ", re.sub(r"\bOR\b|\|\|", " or ", expression.replace("^", "**")))
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise ExpressionError(f"{expression}: {error.msg}") from error


class _Reader:
    def __init__(self, known: Mapping[str, Series], times: Sequence[int]) -> None:
        self._known, self._times = known, times

    def value(self, node: ast.expr) -> Value:
        match node:
            case ast.Constant(value=int() | float() as number):
                return float(number)
            case ast.Name(id=name) if name in self._known:
                return self._known[name]
            case ast.List(elts=items):
                return [self._one(item) for item in items]
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return _zip(operator.sub, 0.0, self._one(inner))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _zip(_BINARY[type(op)], self._one(left), self._one(right))
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
                return _zip(_COMPARE[type(op)], self._one(left), self._one(right))
            case ast.BoolOp(op=op, values=parts):
                return self._logic(isinstance(op, ast.And), [self._one(part) for part in parts])
            case ast.Call(func=ast.Name(id=name), args=arguments) if name in _FUNCTIONS:
                return self._call(name, arguments)
        known = ", ".join([*self._known, *_FUNCTIONS])
        raise ExpressionError(f"{ast.unparse(node)}: the embedded CloudWatch knows {known}")

    def _one(self, node: ast.expr) -> float | Series:
        value = self.value(node)
        if isinstance(value, list):
            raise ExpressionError(f"{ast.unparse(node)}: one series is wanted, this is a list")
        return value

    def _logic(self, every: bool, parts: list[float | Series]) -> float | Series:
        made = parts[0]
        for part in parts[1:]:
            both = (lambda a, b: bool(a and b)) if every else (lambda a, b: bool(a or b))
            made = _zip(both, made, part)
        return made

    def _call(self, name: str, arguments: list[ast.expr]) -> Value:
        if name == "METRICS":
            return list(self._known.values())
        values = [self.value(argument) for argument in arguments]
        match name, values:
            case "FILL", [list() as many, filling]:
                return [self._filled(one, filling) for one in many]
            case "FILL", [float() | dict() as one, filling]:
                return self._filled(one, filling)
            case "IF", [condition, then, *otherwise]:
                return self._chosen(condition, then, otherwise[0] if otherwise else math.nan)
            case _, [list() as many] if name in _REDUCE:
                return self._across(_REDUCE[name], many)
            case _, [dict() as one] if name in _REDUCE:
                return _REDUCE[name](list(one.values())) if one else math.nan
            case _, [float() | dict() as one] if name in _EACH:
                return _zip(lambda left, _: _EACH[name](left), one, 0.0)
        raise ExpressionError(f"{name}: does not take such arguments")

    def _filled(self, one: float | Series, filling: Value) -> Series:
        if isinstance(filling, list) or not isinstance(one, dict):
            raise ExpressionError("FILL: takes a series, and a number or a series")
        return {time: one.get(time, _at(filling, time)) for time in self._times}

    def _chosen(self, condition: Value, then: Value, otherwise: Value) -> Series:
        if isinstance(condition, list) or isinstance(then, list) or isinstance(otherwise, list):
            raise ExpressionError("IF: takes single series and numbers")
        asked = {time: _at(condition, time) for time in self._times}
        return {time: _at(then if held else otherwise, time) for time, held in asked.items() if not math.isnan(held)}

    def _across(self, reduce: Callable[[Sequence[float]], float], many: list[float | Series]) -> Series:
        made: Series = {}
        for time in self._times:
            found = [value for value in (_at(one, time) for one in many) if not math.isnan(value)]
            if found:
                made[time] = reduce(found)
        return made


def _at(value: float | Series, time: int) -> float:
    return value.get(time, math.nan) if isinstance(value, dict) else value


def _zip(combine: Callable[[float, float], float], left: float | Series, right: float | Series) -> float | Series:
    """Combine two by time; where one of two series lacks a value, the result does."""
    if not isinstance(left, dict) and not isinstance(right, dict):
        return float(combine(left, right))
    times = [one.keys() for one in (left, right) if isinstance(one, dict)]
    shared = sorted(set.intersection(*map(set, times)))
    return {time: float(combine(_at(left, time), _at(right, time))) for time in shared}
