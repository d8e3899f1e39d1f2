"""features.json as the rules for one row: the checks of the public API, and the order on the wire."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Stricter than float(), which reads underscores, words and digits of other scripts.
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NAMED = 10

Value = float | int | str


class Refused(ValueError):
    """A cell does not fit its feature; the message says why and what would."""


@dataclass(frozen=True)
class Field:
    """One feature; a number lies between `low` and `high`, both included."""

    name: str
    kind: str
    levels: Mapping[str, None]
    low: float = -math.inf
    high: float = math.inf

    def read(self, cell: str) -> Value:
        """Return the cell as its type.

        Raises:
            Refused: it does not fit.
        """
        cell = cell.strip()
        if self.kind == "category":
            return self._category(cell)
        number = decimal(cell)
        if self.kind == "integer" and number != int(number):
            raise Refused("not a whole number")
        if not self.low <= number <= self.high:
            raise Refused(f"not from {self.low:g} to {self.high:g}")
        return int(number) if self.kind == "integer" else number

    def _category(self, cell: str) -> str:
        if cell not in self.levels:
            some = ", ".join(list(self.levels)[:_NAMED]) + (", ..." if len(self.levels) > _NAMED else "")
            raise Refused(f"a category that the training data does not have; allowed: {some}")
        return cell


def decimal(cell: str) -> float | int:
    """Read a finite number as the public API reads it from CSV.

    Raises:
        Refused: it is none.
    """
    if not _DECIMAL.fullmatch(cell):
        raise Refused("not a number" if cell else "missing; a number is needed")
    number = int(cell) if len(cell) < 300 and cell.lstrip("+-").isdigit() else float(cell)
    if not math.isfinite(number):
        raise Refused("not a finite number")
    return number


@dataclass(frozen=True)
class Schema:
    """The fields of a row, and how a checked row travels."""

    document: Mapping[str, Any]
    fields: tuple[Field, ...]

    @property
    def forecasts(self) -> bool:
        """Tell whether rows are series and answers forecasts."""
        return bool(self.document["task"] == "forecasting")

    @property
    def defaults(self) -> dict[str, str]:
        """Return what a file may leave out: a forecast looks as far ahead as the workload does."""
        return {"horizon": str(self.document["example"]["horizon"])} if self.forecasts else {}

    def wire(self, values: Mapping[str, Value]) -> list[Any]:
        """Return a checked row in wire order."""
        cells: dict[str, Any] = dict(values)
        if self.document["layout"] == "encoded":
            for field in self.fields:
                cells |= {f"{field.name}={level}": int(values[field.name] == level) for level in field.levels}
        return [cells[column] for column in self.document["columns"]]


def of(document: Mapping[str, Any]) -> Schema:
    """Return the rules that the document has."""
    return Schema(document, tuple(_field(item, document["task"]) for item in document["features"]))


def _field(item: Mapping[str, Any], task: str) -> Field:
    levels: Sequence[str] = item.get("categories", ())
    bounds = _bounds(item, task) if "min" in item else ()
    return Field(item["name"], item["type"], dict.fromkeys(levels), *bounds)


def _bounds(item: Mapping[str, Any], task: str) -> tuple[float, float]:
    """As the API has them: as far outside the training data as that is wide; a horizon has its models' limits."""
    low, high = item["min"], item["max"]
    if task == "forecasting":
        return low, high
    width = (high - low) or abs(high) or 1
    return low - width, high + width
