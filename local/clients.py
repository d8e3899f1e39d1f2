"""boto3 clients that call the embedded AWS itself, for modules that need S3, Logs or ECR as a user would."""

import threading
from functools import cache
from typing import Any, cast

import boto3
from botocore.config import Config

from local.access.credentials import access_key
from local.settings import REGION, Settings

_CONFIG = Config(
    retries={"mode": "standard", "max_attempts": 5},
    s3={"addressing_style": "path"},
    max_pool_connections=50,
    proxies={},  # a proxy of the host's must not see calls to localhost
)
_LOCK = threading.Lock()  # a session may make one client at a time


@cache
def client(service: str, settings: Settings, role: str = "") -> Any:
    """Return the client of `service` for the embedded AWS described by `settings`; `role` is the ARN of who calls.

    One for all threads: clients may be shared, and each takes tens of milliseconds to make.
    """
    return made(service, REGION, settings.endpoint_url, access_key(role), _CONFIG)


def made(service: str, region: str, url: str, key: str, config: Config) -> Any:
    """Make a client in the one session of this process: a session of its own reads all that boto3 knows anew."""
    with _LOCK:
        return _session().client(
            cast(Any, service),
            region_name=region,
            endpoint_url=url,
            aws_access_key_id=key,
            aws_secret_access_key="test",  # noqa: S106  the embedded AWS checks no secret
            config=config,
        )


@cache
def _session() -> boto3.session.Session:
    return boto3.session.Session(region_name=REGION)
