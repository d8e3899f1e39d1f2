"""How to serve: read from the environment once, at start."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

# The most that SageMaker itself sends: a batch transform's payload times its concurrent requests.
MOST_BODY_MB = 100
MOST_WORKERS = 256


@dataclass(frozen=True)
class Settings:
    """The limits of one server; times are in seconds.

    Args:
        port: where to listen, on every interface.
        workers: processes that answer.
        max_body_bytes: a larger body is answered 413.
        header_seconds: for a whole request line with headers, from its first byte.
        body_seconds: for a body (a large one has more: see `limits.SLOWEST`), and for a client to take its answer.
        idle_seconds: between two requests of a connection, and before its first.
        drain_seconds: after SIGTERM, to finish what was sent.
        invocation_seconds: a service that is not done by then is hung: its worker is replaced. 0: as long as it takes.
    """

    port: int = 8080
    workers: int = 1
    max_body_bytes: int = MOST_BODY_MB * 1024 * 1024
    header_seconds: float = 20
    body_seconds: float = 60
    idle_seconds: float = 75
    drain_seconds: float = 25
    invocation_seconds: float = 0

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str] = os.environ,
        *,
        workers: int | None = None,
        max_body_mb: int = MOST_BODY_MB,
    ) -> "Settings":
        """Read and check; `workers` (a worker per core without) and `max_body_mb` count where no variable says.

        Raises:
            ValueError: names variable, value and what is allowed.
        """
        cores = len(os.sched_getaffinity(0))
        return cls(
            port=whole_number(environment, "SAGEMAKER_BIND_TO_PORT", 8080, 65535),
            workers=whole_number(environment, "SAGEMAKER_MODEL_SERVER_WORKERS", workers or cores, MOST_WORKERS),
            max_body_bytes=whole_number(environment, "MAX_BODY_MB", max_body_mb, MOST_BODY_MB) * 1024 * 1024,
        )


def whole_number(environment: Mapping[str, str], name: str, default: int, most: int) -> int:
    """Read a variable that is a whole number from 1 to `most`; one that is absent or blank is `default`."""
    text = environment.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or not 1 <= int(text) <= most:
        raise ValueError(f"environment variable {name}={text!r} must be a whole number from 1 to {most}")
    return int(text)
