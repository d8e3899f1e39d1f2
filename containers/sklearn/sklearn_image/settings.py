"""The server's environment, read once at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from contract.errors import UserError

# The most that SageMaker itself sends: payload times concurrent transforms.
MOST_MB = 100


@dataclass(frozen=True)
class Settings:
    """How to serve."""

    port: int
    workers: int
    max_body_mb: int


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check; a worker per core unless told otherwise."""
    return Settings(
        port=_integer(environment, "SAGEMAKER_BIND_TO_PORT", 8080, 65535),
        workers=_integer(environment, "SAGEMAKER_MODEL_SERVER_WORKERS", len(os.sched_getaffinity(0)), 256),
        max_body_mb=_integer(environment, "MAX_BODY_MB", MOST_MB, MOST_MB),
    )


def _integer(environment: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = environment.get(name, "").strip() or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise UserError(f"environment variable {name}={text!r} must be a whole number from 1 to {most}")
    return int(text)
