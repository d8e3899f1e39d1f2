"""JSONata as Step Functions evaluates it: jsonata-python, plus what AWS adds, minus what it refuses.

https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
"""

import copy
import hashlib
import json
import math
import random
import uuid
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jsonata import jsonata as engine
from jsonata.jexception import JException
from jsonata.utils import Utils

_HASHES = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}
_MAX_RANGE = 1000
_TIMEOUT_MS = 10_000
_MAX_DEPTH = 500
# Step Functions has JSONata 2.0.6; these came later.
_LATER_OPERATORS = ("??", "?:")
_MOST_PARSED = 1000


class QueryError(ValueError):
    """The expression cannot be evaluated; Step Functions calls this States.QueryEvaluationError."""


def evaluate(expression: str, bindings: Mapping[str, Any]) -> Any:
    """Evaluate `expression` with variables (names without the dollar sign) bound to JSON values.

    Raises:
        QueryError: it does not parse, fails, yields nothing, or yields something that JSON has no form for.
    """
    try:
        query = _query(expression)
        result = query.evaluate(None, {name: _bound(value) for name, value in bindings.items()})
    except (JException, RecursionError, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise QueryError(f"The JSONata expression '{expression}' threw an error: {error}") from error
    if result is None:
        raise QueryError(f"The JSONata expression '{expression}' returned nothing (undefined).")
    return _to_json(expression, result)


def _query(expression: str) -> engine.Jsonata:
    """Return an evaluation of its own, of this thread: what was parsed is only read, so all threads share it."""
    query = engine.Jsonata.CURRENT.jsonata = copy.copy(_parsed(expression))
    query.environment = query.create_frame(engine.Jsonata.static_frame)
    query.environment.set_runtime_bounds(_TIMEOUT_MS, _MAX_DEPTH)
    _add_functions(query)
    return query


@lru_cache(_MOST_PARSED)
def _parsed(expression: str) -> engine.Jsonata:
    """Parse once, since that takes as long as all the rest, and each execution has threads of its own."""
    _parser_of_2_0_6()
    query = engine.Jsonata(expression)
    query.set_output_convert_nulls(False)
    return query


def _parser_of_2_0_6() -> None:
    """Make this thread's parser, which `Jsonata` takes, call later operators unknown."""
    symbols = engine.Jsonata.get_parser().symbol_table
    for operator in _LATER_OPERATORS:
        symbols[operator] = None


def _add_functions(query: engine.Jsonata) -> None:
    for name, function in (
        ("parse", _parse), ("uuid", _uuid), ("random", _random), ("range", _range),
        ("partition", _partition), ("hash", _hash), ("eval", _no_eval),
    ):  # fmt: skip
        query.register_lambda(name, function)


def _parse(text: Any = None, *_: Any) -> Any:
    if text is None:
        return None
    if not isinstance(text, str):
        raise QueryError("$parse: the argument must be a string")
    try:
        return _bound(json.loads(text, parse_constant=_no_constant))
    except ValueError as error:
        raise QueryError(f"$parse: the string is not JSON: {error}") from error


def _no_constant(word: str) -> None:
    """Python reads NaN and Infinity, JSON.parse does not."""
    raise ValueError(f"{word} is no JSON")


def _uuid(*_: Any) -> str:
    return str(uuid.uuid4())


def _random(seed: Any = None, *_: Any) -> float:
    return random.random() if seed is None else random.Random(seed).random()  # noqa: S311  not for secrets


def _range(start: Any = None, end: Any = None, step: Any = None, *_: Any) -> list[Any]:
    if not all(isinstance(value, int | float) for value in (start, end, step)) or not step:
        raise QueryError("$range: the arguments must be three numbers, the last one not 0")
    count = math.floor((end - start) / step) + 1
    if count > _MAX_RANGE:
        raise QueryError(f"$range: at most {_MAX_RANGE} elements, not {count}")
    return [start + index * step for index in range(max(count, 0))]


def _partition(values: Any = None, size: Any = None, *_: Any) -> Any:
    if values is None:
        return None
    if not isinstance(values, list) or not isinstance(size, int | float) or size < 1:
        raise QueryError("$partition: the arguments must be an array and a positive number")
    width = int(size)
    return [list(values[start : start + width]) for start in range(0, len(values), width)]


def _hash(text: Any = None, algorithm: Any = None, *_: Any) -> Any:
    if text is None:
        return None
    if not isinstance(text, str) or algorithm not in _HASHES:
        raise QueryError(f"$hash: the arguments must be a string and one of {', '.join(_HASHES)}")
    return hashlib.new(_HASHES[algorithm], text.encode()).hexdigest()


def _no_eval(*_: Any) -> None:
    raise QueryError("the function $eval is not supported")


def _bound(value: Any) -> Any:
    return Utils.NULL_VALUE if value is None else value


def _to_json(expression: str, value: Any) -> Any:
    """Copy a result into plain JSON values; whole numbers lose their point, as in JavaScript."""
    if value is None or value is Utils.NULL_VALUE:
        return None
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else value
    if isinstance(value, list | tuple | range):
        return [_to_json(expression, item) for item in value]
    if isinstance(value, dict):
        return {str(key): _to_json(expression, item) for key, item in value.items()}
    raise QueryError(f"The JSONata expression '{expression}' returned an unsupported result type.")
