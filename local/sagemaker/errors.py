"""SageMaker's errors: code, message and HTTP status as a client sees them."""

from typing import Any


class AwsError(Exception):
    """An answer other than success."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status
        self.members = members


def validation(message: str) -> AwsError:
    """Return what most refusals are."""
    return AwsError("ValidationException", message)


def in_use(message: str) -> AwsError:
    """Return the error of a name that is taken."""
    return AwsError("ResourceInUse", message)
