"""Seam: bucket policies are kept and shown, and refuse nothing.

moto evaluates them without their conditions, so that "deny what is not TLS", which every bucket of ours says,
denies everything. The embedded AWS checks no permission at all, neither of roles nor of buckets:
also not whether a target of access logs lets the logging service in, which S3 looks at when it delivers.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign"

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket


def install() -> None:
    """Let each bucket answer as one without a policy does."""

    def get_permission(self: Any, action: str, resource: str) -> PermissionResult:
        return PermissionResult.NEUTRAL

    for name in ("get_permission", "_log_permissions_enabled_policy"):
        assert hasattr(FakeBucket, name)  # noqa: S101  a seam that patches nothing must not go unnoticed
    FakeBucket.get_permission = get_permission
    FakeBucket._log_permissions_enabled_policy = staticmethod(lambda *_, **__: True)
