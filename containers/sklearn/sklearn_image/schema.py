"""The columns a model was trained on: what they are called, and how a cell becomes a number."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from contract import table
from contract.errors import UserError
from contract.text import quoted
from numpy.typing import NDArray

from sklearn_image.archive import SCHEMA

Matrix = NDArray[np.float64]
# A number for each row, or the probabilities of its classes.
Predictions = NDArray[np.float64]
Predict = Callable[[Matrix], Predictions]
SHOWN = 10
# All that a number of text consists of.
NUMBERS = b"0123456789+-.eE"
# scikit-learn's trees compute in single precision.
LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True)
class Column:
    """Numbers, or the levels of a category, whose position is their number."""

    name: str
    levels: tuple[str, ...] = ()

    @cached_property
    def codes(self) -> dict[str, float]:
        """Number each level."""
        return {level: float(code) for code, level in enumerate(self.levels)}

    def values(self, cells: Sequence[str]) -> Sequence[float]:
        """Turn cells into numbers; the first that does not fit raises, by its row."""
        try:
            return list(map(self.codes.__getitem__, cells)) if self.levels else table.numbers(cells)
        except (KeyError, ValueError):
            return [self._value(cell, row) for row, cell in enumerate(cells, start=1)]

    def _value(self, cell: str, row: int) -> float:
        try:
            return self.codes[cell.strip()] if self.levels else table.number(cell.strip())
        except KeyError:
            shown = ", ".join(self.levels[:SHOWN]) + (", ..." if len(self.levels) > SHOWN else "")
            raise UserError(f"row {row}, column {self.name}: {quoted(cell)} is none of {shown}") from None
        except ValueError:
            raise UserError(f"row {row}, column {self.name}: {quoted(cell)} is not a finite number") from None


@dataclass(frozen=True)
class Schema:
    """What the model reads and answers."""

    task: str
    target: str
    columns: tuple[Column, ...]
    classes: tuple[str, ...] = ()

    @cached_property
    def names(self) -> list[str]:
        """Return the columns in the order of the wire."""
        return [column.name for column in self.columns]

    @cached_property
    def only_numbers(self) -> bool:
        """Tell whether no column has levels."""
        return not any(column.levels for column in self.columns)

    @cached_property
    def plain(self) -> bool:
        """Tell whether a line of numbers is a row: no column has levels, and not all are called like numbers."""
        return self.only_numbers and any(name.encode().translate(None, NUMBERS) for name in self.names)

    def matrix(self, records: Sequence[Sequence[str]]) -> Matrix:
        """Turn text cells into the model's input."""
        self._check_widths(records)
        result = np.empty((len(records), len(self.columns)))
        for position, (column, cells) in enumerate(zip(self.columns, zip(*records, strict=True), strict=True)):
            result[:, position] = column.values(cells)
        self._check_sizes(result)
        return result

    def _check_sizes(self, matrix: Matrix) -> None:
        if np.abs(matrix).max(initial=0) <= LARGEST:
            return
        for row, position in np.argwhere(np.abs(matrix) > LARGEST)[:1].tolist():
            value, name = matrix[row, position], self.names[position]
            raise UserError(f"row {row + 1}, column {name}: {value:g} is larger than {LARGEST:g}")

    def _check_widths(self, records: Sequence[Sequence[str]]) -> None:
        width = len(self.columns)
        if set(map(len, records)) == {width}:
            return
        for row, record in enumerate(records, start=1):
            if len(record) != width:
                wanted = f"expected {width}: {', '.join(self.names[:SHOWN])}"
                raise UserError(f"row {row} has {len(record)} cells, {wanted}")

    def save(self, folder: Path) -> None:
        """Write the schema's file."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / SCHEMA).write_text(text, encoding="utf-8")


def load(folder: Path) -> Schema:
    """Read the schema's file."""
    try:
        raw: Any = json.loads((folder / SCHEMA).read_text(encoding="utf-8"))
        columns = tuple(Column(column["name"], tuple(column["levels"])) for column in raw["columns"])
        return Schema(raw["task"], raw["target"], columns, tuple(raw["classes"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{SCHEMA} is not a schema: {type(error).__name__}: {error}") from error
