"""A redrive goes on as Step Functions does: in the failed state, with its variables, in a Map by item."""

from typing import Any

import pytest

from tests.stacks.workflow.interpreter import Execution, TaskError

pytestmark = pytest.mark.unit
CALL = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject", "TimeoutSeconds": 1}


def flow(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def failing_once(at: Any, heard: list[Any]) -> Any:
    failures = iter([True])

    def service(state: str, resource: str, arguments: Any) -> Any:
        heard.append(arguments)
        if arguments == at and next(failures, False):
            raise TaskError("Broken")
        return arguments

    return service


def test_a_redrive_enters_the_failed_state_with_its_variables_and_counts() -> None:
    heard: list[Any] = []
    definition = flow(
        First={"Type": "Pass", "Assign": {"x": 1}, "Next": "Second"},
        Second=CALL | {"Arguments": "{% $x %}", "Next": "Third"},
        Third={"Type": "Pass", "Output": "{% [$x, $states.context.Execution.RedriveCount] %}", "End": True},
    )
    execution = Execution(definition, failing_once(1, heard))
    with pytest.raises(TaskError):
        execution.run()
    assert execution.redrive() == [1, 1]
    assert execution.visited == ["First", "Second", "Second", "Third"]


def test_a_redrive_of_a_map_repeats_the_items_that_had_not_succeeded() -> None:
    heard: list[Any] = []
    item = flow(Call=CALL | {"Arguments": "{% $states.input %}", "End": True})
    definition = flow(Each={"Type": "Map", "Items": [1, 2, 3], "ItemProcessor": item, "End": True})
    execution = Execution(definition, failing_once(2, heard))
    with pytest.raises(TaskError):
        execution.run()
    assert execution.redrive() == [1, 2, 3]
    assert heard == [1, 2, 2, 3]


def test_a_map_that_is_entered_again_begins_anew() -> None:
    heard: list[Any] = []
    item = flow(Call=CALL | {"Arguments": "{% $states.input %}", "End": True})
    again = {"Type": "Choice", "Choices": [{"Condition": "{% $round < 2 %}", "Next": "Each"}], "Default": "End"}
    each = {"Type": "Map", "Items": [1, 2], "ItemProcessor": item, "Assign": {"round": "{% $round + 1 %}"}}
    definition = flow(
        Start={"Type": "Pass", "Assign": {"round": 0}, "Next": "Each"},
        Each=each | {"Next": "Again?"},
        **{"Again?": again, "End": {"Type": "Succeed"}},
    )
    Execution(definition, failing_once(None, heard)).run()
    assert heard == [1, 2, 1, 2]
