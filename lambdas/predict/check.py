"""Rows against the schema: every bad field of every row is named, and good rows come back typed."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from predict import arrays
from predict.instances import Instances
from predict.problems import BadFields
from predict.schema import Schema
from predict.values import Refused, check, shown

LISTED = 100
Row = dict[str, Any]
WANTED = {"number": "a number", "integer": "an integer"}


class Errors:
    """All are counted, the first ones kept."""

    def __init__(self) -> None:
        self.listed: list[dict[str, Any]] = []
        self.count = 0

    def add(self, row: int, field: str | None, detail: str, allowed: Any, **value: Any) -> None:
        """Note one bad field; rows count from 1."""
        self.count += 1
        if len(self.listed) < LISTED:
            named = {} if field is None else {"field": field[:100]}
            shown_value = {name: shown(item) for name, item in value.items()}
            self.listed.append({"row": row, **named, **shown_value, "detail": detail, "allowed": allowed})


def rows(instances: Instances, schema: Schema) -> list[Row]:
    """Return typed records, or raise with everything that is wrong with them."""
    errors = Errors()
    checked = [_row(number, row, instances, schema, errors) for number, row in enumerate(instances.rows, start=1)]
    if errors.count:
        raise BadFields(errors.listed, errors.count)
    return checked


def _row(number: int, row: Any, instances: Instances, schema: Schema, errors: Errors) -> Row:
    if isinstance(row, list):
        return _array(number, row, schema, errors)
    if isinstance(row, Mapping):
        return _record(number, row, instances.text, schema, errors)
    wanted = f"{len(schema.features)} fields, as the header line has" if instances.text else "an object or a list"
    errors.add(number, None, f"the row is not {wanted}", wanted, value=row)
    return {}


def _record(
    number: int,
    row: Mapping[str, Any],
    text: bool,
    schema: Schema,
    errors: Errors,
    skip: Collection[str] = (),
) -> Row:
    typed: Row = {}
    for feature in schema.features:
        if feature.name in skip:
            continue
        if feature.name not in row:
            errors.add(number, feature.name, "missing", _wanted(feature.kind, feature.categories))
            continue
        try:
            typed[feature.name] = check(feature, row[feature.name], text=text)
        except Refused as refused:
            errors.add(number, feature.name, refused.detail, refused.allowed, value=row[feature.name])
    for name in sorted(row.keys() - schema.by_name.keys()):
        errors.add(number, name, "no feature of this workload", list(schema.by_name), value=row[name])
    return typed


def _wanted(kind: str, categories: Sequence[str]) -> Any:
    return list(categories) if kind == "category" else WANTED[kind]


def _array(number: int, row: list[Any], schema: Schema, errors: Errors) -> Row:
    try:
        record, wrong = arrays.record(row, schema)
    except arrays.WrongLength as error:
        errors.add(number, None, str(error), list(schema.document["columns"]))
        return {}
    for name, values in wrong.items():
        errors.add(number, name, "the levels of a category are one 1 and else 0", "one 1, else 0", value=values)
    return _record(number, record, False, schema, errors, skip=wrong.keys())
