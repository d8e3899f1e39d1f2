"""What bounds the embedded SageMaker: parallel jobs, times; defaults that suit a laptop."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from local.settings import SettingsError

PAYLOAD_BYTES = 6_291_456
SERVERLESS_PAYLOAD_BYTES = 4_194_304
INVOCATION_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds that tests and users may move; times in seconds."""

    parallel_jobs: int = max(2, os.cpu_count() or 2)
    startup_seconds: float = 60.0
    stop_grace_seconds: float = 10.0  # between SIGTERM and SIGKILL; AWS's is 120
    sync_seconds: float = 2.0  # between two looks at checkpoints, continuous outputs and new metrics
    job_instances: int = 20  # of one training, processing or transform job
    drain_seconds: float = INVOCATION_SECONDS
    archive_bytes: int = 20 * 1024**3
    invocation_seconds: float = INVOCATION_SECONDS
    ping_seconds: float = 5.0  # between two pings of a server that is healthy
    ping_timeout_seconds: float = 2.0  # AWS gives a ping 2 s
    restart_wait_seconds: float = 5.0  # a request waits that long for an instance that comes up again
    serverless_idle_seconds: float = 300.0  # then a serverless variant's server stops
    alarm_seconds: float = 1.0  # between two looks at the alarms of a deployment


def from_environment(environment: Mapping[str, str] = os.environ) -> Limits:
    """Read `TRAINYARD_PARALLEL_JOBS` and `TRAINYARD_{STARTUP,STOP_GRACE,SERVERLESS_IDLE}_SECONDS`.

    Raises:
        SettingsError: a value is not usable.
    """
    default = Limits()
    return Limits(
        parallel_jobs=_number(environment, "TRAINYARD_PARALLEL_JOBS", default.parallel_jobs),
        startup_seconds=_number(environment, "TRAINYARD_STARTUP_SECONDS", int(default.startup_seconds)),
        stop_grace_seconds=_number(environment, "TRAINYARD_STOP_GRACE_SECONDS", int(default.stop_grace_seconds)),
        serverless_idle_seconds=_number(
            environment, "TRAINYARD_SERVERLESS_IDLE_SECONDS", int(default.serverless_idle_seconds)
        ),
    )


def _number(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise SettingsError(f"{name}={text!r}: expected a whole number above 0")
    return int(text)
