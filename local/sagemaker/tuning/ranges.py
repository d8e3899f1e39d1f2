"""Ranges of hyperparameters, and how a search sees them.

A search works in Optuna's distributions; a range says which one it is and turns values from and into the
strings that hyperparameters are.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


@dataclass(frozen=True, kw_only=True)
class Range(ABC):
    """The values that a hyperparameter may take."""

    name: str

    @property
    @abstractmethod
    def kind(self) -> str:
        """`integer`, `continuous` or `categorical`."""

    @property
    @abstractmethod
    def distribution(self) -> "BaseDistribution":
        """What the search draws from."""

    @property
    @abstractmethod
    def size(self) -> float:
        """How many values there are."""

    @abstractmethod
    def text(self, drawn: Any) -> str:
        """Return the hyperparameter's value of what the search drew."""

    @abstractmethod
    def drawn(self, text: str) -> Any:
        """Return what the search would have drawn for a value; None: it is outside of the range."""


@dataclass(frozen=True, kw_only=True)
class IntegerRange(Range):
    """Whole numbers, both ends included."""

    kind = "integer"
    low: int
    high: int
    logarithmic: bool = False

    @property
    def distribution(self) -> "BaseDistribution":
        """What the search draws from."""
        from optuna.distributions import IntDistribution

        return IntDistribution(self.low, self.high, log=self.logarithmic)

    @property
    def size(self) -> float:
        """How many values there are."""
        return self.high - self.low + 1

    def text(self, drawn: Any) -> str:
        """Return the number's digits."""
        return str(drawn)

    def drawn(self, text: str) -> Any:
        """Return the number if it is in the range."""
        value = number(text)
        return int(value) if value is not None and value.is_integer() and self.low <= value <= self.high else None


@dataclass(frozen=True, kw_only=True)
class ContinuousRange(Range):
    """Numbers; on the reverse logarithmic scale the search draws the distance to 1."""

    kind = "continuous"
    low: float
    high: float
    logarithmic: bool = False
    reverse: bool = False

    @property
    def distribution(self) -> "BaseDistribution":
        """What the search draws from."""
        from optuna.distributions import FloatDistribution

        if self.reverse:
            return FloatDistribution(1 - self.high, 1 - self.low, log=True)
        return FloatDistribution(self.low, self.high, log=self.logarithmic)

    @property
    def size(self) -> float:
        """One value or endlessly many."""
        return 1 if self.low == self.high else math.inf

    def text(self, drawn: Any) -> str:
        """Return the shortest digits that give the number again."""
        value = 1 - drawn if self.reverse else drawn
        return repr(float(min(max(value, self.low), self.high)))

    def drawn(self, text: str) -> Any:
        """Return the number, or its distance to 1, if it is in the range."""
        value = number(text)
        if value is None or not self.low <= value <= self.high:
            return None
        return min(max(1 - value, 1 - self.high), 1 - self.low) if self.reverse else value


@dataclass(frozen=True, kw_only=True)
class CategoricalRange(Range):
    """One of a few strings."""

    kind = "categorical"
    values: tuple[str, ...]

    @property
    def distribution(self) -> "BaseDistribution":
        """What the search draws from."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(self.values)

    @property
    def size(self) -> float:
        """How many values there are."""
        return len(self.values)

    def text(self, drawn: Any) -> str:
        """Return the value itself."""
        return str(drawn)

    def drawn(self, text: str) -> Any:
        """Return the value if it is one of them."""
        return text if text in self.values else None


def combinations(ranges: Iterable[Range]) -> float:
    """Return how many different sets of values the ranges have."""
    return math.prod(item.size for item in ranges)


def number(text: str) -> float | None:
    """Return the finite number that a hyperparameter's text is, None if it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
