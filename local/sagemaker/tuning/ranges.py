"""Ranges of hyperparameters: read, checked, and how a search sees them.

A search works in Optuna's distributions; a range says which one it is and turns values from and into the
strings that hyperparameters are. https://docs.aws.amazon.com/sagemaker/latest/dg/automatic-model-tuning-define-ranges.html
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local.sagemaker.errors import validation
from local.sagemaker.store import Record

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution

_MOST = 30
_AUTO_LOGARITHMIC = 100  # Auto searches a range of two orders of magnitude or more on a logarithmic scale


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
        value = _float(text)
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
        value = _float(text)
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


def parse(ranges: Record) -> list[Range]:
    """Return the ranges of a ParameterRanges.

    Raises:
        AwsError: a range that cannot be searched, a name given twice, none or too many.
    """
    found = list(_parsed(ranges))
    names = [item.name for item in found]
    if not found:
        raise validation("Provide at least one hyperparameter range to tune.")
    if len(found) > _MOST:
        raise validation(f"You can tune at most {_MOST} hyperparameters; {len(found)} ranges were provided.")
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise validation(f"The hyperparameter ranges contain duplicate hyperparameter names: {twice}.")
    return found


def combinations(ranges: Iterable[Range]) -> float:
    """Return how many different sets of values the ranges have."""
    return math.prod(item.size for item in ranges)


def _parsed(ranges: Record) -> Iterator[Range]:
    for item in ranges.get("IntegerParameterRanges", []):
        yield _integer(item)
    for item in ranges.get("ContinuousParameterRanges", []):
        yield _continuous(item)
    for item in ranges.get("CategoricalParameterRanges", []):
        if len(item["Values"]) != len(set(item["Values"])):
            raise validation(f"The values of the categorical hyperparameter [{item['Name']}] must be distinct.")
        yield CategoricalRange(name=item["Name"], values=tuple(item["Values"]))


def _integer(item: Record) -> Range:
    low, high = _bounds(item)
    if not (low.is_integer() and high.is_integer()):
        raise validation(f"MinValue and MaxValue of the integer hyperparameter [{item['Name']}] must be integers.")
    if item.get("ScalingType") == "ReverseLogarithmic":
        raise validation(
            f"ReverseLogarithmic scaling is not supported for the integer hyperparameter [{item['Name']}]."
            " It is supported only for continuous hyperparameters."
        )
    return IntegerRange(name=item["Name"], low=int(low), high=int(high), logarithmic=_logarithmic(item, low, high))


def _continuous(item: Record) -> Range:
    low, high = _bounds(item)
    reverse = item.get("ScalingType") == "ReverseLogarithmic"
    if reverse and not (low >= 0 and high < 1):
        raise validation(
            f"ReverseLogarithmic scaling works only for ranges that are entirely within the range 0<=x<1.0:"
            f" hyperparameter [{item['Name']}] has [{item['MinValue']}, {item['MaxValue']}]."
        )
    return ContinuousRange(
        name=item["Name"], low=low, high=high, logarithmic=_logarithmic(item, low, high), reverse=reverse
    )


def _logarithmic(item: Record, low: float, high: float) -> bool:
    scaling = item.get("ScalingType", "Auto")
    if scaling == "Logarithmic" and low <= 0:
        raise validation(
            f"Logarithmic scaling works only for ranges that have only values greater than 0:"
            f" hyperparameter [{item['Name']}] has [{item['MinValue']}, {item['MaxValue']}]."
        )
    return scaling == "Logarithmic" or (scaling == "Auto" and low > 0 and high / low >= _AUTO_LOGARITHMIC)


def _bounds(item: Record) -> tuple[float, float]:
    low, high = _float(item["MinValue"]), _float(item["MaxValue"])
    if low is None or high is None:
        raise validation(
            f"MinValue and MaxValue of the hyperparameter [{item['Name']}] must be numbers:"
            f" [{item['MinValue']}, {item['MaxValue']}]."
        )
    if low > high:
        raise validation(
            f"MinValue [{item['MinValue']}] of the hyperparameter [{item['Name']}] must be less than or equal to"
            f" MaxValue [{item['MaxValue']}]."
        )
    return low, high


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
