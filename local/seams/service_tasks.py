"""Seam: the tasks of Step Functions that moto lacks (`sagemaker`) or answers unlike AWS (`aws-sdk`).

moto's factory knows no `sagemaker`; its `aws-sdk` task sends parameters as they stand, so that names in
Step Functions' PascalCase, texts for binary members and bodies in answers do not work.
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="attr-defined, no-untyped-call"

from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_factory
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_factory,
)

from local.seams.aws_sdk_task import AwsSdkTask
from local.seams.sagemaker_task import SageMakerTask


def install() -> None:
    """Answer for two services, and let moto's factory answer for the others."""
    original = state_task_service_factory.state_task_service_for

    def service_for(service_name: str) -> Any:
        if service_name == "aws-sdk":
            return AwsSdkTask()
        if service_name == "sagemaker":
            return SageMakerTask()
        return original(service_name=service_name)

    state_task_factory.state_task_service_for = service_for
