"""What bounds the embedded SageMaker: parallel jobs, times; defaults that suit a laptop."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from local.settings import SettingsError

PAYLOAD_BYTES = 6_291_456
INVOCATION_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds that tests and users may move."""

    parallel_jobs: int = max(2, os.cpu_count() or 2)
    startup_seconds: float = 60.0
    stop_grace_seconds: float = 10.0
    drain_seconds: float = INVOCATION_SECONDS
    archive_bytes: int = 20 * 1024**3


def from_environment(environment: Mapping[str, str] = os.environ) -> Limits:
    """Read `TRAINYARD_PARALLEL_JOBS` and `TRAINYARD_STARTUP_SECONDS`.

    Raises:
        SettingsError: a value is not usable.
    """
    default = Limits()
    return Limits(
        parallel_jobs=_number(environment, "TRAINYARD_PARALLEL_JOBS", default.parallel_jobs),
        startup_seconds=_number(environment, "TRAINYARD_STARTUP_SECONDS", int(default.startup_seconds)),
    )


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingsError(f"{name}={text!r}: expected a whole number above 0")
    return int(text)
