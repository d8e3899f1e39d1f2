"""How rows travel: `raw` as they are, `encoded` with one 0/1 column per level and classes as codes."""

from collections.abc import Sequence
from typing import Any

from toolkit.columns import Column
from toolkit.plan import Layout

Cells = Sequence[Any]


def names(features: Sequence[Column], layout: Layout) -> list[str]:
    """Return the columns on the wire, in order."""
    return [name for feature in features for name in _names(feature, layout)]


def _names(feature: Column, layout: Layout) -> list[str]:
    if layout == "raw" or feature.kind != "category":
        return [feature.name]
    return [f"{feature.name}={level}" for level in feature.levels]


def cells(features: Sequence[Column], layout: Layout) -> list[Cells]:
    """Return the cells of each column on the wire."""
    return [column for feature in features for column in _cells(feature, layout)]


def _cells(feature: Column, layout: Layout) -> list[Cells]:
    if layout == "raw" or feature.kind != "category":
        return [feature.cells]
    return [[int(cell == level) for cell in feature.cells] for level in feature.levels]


def labels(target: Column, layout: Layout) -> Cells:
    """Return the label of each row as training reads it."""
    if layout == "raw" or target.kind != "category":
        return target.cells
    codes = {level: code for code, level in enumerate(target.levels)}
    return [codes[str(cell)] for cell in target.cells]
