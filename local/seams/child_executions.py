"""The child executions of a Distributed Map: executions of their own, in threads of the map run."""
# moto's classes are not typed
# mypy: disable-error-code="misc, no-untyped-call, arg-type, no-untyped-def, attr-defined"

import datetime
import json
import uuid
from dataclasses import dataclass, replace
from typing import Any

from moto.stepfunctions.parser.api import StateMachineType
from moto.stepfunctions.parser.asl.eval.evaluation_details import EvaluationDetails
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from local.seams.map_runs import MapRun


@dataclass(frozen=True)
class ChildMachine:
    """What stands for a state machine in a child: the map state of its parent."""

    arn: str
    name: str
    definition: str = "{}"
    sm_type: StateMachineType = StateMachineType.STANDARD


class ChildWorker(ExecutionWorker):
    """Evaluates a program that has been parsed already, in the thread that starts it."""

    def __init__(self, program: Any, **more: Any) -> None:
        super().__init__(**more)
        self._program = program

    def _get_evaluation_entrypoint(self) -> Any:
        return self._program

    def start(self) -> None:
        """Run to the end."""
        self._execution_logic()


class Child(Execution):
    """One child; `program` is that of the map state's item processor."""

    program: Any = None

    def _get_start_execution_worker(self) -> ChildWorker:
        return ChildWorker(
            self.program,
            evaluation_details=EvaluationDetails(
                aws_execution_details=self._get_start_aws_execution_details(),
                execution_details=self.get_start_execution_details(),
                state_machine_details=self.get_start_state_machine_details(),
            ),
            exec_comm=self._get_start_execution_worker_comm(),
            cloud_watch_logging_session=self._cloud_watch_logging_session,
            activity_store=self._activity_store,
        )


def new_child(env: Any, run: MapRun, program: Any, index: int) -> Child:
    """Return a child that has not been started, named as Step Functions names them: by a UUID."""
    details = env.aws_execution_details
    machine = ChildMachine(arn=run.machine_arn, name=run.machine_arn.split(":")[6])
    name = str(uuid.uuid4())
    child = Child(
        name=name,
        sm_type=StateMachineType.STANDARD,
        role_arn=details.role_arn,
        exec_arn=f"{run.machine_arn.replace(':stateMachine:', ':execution:')}:{name}",
        account_id=details.account,
        region_name=details.region,
        state_machine=machine,
        start_date=datetime.datetime.now(tz=datetime.UTC),
        cloud_watch_logging_session=None,  # given below: its ARN is known then
        activity_store=env.activity_store,
        input_data=json.dumps(run.inputs[index]),
    )
    if env.cloud_watch_logging_session is not None:
        child._cloud_watch_logging_session = replace(env.cloud_watch_logging_session, execution_arn=child.exec_arn)
    child.map_run_arn, child.item_count, child.program = run.map_run_arn, run.sizes[index], program
    return child
