"""Seam: DescribeExecution and StopExecution tell what AWS tells.

moto gives an output that is a text without its quotes, no end of an execution that timed out, and drops the
error and the cause that StopExecution was given.
"""

# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign"

from typing import Any

from moto.core.responses import ActionResult
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.responses import StepFunctionResponse


def install() -> None:
    """Answer from the execution's own description."""
    describe = StepFunctionResponse.describe_execution
    stop = StepFunctionResponse.stop_execution

    def describe_execution(self: Any) -> ActionResult:
        execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
        if not isinstance(execution, Execution):  # of the backend that only records
            return describe(self)
        description = dict(execution.to_describe_output())
        description["status"] = execution.status
        description["input"] = execution.execution_input
        return ActionResult({key: value for key, value in description.items() if value is not None})

    def stop_execution(self: Any) -> ActionResult:
        answer = stop(self)
        execution = self.stepfunction_backend.describe_execution(self._get_param("executionArn"))
        execution.error = self._get_param("error")
        execution.cause = self._get_param("cause")
        return answer

    StepFunctionResponse.describe_execution = describe_execution
    StepFunctionResponse.stop_execution = stop_execution
