"""A row in wire order as a record; the levels of an encoded category become the category that they say."""

from collections.abc import Mapping, Sequence
from typing import Any

from predict.schema import Cell, Schema

Group = list[tuple[Cell, Any]]


class WrongLength(Exception):
    """The row has more or fewer values than the wire has columns."""


def record(row: Sequence[Any], schema: Schema) -> tuple[dict[str, Any], Mapping[str, list[Any]]]:
    """Return the record, and the values of those categories that are not one 1 and else 0."""
    if len(row) != len(schema.cells):
        raise WrongLength(f"the row has {len(row)} values, not {len(schema.cells)}")
    found: dict[str, Any] = {}
    groups: dict[str, Group] = {}
    for cell, value in zip(schema.cells, row, strict=True):
        if cell.level is None:
            found[cell.feature.name] = value
        else:
            groups.setdefault(cell.feature.name, []).append((cell, value))
    wrong = {name: [value for _, value in group] for name, group in groups.items() if not _one_hot(group)}
    found |= {name: _level(group) for name, group in groups.items() if name not in wrong}
    return found, wrong


def _one_hot(group: Group) -> bool:
    values = [value for _, value in group]
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return False
    return values.count(1) == 1 and values.count(0) == len(values) - 1


def _level(group: Group) -> str | None:
    return next(cell.level for cell, value in group if value == 1)
