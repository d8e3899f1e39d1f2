"""One value against one feature."""

import math
import re
from typing import Any

from predict.schema import Feature

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SHOWN = 100


class Refused(Exception):
    """The value does not fit; `allowed` is what would."""

    def __init__(self, detail: str, allowed: Any) -> None:
        super().__init__(detail)
        self.detail, self.allowed = detail, allowed


def check(feature: Feature, value: Any, *, text: bool) -> float | int | str:
    """Return the value as its type; `text` reads numbers from text, as CSV needs it."""
    if feature.kind == "category":
        return _category(feature, value)
    number = _finite(value, text)
    if feature.kind == "integer" and number != int(number):
        raise Refused("not a whole number", "an integer")
    if not feature.low <= number <= feature.high:
        raise Refused("too far from the training data", {"min": feature.low, "max": feature.high})
    return int(number) if feature.kind == "integer" else number


def _category(feature: Feature, value: Any) -> str:
    if not isinstance(value, str):
        raise Refused("not a text", list(feature.categories))
    if value not in feature.levels:
        raise Refused("a category that the training data does not have", list(feature.categories))
    return value


def _finite(value: Any, text: bool) -> float | int:
    number = _from_text(value) if text else value
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Refused("not a number", "a number")
    try:
        finite = math.isfinite(number)
    except OverflowError:  # an integer that no float can hold
        finite = False
    if not finite:
        raise Refused("not a finite number", "a finite number")
    return number


def _from_text(value: Any) -> float | int | None:
    """Stricter than float(), which reads underscores, words and digits of other scripts."""
    stripped = str(value).strip()
    if not _DECIMAL.fullmatch(stripped):
        return None
    return int(stripped) if len(stripped) < 300 and stripped.lstrip("+-").isdigit() else float(stripped)


def shown(value: Any) -> Any:
    """Return the value as an answer may carry it: short, and valid JSON."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 1e18:
        return value
    if isinstance(value, int):
        return f"an integer of {value.bit_length()} bits"
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
