"""boto3 clients, made once each. They follow AWS_PROFILE, AWS_REGION and AWS_ENDPOINT_URL by themselves."""

import os
from typing import Any

import boto3
from botocore.config import Config

from trainyard import __version__

CONFIG = Config(
    user_agent_extra=f"trainyard/{__version__}",
    connect_timeout=5,
    retries={"mode": "standard", "max_attempts": 4},
)


class Clients:
    """Callable with a service's name; a session is made at the first call, so `--help` needs no AWS."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}
        self._session: boto3.Session | None = None

    def __call__(self, service: str) -> Any:
        """The client of a service."""
        if service not in self._made:
            self._session = self._session or boto3.Session(region_name=os.environ.get("AWS_REGION"))
            make: Any = self._session.client
            self._made[service] = make(service, config=CONFIG)
        return self._made[service]
