"""Kinds of hyperparameters: every value arrives as text, has a type and a range."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from typing import Any

from xgboost_image.problems import UserError


@dataclass(frozen=True)
class Interval:
    """Numbers between two bounds; each bound is in it unless it is said to be open."""

    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value: Any) -> bool:
        above = self.low is None or (value > self.low if self.low_open else value >= self.low)
        below = self.high is None or (value < self.high if self.high_open else value <= self.high)
        return bool(above and below)

    def __str__(self) -> str:
        low = "(-inf" if self.low is None else f"{'(' if self.low_open else '['}{self.low:g}"
        high = "+inf)" if self.high is None else f"{self.high:g}{')' if self.high_open else ']'}"
        return f"{low}, {high}"


class Words(tuple[str, ...]):
    """One of some words."""

    def __str__(self) -> str:
        return str(list(self))


class Parameter(ABC):
    """One hyperparameter's type and range."""

    def __init__(self, allowed: Container[Any]) -> None:
        self.allowed = allowed

    @abstractmethod
    def parse(self, text: str) -> Any:
        """Return the value or raise ValueError."""

    def fits(self, value: Any) -> bool:
        """Tell whether a parsed value is in the range."""
        return value in self.allowed

    def read(self, name: str, text: str) -> Any:
        """Return the value.

        Raises:
            UserError: it has another type, or lies outside its range.
        """
        try:
            value = self.parse(text)
        except (ValueError, SyntaxError, TypeError) as error:
            raise UserError(
                f"Hyperparameter {name}: could not parse value {text[:100]!r} (caused by {type(error).__name__})"
            ) from error
        if not self.fits(value):
            raise UserError(f"Hyperparameter {name}: {value} is not in {self.allowed}")
        return value


class Integer(Parameter):
    """A whole number."""

    def parse(self, text: str) -> int:
        """Return the number."""
        return int(text)


class Continuous(Parameter):
    """A number."""

    def parse(self, text: str) -> float:
        """Return the number."""
        return float(text)


class Categorical(Parameter):
    """One of some words."""

    def parse(self, text: str) -> str:
        """Return the word."""
        return text


class CommaSeparated(Parameter):
    """Words with commas between; `fits_word` may widen the range."""

    def __init__(self, allowed: Sequence[str], fits_word: Callable[[str], bool] | None = None) -> None:
        super().__init__(Words(allowed))
        self._fits_word = fits_word or Words(allowed).__contains__

    def parse(self, text: str) -> list[str]:
        """Return the words."""
        return [word.strip() for word in text.split(",")]

    def fits(self, value: Any) -> bool:
        """Tell whether every word is allowed."""
        return all(self._fits_word(word) for word in value)


class Tuple(Parameter):
    """Whole numbers in parentheses: `(1, 0, -1)`."""

    def parse(self, text: str) -> tuple[int, ...]:
        """Return the numbers."""
        value = ast.literal_eval(text)
        return (value,) if isinstance(value, int) else tuple(int(item) for item in value)

    def fits(self, value: Any) -> bool:
        """Tell whether every number is allowed."""
        return all(item in self.allowed for item in value)


class NestedList(Parameter):
    """Lists of whole numbers: `[[0, 1], [2, 3]]`."""

    def parse(self, text: str) -> list[list[int]]:
        """Return the lists."""
        return [[int(item) for item in inner] for inner in ast.literal_eval(text)]

    def fits(self, value: Any) -> bool:
        """Tell whether every number is allowed."""
        return all(item in self.allowed for inner in value for item in inner)
