"""What can go wrong between this function and a service of AWS."""

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """The service answered with an error: its code, its HTTP status, and the members of its document."""

    def __init__(self, code: str, status: int, members: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"{code} ({status})")
        self.code, self.status, self.members = code, status, members or {}


class Unreachable(Exception):
    """No connection, or none that could carry the call."""


class TimedOut(Exception):
    """The call was sent, and no answer came in time."""


class BrokenOff(Exception):
    """The answer began and did not end."""
