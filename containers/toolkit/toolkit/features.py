"""features.json: the one description of the data by which every later stage encodes, checks and decodes."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from contract import table

from toolkit import layout
from toolkit.columns import Column
from toolkit.plan import Plan
from toolkit.split import Rows

RANGE = ("min", "max")


def describe(plan: Plan, features: Sequence[Column], target: Column, train: Rows) -> dict[str, Any]:
    """Describe the data; ranges and the example are those of the training rows."""
    columns = layout.names(features, plan.layout)
    example = int(train[0])
    described = [_feature(feature, train) for feature in features]
    return {
        "version": 1,
        "workload": plan.workload,
        "task": plan.task,
        "layout": plan.layout,
        "target": _target(target),
        "features": described,
        "columns": columns,
        "decoders": plan.decoders,
        "example": {feature.name: feature.cells[example] for feature in features},
        "example_line": table.line([cells[example] for cells in layout.cells(features, plan.layout)]),
        "schema_hash": schema_hash(described, columns, plan.layout, _target(target)),
    }


def _feature(feature: Column, train: Rows) -> dict[str, Any]:
    if feature.kind == "category":
        return {"name": feature.name, "type": feature.kind, "categories": feature.levels}
    values = [feature.cells[row] for row in train.tolist()]
    return {"name": feature.name, "type": feature.kind, "min": min(values), "max": max(values)}


def _target(target: Column) -> dict[str, Any]:
    categories = {"categories": target.levels} if target.kind == "category" else {}
    return {"name": target.name, "type": target.kind, **categories}


def schema_hash(features: Sequence[dict[str, Any]], columns: list[str], wire: str, target: dict[str, Any]) -> str:
    """Tell schemas apart; not by ranges, which fresh data moves while the old model still understands it."""
    shapes = [{key: value for key, value in feature.items() if key not in RANGE} for feature in features]
    text = json.dumps([shapes, columns, wire, target], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
