"""What all models share: frozen, no unknown field, no silent conversion."""

import math
import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
INSTANCE_TYPE = r"^ml\.[a-z][a-z0-9-]*\.(medium|large|[0-9]*xlarge|metal)$"
S3_PREFIX = r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\s]*)?$"
PLACE = r"^(s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[^\s]*)?|([A-Za-z0-9_=][A-Za-z0-9_.=-]*/)+)$"
SCRIPT = r"^[^\s]+\.py$"
STAGE = r"^[a-z][a-z0-9]{0,7}$"
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
SUBNET = r"^subnet-[0-9a-f]{8,17}$"
SECURITY_GROUP = r"^sg-[0-9a-f]{8,17}$"
KMS_KEY = r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$"
BOUNDARY = r"^(arn:aws[a-z-]*:iam::(aws|[0-9]{12}):policy/[\w+=,.@/-]+|[\w+=,.@-]{1,128})$"
EXPRESSION = r"^(cron|rate)\(.+\)$"

IN_WORDS = {
    NAME: "lower-case letters and digits in words joined by -, beginning with a letter",
    INSTANCE_TYPE: "a SageMaker instance type such as ml.m5.large",
    S3_PREFIX: "a place in S3: s3://bucket/prefix/",
    PLACE: "a place in S3, s3://bucket/prefix/, or a folder below the workload's own, such as inbox/",
    SCRIPT: "the name of a .py file",
    STAGE: "at most 8 lower-case letters and digits, beginning with a letter",
    EMAIL: "one e-mail address",
    SUBNET: "the id of a subnet, such as subnet-0a1b2c3d4e5f67890",
    SECURITY_GROUP: "the id of a security group, such as sg-0a1b2c3d4e5f67890",
    KMS_KEY: "the ARN of a key: arn:aws:kms:REGION:ACCOUNT:key/ID, no alias",
    BOUNDARY: "the name or the ARN of a managed policy",
    EXPRESSION: "cron(minutes hours day month weekday year) or rate(number unit)",
}
"""What a pattern asks for, as an error says it."""

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
        raise PydanticCustomError("duration", "a duration such as 90m, 1h or 1h30m, or a number of seconds")
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


def scalar(value: Any) -> Any:
    """A value that SageMaker can carry as a string, at most 2500 characters (CreateTrainingJob)."""
    if not isinstance(value, str | int | float | bool) or value in (math.inf, -math.inf) or value != value:
        raise PydanticCustomError("scalar", "a text, a number, or true or false")
    if isinstance(value, str) and len(value) > 2_500:
        raise PydanticCustomError("scalar", "at most 2500 characters")
    return value


Scalar = str | int | float | bool

CheckedScalar = Annotated[Scalar, BeforeValidator(scalar)]

Text = Annotated[str, Field(min_length=1)]


def spelled(value: Scalar) -> str:
    """A hyperparameter as SageMaker wants it: every value is a string."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
