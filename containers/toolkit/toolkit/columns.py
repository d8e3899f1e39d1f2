"""What a column is: numbers, whole numbers or categories. Its cells decide; a misfit is a problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from contract import table
from contract.text import quoted

from toolkit.problems import Problems
from toolkit.sources import Raw

Kind = Literal["number", "integer", "category"]

MISSING = frozenset({"", "na", "n/a", "nan", "null", "?"})
# At least this share of numbers makes a numeric column, and a text in it a mistake instead of a level.
NUMERIC_SHARE = 0.8
# More levels are a key or free text: one column each would drown the model.
MOST_LEVELS = 1000
EXACT = 2**53


@dataclass(frozen=True)
class Column:
    """One column with its typed cells, one per row."""

    name: str
    kind: Kind
    cells: Sequence[float] | Sequence[int] | Sequence[str]

    @property
    def levels(self) -> list[str]:
        """Return the categories, sorted as every model image sorts them: by code point."""
        return sorted({str(cell) for cell in self.cells})


def feature(name: str, cells: list[str], raw: Raw, problems: Problems) -> Column:
    """Type a feature by its cells."""
    note_missing(name, cells, raw, problems)
    numbers = [number(cell) for cell in cells]
    present = sum(not missing(cell) for cell in cells)
    if present and sum(value is not None for value in numbers) >= NUMERIC_SHARE * present:
        return numeric(name, cells, raw, problems)
    return category(name, cells, raw, problems)


def numeric(name: str, cells: list[str], raw: Raw, problems: Problems) -> Column:
    """Read numbers; each cell that is none is a problem."""
    values = []
    for row, cell in enumerate(cells):
        value = number(cell)
        if value is None and not missing(cell):
            kind = f"column {quoted(name)} is numeric, but has cells that are no finite number"
            problems.add(kind, f"{raw.place(row)}: {quoted(cell)}")
        values.append(0.0 if value is None else value)
    if all(value.is_integer() and abs(value) < EXACT for value in values):
        return Column(name, "integer", [int(value) for value in values])
    return Column(name, "number", values)


def category(name: str, cells: list[str], raw: Raw, problems: Problems) -> Column:
    """Read levels; line breaks are refused since a batch transform cuts its input at lines."""
    for row, cell in enumerate(cells):
        if "\n" in cell or "\r" in cell:
            problems.add(f"column {quoted(name)} has cells with a line break", raw.place(row))
    column = Column(name, "category", cells)
    if len(column.levels) > MOST_LEVELS:
        problems.add(
            f"column {quoted(name)} has {len(column.levels)} different texts, more than {MOST_LEVELS}: "
            "a key or free text is no category; leave it out"
        )
    return column


def target(name: str, cells: list[str], raw: Raw, problems: Problems, *, regression: bool) -> Column:
    """Type the target by the task."""
    note_missing(name, cells, raw, problems)
    if not regression:
        return category(name, cells, raw, problems)
    column = numeric(name, cells, raw, problems)
    return Column(name, "number", [float(cell) for cell in column.cells])


def note_missing(name: str, cells: list[str], raw: Raw, problems: Problems) -> None:
    """Note each cell that holds nothing."""
    for row, cell in enumerate(cells):
        if missing(cell):
            kind = f"column {quoted(name)} has missing values (fill them or leave the rows out)"
            problems.add(kind, f"{raw.place(row)}: {quoted(cell)}")


def missing(cell: str) -> bool:
    """Tell whether a cell holds nothing, in the words that tools use for it."""
    return cell.casefold() in MISSING


def number(cell: str) -> float | None:
    """Read a finite number, or None."""
    try:
        return table.number(cell)
    except ValueError:
        return None
