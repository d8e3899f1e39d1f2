"""What all models share: frozen, no unknown field, no silent conversion."""

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_UNITS = (86_400, 3_600, 60, 1)


class Model(BaseModel):
    """A part of a workload: immutable, and an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def seconds(value: Any) -> Any:
    """Seconds from a duration such as 90m or 1h30m; anything else is left for pydantic to judge."""
    if not isinstance(value, str):
        return value
    match = _DURATION.fullmatch(value)
    if match is None or not value:
        raise ValueError("a duration such as 90m, 1h or 1h30m, or a number of seconds")
    return sum(int(count or 0) * unit for count, unit in zip(match.groups(), _UNITS, strict=True))


Seconds = Annotated[
    int,
    BeforeValidator(seconds),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 1},
                {"type": "string", "pattern": r"^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"},
            ]
        }
    ),
]

Scalar = str | int | float | bool

Text = Annotated[str, Field(min_length=1)]


def spelled(value: Scalar) -> str:
    """A hyperparameter as SageMaker wants it: every value is a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
