"""Seam: bucket policies are kept and shown, and refuse nothing.

moto evaluates them without their conditions, so that "deny what is not TLS", which every bucket of ours says,
denies everything. The embedded AWS checks no permission at all, neither of roles nor of buckets.
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

    assert hasattr(FakeBucket, "get_permission")  # noqa: S101  a seam that patches nothing must not go unnoticed
    FakeBucket.get_permission = get_permission
