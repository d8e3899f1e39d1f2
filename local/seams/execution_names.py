"""Seam: an execution that is started without a name gets one, and a name that AWS refuses is refused.

moto calls every unnamed execution `None`, so that the second one exists already.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
"""
# moto's method is replaced on purpose
# mypy: disable-error-code="method-assign"

import re
import uuid
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

_REFUSED = re.compile(r"""[\s<>{}\[\]?*"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]""")
_LONGEST = 80


def install() -> None:
    """Wrap the start of an execution."""
    original = StepFunctionsParserBackend.start_execution

    def start_execution(self: Any, state_machine_arn: str, name: str | None = None, *rest: Any, **more: Any) -> Any:
        return original(self, state_machine_arn, name_of(name), *rest, **more)

    StepFunctionsParserBackend.start_execution = start_execution


def name_of(name: str | None) -> str:
    """Return the name that the execution gets.

    Raises:
        JsonRESTError: `InvalidName`.
    """
    if name is None:
        return str(uuid.uuid4())
    if not 1 <= len(name) <= _LONGEST or _REFUSED.search(name):
        raise JsonRESTError("InvalidName", f"Invalid Name: '{name}'")
    return name
