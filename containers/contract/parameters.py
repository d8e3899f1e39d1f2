"""Hyperparameters arrive as strings: type them, bound them, and name the one that is wrong."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.errors import UserError
from contract.table import number
from contract.text import quoted

PLATFORM_PREFIXES = ("sagemaker_", "_tuning_")


def read(path: Path) -> dict[str, str]:
    """Return the job's own hyperparameters; those that the platform adds for itself are left out."""
    if not path.exists():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UserError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(values, dict):
        raise UserError(f"{path.name} must be an object of names and strings")
    return {key: _plain(value) for key, value in values.items() if not key.startswith(PLATFORM_PREFIXES)}


def _plain(value: Any) -> str:
    """Undo the second layer of JSON that the SageMaker SDK puts around strings."""
    text = value if isinstance(value, str) else json.dumps(value)
    return json.loads(text) if len(text) > 1 and text[0] == text[-1] == '"' else text


@dataclass(frozen=True)
class Integer:
    """A whole number within bounds."""

    default: int
    low: int
    high: int

    def parse(self, text: str) -> int:
        """Return the number or raise ValueError."""
        value = number(text)
        if value != int(value) or not self.low <= value <= self.high:
            raise ValueError(text)
        return int(value)

    @property
    def allowed(self) -> str:
        """Complete the sentence `must be ...`."""
        return f"a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class OptionalInteger(Integer):
    """A whole number or `none`, which is the default."""

    def parse(self, text: str) -> int:
        """Return the number, 0 for `none`."""
        return 0 if text.lower() == "none" else super().parse(text)

    @property
    def allowed(self) -> str:
        """Complete the sentence `must be ...`."""
        return f"{super().allowed}, or none"


@dataclass(frozen=True)
class Number:
    """A number up to `high`, above `low` or, where said, from it."""

    default: float
    low: float
    high: float
    low_included: bool = False

    def parse(self, text: str) -> float:
        """Return the number or raise ValueError."""
        value = number(text)
        if not self.low <= value <= self.high or (value == self.low and not self.low_included):
            raise ValueError(text)
        return value

    @property
    def allowed(self) -> str:
        """Complete the sentence `must be ...`."""
        low = "from" if self.low_included else "above"
        return f"a number {low} {self.low:g}, at most {self.high:g}"


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    default: str
    words: tuple[str, ...]

    def parse(self, text: str) -> str:
        """Return the word or raise ValueError."""
        if text not in self.words:
            raise ValueError(text)
        return text

    @property
    def allowed(self) -> str:
        """Complete the sentence `must be ...`."""
        return f"one of {', '.join(self.words)}"


Parameter = Integer | Number | Choice


def typed(values: Mapping[str, str], allowed: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return every allowed parameter with its value or default; all that is wrong is reported at once."""
    problems = [
        f"unknown hyperparameter {quoted(name)}; known: {', '.join(allowed)}" for name in values.keys() - allowed.keys()
    ]
    result: dict[str, Any] = {}
    for name, parameter in allowed.items():
        try:
            result[name] = parameter.parse(values[name].strip()) if name in values else parameter.default
        except (ValueError, OverflowError):
            problems.append(f"hyperparameter {name}={quoted(values[name])} must be {parameter.allowed}")
    if problems:
        raise UserError("; ".join(sorted(problems)))
    return result
