"""Seam: Step Functions' tasks share one client per service, made as our own modules make theirs.

moto makes a client for every task (tens of milliseconds each), with virtual-host S3 addresses that no
resolver knows, through the host's proxy, and all with one key: ours sign with that of the execution's role.
Each module of its tasks has imported the function by name, so each is rebound.
"""

import functools
import sys
import threading
from collections.abc import Callable
from typing import Any

from botocore.config import Config
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_factory,
)
from moto.stepfunctions.parser.asl.utils import boto_client

from local.access.credentials import access_key
from local.clients import made
from local.settings import Settings

_LOCK = threading.Lock()

ClientFor = Callable[..., Any]


def install(settings: Settings) -> None:
    """Rebind `boto_client_for` wherever moto's Step Functions uses it."""
    original = boto_client.boto_client_for
    ours = client_factory(settings.endpoint_url)
    assert state_task_service_factory  # noqa: S101  imported so that all users of the function are loaded
    for name, module in list(sys.modules.items()):
        if name.startswith("moto.stepfunctions.parser") and getattr(module, "boto_client_for", None) is original:
            module.boto_client_for = ours  # type: ignore[attr-defined]


def client_factory(endpoint_url: str) -> ClientFor:
    """Return a function with the signature of moto's that keeps its clients."""

    @functools.cache
    def make(region: str, service: str, validated: bool, role: str) -> Any:
        config = Config(
            retries={"max_attempts": 0, "total_max_attempts": 1},
            s3={"addressing_style": "path"},
            connect_timeout=10,
            read_timeout=3600,
            max_pool_connections=200,
            parameter_validation=validated,
            proxies={},
        )
        return made(service, region, endpoint_url, access_key(role), config)

    def client_for(region: str, service: str, state_credentials: Any = None, validated: bool = False) -> Any:
        with _LOCK:
            return make(region, service, validated, getattr(state_credentials, "role_arn", None) or "")

    return client_for
