"""boto3 clients that call the embedded AWS itself, for modules that need S3, Logs or ECR as a user would."""

from functools import cache
from typing import Any

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


@cache
def client(service: str, settings: Settings, role: str = "") -> Any:
    """Return the client of `service` for the embedded AWS described by `settings`; `role` is the ARN of who calls.

    One for all threads: clients may be shared, and each takes tens of milliseconds to make.
    """
    session: Any = boto3.session.Session(region_name=REGION)
    return session.client(
        service,
        endpoint_url=settings.endpoint_url,
        aws_access_key_id=access_key(role),
        aws_secret_access_key="test",  # noqa: S106  the embedded AWS checks no secret
        config=_CONFIG,
    )
