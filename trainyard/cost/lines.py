"""Lines of an estimate: how much of what, at which price."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Line:
    """`each` is the price of one unit; None where the table has none."""

    what: str
    quantity: float
    unit: str
    each: float | None

    @property
    def amount(self) -> float | None:
        """What the line costs."""
        return None if self.each is None else self.quantity * self.each

    def as_json(self) -> dict[str, Any]:
        """As `--json` gives it."""
        return {
            "what": self.what,
            "quantity": self.quantity,
            "unit": self.unit,
            "price": self.each,
            "amount": self.amount,
        }


def total(lines: Sequence[Line]) -> float:
    """What is known of the sum."""
    return sum(line.amount or 0.0 for line in lines)


def unpriced(lines: Sequence[Line]) -> list[str]:
    """What no price is known for, each once."""
    return list(dict.fromkeys(line.unit.removesuffix(" hours") for line in lines if line.each is None))


def instance(what: str, kind: str, hours: float, prices: Any) -> Line:
    """Hours of an instance type."""
    return Line(what, hours, f"{kind} hours", prices.instance_hour.get(kind))
