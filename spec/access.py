"""Who may call the public API, from where, and how warm it is kept."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

Authorization = Literal["key", "iam", "cognito"]
UserPool = Annotated[
    str, Field(pattern=r"^arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[a-z0-9-]+_[0-9A-Za-z]+$")
]
WebAcl = Annotated[
    str, Field(pattern=r"^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:\d{12}:regional/webacl/[\w-]{1,128}/[0-9a-f-]{36}$")
]
Origin = Annotated[str, Field(pattern=r"^(\*|https?://[A-Za-z0-9.-]+(:\d{1,5})?)$")]
MOST_WARM = 100


def _warm(value: str) -> str:
    if value == "snapstart" or (re.fullmatch(r"[1-9]\d{0,2}", value) and int(value) <= MOST_WARM):
        return value
    raise ValueError(f"snapstart, or a number of environments from 1 to {MOST_WARM}")


Warm = Annotated[str, AfterValidator(_warm)]
"""`snapstart`, or how many environments are kept ready (provisioned concurrency), as text."""
