"""JSON schemas of rows and predictions, from a workload's live features; general ones while nothing is live."""

from typing import Any

from predict.schema import Cell, Feature, Schema

Json = dict[str, Any]

TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}
_PERIODS: Json = {"type": "array", "items": NUMBER}
_SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
_BOUNDS: Json = {
    "type": "object",
    "required": ["lower", "upper"],
    "additionalProperties": False,
    "properties": {"lower": _PERIODS, "upper": _PERIODS},
}
_FORECAST: Json = {
    "oneOf": [
        {
            "type": "object",
            "required": ["periods", "mean", "intervals", "model"],
            "additionalProperties": False,
            "properties": {
                "periods": {"type": "array", "items": TEXT},
                "mean": _PERIODS,
                "intervals": {"type": "object", "additionalProperties": _BOUNDS},
                "model": TEXT,
            },
        },
        {
            "type": "object",
            "description": "A series that could not be fitted, and why.",
            "required": ["error"],
            "additionalProperties": False,
            "properties": {"error": TEXT},
        },
    ]
}


def row(schema: Schema | None) -> Json:
    """One instance: a record by feature name, or an array in the order of the wire."""
    if schema is None:
        return {"type": ["object", "array"]}
    record: Json = {
        "type": "object",
        "required": list(schema.by_name),
        "additionalProperties": False,
        "properties": {feature.name: _value(feature) for feature in schema.features},
    }
    cells = [_cell(cell) for cell in schema.cells]
    array: Json = {"type": "array", "prefixItems": cells, "minItems": len(cells), "maxItems": len(cells)}
    return {"oneOf": [record, array]}


def _value(feature: Feature) -> Json:
    if feature.kind == "category":
        return {"type": "string", "enum": list(feature.categories)}
    return {"type": feature.kind, "minimum": feature.low, "maximum": feature.high}


def _cell(cell: Cell) -> Json:
    if cell.level is None:
        return _value(cell.feature)
    return {"enum": [0, 1], "description": f"1 where {cell.feature.name} is {cell.level}; one level of a feature is 1"}


def prediction(schema: Schema | None) -> Json:
    """What is predicted for one instance."""
    if schema is None:
        return {}
    if schema.task == "forecasting":
        return _FORECAST
    if not schema.classes:
        return NUMBER
    return {
        "type": "object",
        "required": ["label"],
        "additionalProperties": False,
        "properties": {
            "label": {"type": "string", "enum": schema.classes},
            "probabilities": {
                "type": "object",
                "required": schema.classes,
                "additionalProperties": False,
                "properties": dict.fromkeys(schema.classes, _SHARE),
            },
        },
    }


def actual(schema: Schema | None) -> Json:
    """What turned out to be true: one value, or one per instance."""
    if schema is None:
        return {"type": ["number", "string", "array"]}
    if schema.task == "forecasting":
        periods: Json = {"type": "array", "minItems": 1, "items": {"type": ["number", "null"]}}
        return {"oneOf": [periods, {"type": "array", "minItems": 1, "items": periods}]}
    one: Json = {"type": "string", "enum": schema.classes} if schema.classes else NUMBER
    return {"oneOf": [one, {"type": "array", "minItems": 1, "items": one}]}
