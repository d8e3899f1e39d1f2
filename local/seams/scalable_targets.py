"""Seam: a scalable target that is not there has the error that AWS gives it, ObjectNotFoundException.

What removes a target that may be gone already waits for that name (API reference of DeregisterScalableTarget).
"""
# moto's method is replaced on purpose
# mypy: disable-error-code="method-assign"

from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.core.exceptions import JsonRESTError


def install() -> None:
    """Rename the error."""
    original = ApplicationAutoscalingBackend.deregister_scalable_target

    def deregister(self: Any, *given: Any, **named: Any) -> None:
        try:
            original(self, *given, **named)
        except AWSValidationException as error:
            raise JsonRESTError("ObjectNotFoundException", str(error.message)) from error

    ApplicationAutoscalingBackend.deregister_scalable_target = deregister
