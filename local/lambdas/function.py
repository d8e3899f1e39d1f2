"""What a worker must know of a function, and what an invocation comes to."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Function:
    """One version of a function's code and configuration; `digest` changes when either does."""

    name: str
    arn: str
    handler: str
    digest: str
    code: Callable[[], bytes]
    environment: dict[str, str]
    timeout: int
    memory_mb: int
    region: str
    role: str = ""

    @property
    def log_group(self) -> str:
        """Where its log goes."""
        return f"/aws/lambda/{self.name}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The answer of one invocation; `error` is AWS's `FunctionError`, None when the handler returned."""

    payload: bytes
    error: str | None = None
    log_tail: str = ""
    lines: list[str] = field(default_factory=list)


def failure(kind: str, message: str, **more: Any) -> Outcome:
    """Return the outcome of an invocation that AWS's runtime, not the handler, answers."""
    body = {"errorType": kind, "errorMessage": message, **more}
    return Outcome(payload=json.dumps(body).encode(), error="Unhandled")
