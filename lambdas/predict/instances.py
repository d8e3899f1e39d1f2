"""A body as rows: records by feature name, or lists in wire order."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from predict import strict
from predict.media import CSV, Text
from predict.problems import BadFields, BadRequest
from predict.schema import Schema

_ENVELOPE = 'Send {"instances": [{...}, ...]}.'


@dataclass(frozen=True)
class Instances:
    """The rows as sent; `text` says that cells are texts, as in CSV, and numbers must be read from them."""

    rows: Sequence[Any]
    text: bool = False


def read(body: Text, schema: Schema) -> Instances:
    """Read the rows of either media type."""
    instances = _csv(body.text, schema) if body.media_type == CSV else _json(body.text)
    if not instances.rows:
        raise BadRequest("There is no row in instances: send at least one.")
    return instances


def _json(text: str) -> Instances:
    envelope = strict.read(text, _ENVELOPE)
    if not isinstance(envelope, dict) or set(envelope) != {"instances"}:
        raise BadRequest(f"The body is not an object with the member instances alone. {_ENVELOPE}")
    if not isinstance(envelope["instances"], list):
        raise BadRequest(f"instances is not a list. {_ENVELOPE}")
    return Instances(envelope["instances"])


def _csv(text: str, schema: Schema) -> Instances:
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise BadRequest(f"The body is not valid CSV: {error}.") from None
    if not lines:
        raise BadRequest("The body is empty: send a header line with the features' names, then rows.")
    header = [name.strip() for name in lines[0]]
    _check_header(header, schema)
    return Instances([_record(header, line) for line in lines[1:]], text=True)


def _record(header: list[str], line: list[str]) -> Mapping[str, str] | str:
    """A line of another length stays one text, which is no record: `check` names it with the others."""
    return dict(zip(header, line, strict=True)) if len(line) == len(header) else ",".join(line)


def _check_header(header: list[str], schema: Schema) -> None:
    errors = list(_header_errors(header, schema))
    if errors:
        raise BadFields(errors[:100], len(errors))


def _header_errors(header: list[str], schema: Schema) -> Iterator[dict[str, Any]]:
    for name in schema.by_name:
        if name not in header:
            yield {
                "field": name,
                "detail": "missing from the header line",
                "allowed": "a column of this name",
            }
    for name in dict.fromkeys(header):
        if name not in schema.by_name:
            detail = "in the header line, but no feature of this workload"
            yield {"field": name[:100], "detail": detail, "allowed": list(schema.by_name)}
        elif header.count(name) > 1:
            yield {"field": name, "detail": "twice in the header line", "allowed": "one column of this name"}
