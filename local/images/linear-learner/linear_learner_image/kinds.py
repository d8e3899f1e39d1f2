"""The kinds of hyperparameters: each parses its text and can say what is allowed. None stands for `auto`."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """A number within bounds; `auto` where it may be left to the algorithm."""

    default: float | None
    low: float = 0.0
    high: float = math.inf
    low_included: bool = False
    whole: bool = False
    auto: bool = False

    def parse(self, text: str) -> float | int | None:
        """Return the number, None for `auto`, or raise ValueError."""
        if self.auto and text == "auto":
            return None
        value = float(text)
        if not math.isfinite(value) or not self.low <= value <= self.high:
            raise ValueError(text)
        if (value == self.low and not self.low_included) or (self.whole and value != int(value)):
            raise ValueError(text)
        return int(value) if self.whole else value

    @property
    def allowed(self) -> str:
        """Complete the sentence `must be ...`."""
        kind = "a whole number" if self.whole else "a number"
        low = f"{'from' if self.low_included else 'above'} {self.low:g}" if math.isfinite(self.low) else ""
        high = f"at most {self.high:g}" if math.isfinite(self.high) else ""
        return ", ".join(filter(None, [f"{kind} {low}".strip(), high])) + (" or auto" if self.auto else "")


@dataclass(frozen=True)
class Choice:
    """One of some words."""

    default: str | None
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


@dataclass(frozen=True)
class Flag:
    """`true` or `false`, where said also `auto`."""

    default: bool | None
    auto: bool = False

    def parse(self, text: str) -> bool | None:
        """Return the truth, None for `auto`, or raise ValueError."""
        values: dict[str, bool | None] = {"true": True, "false": False} | ({"auto": None} if self.auto else {})
        if text.lower() not in values:
            raise ValueError(text)
        return values[text.lower()]

    @property
    def allowed(self) -> str:
        """Complete the sentence `must be ...`."""
        return "true, false or auto" if self.auto else "true or false"


@dataclass(frozen=True)
class Weight:
    """A positive number, `balanced` or `auto`."""

    default: float

    def parse(self, text: str) -> float | str:
        """Return the number or the word, or raise ValueError."""
        if text in ("balanced", "auto"):
            return text
        value = float(text)
        if not 0 < value < math.inf:
            raise ValueError(text)
        return value

    @property
    def allowed(self) -> str:
        """Complete the sentence `must be ...`."""
        return "a number above 0, balanced or auto"


Parameter = Number | Choice | Flag | Weight


def whole(default: int | None, high: float = math.inf, *, auto: bool = False) -> Number:
    """A whole number from 1."""
    return Number(default, 1, high, low_included=True, whole=True, auto=auto)


def share(default: float | None, *, auto: bool = False) -> Number:
    """A number from 0 to 1."""
    return Number(default, 0, 1, low_included=True, auto=auto)
