"""From pydantic's findings to lines that a person can act on."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from spec.base import IN_WORDS
from spec.errors import SpecError

Place = tuple[str | int, ...]

_SHOWN_AS = {
    "missing": "required",
    "extra_forbidden": "not permitted: no such field",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list: [...]",
    "mapping_type": "a mapping: name and value, one a line",
    "dict_type": "a mapping: name and value, one a line",
    "model_type": "a mapping: name and value, one a line",
    "string_type": "a text; put it in quotes",
    "literal_error": "one of {expected}",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "at least {ge}",
    "less_than": "a number below {lt}",
    "less_than_equal": "at most {le}",
    "string_too_short": "a text, not an empty one",
    "string_too_long": "at most {max_length} characters",
    "too_short": "at least {min_length}, here {actual_length}",
    "too_long": "at most {max_length}, here {actual_length}",
}
_NOT_IN_THE_FILE = {
    "[key]",
    "constrained-str",
    "constrained-float",
    "constrained-int",
    "str",
    "int",
    "float",
    "bool",
}
"""What pydantic adds to a place: the key of a key, the member of a union. Union tags of ours begin with <."""


def report(file: Path, error: ValidationError, lines: Mapping[Place, int]) -> Iterator[SpecError]:
    """One error per finding, in the order of the model's fields, with the line in the file."""
    for place, value, allowed in findings(error):
        yield SpecError(str(file), ".".join(map(str, place)) or "file", value, allowed, _line(place, lines))


def findings(error: ValidationError) -> Iterator[tuple[Place, Any, str]]:
    """Place, value and what is allowed, each finding once."""
    seen = set()
    for details in error.errors(include_url=False):
        place, allowed = _place(details["loc"]), _allowed(details)
        if (place, allowed) not in seen:
            seen.add((place, allowed))
            yield place, None if details["type"] == "missing" else details["input"], allowed


def _place(loc: Place) -> Place:
    return tuple(part for part in loc if part not in _NOT_IN_THE_FILE and not str(part).startswith("<"))


def _allowed(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    if "allowed" in context:
        return str(context["allowed"])
    if details["type"] == "string_pattern_mismatch":
        return IN_WORDS.get(context["pattern"], details["msg"])
    if details["type"] in _SHOWN_AS:
        return _SHOWN_AS[details["type"]].format_map(context)
    return details["msg"]


def _line(place: Place, lines: Mapping[Place, int]) -> int | None:
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place)
