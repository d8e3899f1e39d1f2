"""features.json: what the live model's rows are made of."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

Kind = Literal["number", "integer", "category"]
MOST = sys.float_info.max


@dataclass(frozen=True)
class Feature:
    """One field of a record; a number lies between `low` and `high`, both included."""

    name: str
    kind: Kind
    categories: tuple[str, ...] = ()
    low: float = -MOST
    high: float = MOST

    @cached_property
    def levels(self) -> frozenset[str]:
        """Return the categories for looking up."""
        return frozenset(self.categories)


@dataclass(frozen=True)
class Cell:
    """One column on the wire: a feature's value, or whether its category is `level`."""

    feature: Feature
    level: str | None = None


@dataclass(frozen=True)
class Schema:
    """The features, their order on the wire, and how answers are read; `document` is what it was made of."""

    document: Mapping[str, Any]
    features: tuple[Feature, ...]
    cells: tuple[Cell, ...]

    @cached_property
    def by_name(self) -> dict[str, Feature]:
        """Return the features by name."""
        return {feature.name: feature for feature in self.features}

    @property
    def task(self) -> str:
        """Return the workload's task."""
        return str(self.document["task"])

    @property
    def classes(self) -> list[str]:
        """Return the target's categories; none in a regression."""
        return list(self.document["target"].get("categories", []))

    @property
    def decoders(self) -> Mapping[str, Mapping[str, str]]:
        """Return the decoder of each candidate."""
        decoders: Mapping[str, Mapping[str, str]] = self.document["decoders"]
        return decoders


def read(document: Mapping[str, Any]) -> Schema:
    """Read the document; `columns` decides the order."""
    features = tuple(_feature(item, document["task"]) for item in document["features"])
    cells = _encoded(features) if document["layout"] == "encoded" else {item.name: Cell(item) for item in features}
    return Schema(document, features, tuple(cells[column] for column in document["columns"]))


def _feature(item: Mapping[str, Any], task: str) -> Feature:
    low, high = _bounds(item, task) if "min" in item else (-MOST, MOST)
    return Feature(item["name"], item["type"], tuple(item.get("categories", ())), low, high)


def _bounds(item: Mapping[str, Any], task: str) -> tuple[float, float]:
    """What a value may be, by what the training data had.

    A model extrapolates a little, or saturates, as it was built to, so there is room of the data's own width on
    either side; farther away are other units, codes for "missing" and slips of the keyboard. A forecast's horizon
    has the model's own limits.
    """
    low, high = item["min"], item["max"]
    if task == "forecasting":
        return low, high
    width = (high - low) or abs(high) or 1
    return max(low - width, -MOST), min(high + width, MOST)


def _encoded(features: tuple[Feature, ...]) -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for feature in features:
        if feature.kind == "category":
            cells |= {f"{feature.name}={level}": Cell(feature, level) for level in feature.categories}
        else:
            cells[feature.name] = Cell(feature)
    return cells
