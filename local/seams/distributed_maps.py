"""Seam: a Distributed Map runs its items as child executions, with all its fields.

moto runs them as if they were inline, tolerates every failure, writes an empty manifest, and knows neither
batches nor JSON Lines. Here children are executions that see nothing of their parent but their input; at most 64
run at once, whatever MaxConcurrency allows; StopExecution stops them; a redrive runs those that failed.
https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, attr-defined, no-untyped-call, no-untyped-def, typeddict-item"

import datetime
import uuid
from typing import Any

from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEventException
from moto.stepfunctions.parser.asl.component.state.exec.state_map.state_map import StateMap
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails

from local.seams import map_items, result_writers
from local.seams.definitions import Distributed
from local.seams.failures import failure
from local.seams.item_readers import ReaderError, items_of
from local.seams.map_children import Children
from local.seams.map_runs import MapRun
from local.seams.resumption import progress_of


def install() -> None:
    """Take over the map states that `definitions` has marked."""
    original = StateMap._eval_execution

    def eval_execution(self: Any, env: Any) -> None:
        fields = getattr(self, "distributed", None)
        if fields is None:
            original(self, env)
        else:
            DistributedMap(self, fields, env).evaluate()

    StateMap._eval_execution = eval_execution


class DistributedMap:
    """One attempt at one map state; `env` has the state's input on top of its stack."""

    def __init__(self, state: Any, fields: Distributed, env: Any) -> None:
        self._state, self._fields, self._env = state, fields, env
        self._program = state.iteration_component._get_iteration_program()

    def evaluate(self) -> None:
        """Run or redrive the map run and leave the state's result on the stack."""
        progress = progress_of(self._env)
        progress.start_lines()
        run = self._env.map_run_record_pool_manager.get(progress.map_run) if progress.map_run else None
        items = None if run else self._given_items()
        if run is None:
            run = self._new_run()
            progress.map_run = run.map_run_arn
            self._tell(HistoryEventType.MapRunStarted, mapRunStartedEventDetails={"mapRunArn": run.map_run_arn})
        else:
            self._revive(run)
        try:
            if not run.inputs:
                run.inputs, run.sizes = self._inputs(items)
            Children(self._env, run, self._program, express=self._fields.express).run()
            self._finish(run)
        except FailureEventException as error:
            self._fail(run, error)
            raise

    def _given_items(self) -> list[Any] | None:
        """Return the items of the state's input, None where an ItemReader has them; tell that the state began."""
        items = None if self._fields.reader is not None else self._items_of_input()
        length = {"length": len(items or [])}
        self._tell(HistoryEventType.MapStateStarted, mapStateStartedEventDetails=length)
        return items

    def _items_of_input(self) -> list[Any]:
        source = self._state.items_path or self._state.items
        value = self._evaluated(source) if source else self._env.stack[-1]
        try:
            return items_of(value)
        except ReaderError as error:
            kind = "States.QueryEvaluationError" if self._fields.language == "JSONata" else "States.Runtime"
            raise failure(self._env, kind, f"Map state input must be an array or an object: {error}") from error

    def _evaluated(self, component: Any) -> Any:
        component.eval(self._env)
        return self._env.stack.pop()

    def _new_run(self) -> MapRun:
        execution = self._env.states.context_object.context_object_data["Execution"]
        machine = self._env.states.context_object.context_object_data["StateMachine"]["Id"]
        label = self._state.label.label if self._state.label else str(uuid.uuid4())
        run = MapRun(
            map_run_arn=f"{machine.replace(':stateMachine:', ':mapRun:')}/{label}:{uuid.uuid4()}",
            machine_arn=f"{machine}/{label}",
            execution_arn=execution["Id"],
            max_concurrency=self._evaluated(self._state.max_concurrency_decl),
            tolerated_failure_count=self._evaluated(self._state.tolerated_failure_count_decl),
            tolerated_failure_percentage=self._evaluated(self._state.tolerated_failure_percentage_decl),
            start_date=datetime.datetime.now(tz=datetime.UTC),
        )
        self._env.map_run_record_pool_manager.add(run)
        return run

    def _revive(self, run: MapRun) -> None:
        run.status, run.stop_date = "RUNNING", None
        run.redrive_count += 1
        run.redrive_date = datetime.datetime.now(tz=datetime.UTC)
        details = {"mapRunArn": run.map_run_arn, "redriveCount": run.redrive_count}
        self._tell(HistoryEventType.MapRunRedriven, mapRunRedrivenEventDetails=details)

    def _inputs(self, items: list[Any] | None) -> tuple[list[Any], list[int]]:
        found = map_items.read_items(self._env, self._fields) if items is None else items
        selected = map_items.select(self._env, self._state.item_selector or self._state.parameters, found)
        return map_items.batch(self._env, self._fields, selected)

    def _finish(self, run: MapRun) -> None:
        if not self._env.is_running():
            run.end("ABORTED")
            self._tell(HistoryEventType.MapRunAborted)
            self._env.stack.append([])
            return
        result = self._result(run)
        if run.fails():
            cause = "The specified tolerated failure threshold was exceeded"
            raise failure(self._env, "States.ExceedToleratedFailureThreshold", cause)
        run.end("SUCCEEDED")
        self._env.stack.append(result)
        self._tell(HistoryEventType.MapRunSucceeded)
        self._tell(HistoryEventType.MapStateSucceeded)

    def _result(self, run: MapRun) -> Any:
        writer = self._fields.writer or {}
        config = writer.get("WriterConfig", {})
        if "Resource" not in writer:
            return result_writers.results(run, config.get("Transformation", "NONE" if config else "COMPACT"))
        place = writer.get("Arguments" if self._fields.language == "JSONata" else "Parameters", {})
        client = map_items.client_of(self._env, "s3")
        try:
            filled = map_items.fill_in(self._env, self._fields.language, place)
            return result_writers.write(client, run, filled["Bucket"], filled.get("Prefix") or "", config)
        except (client.exceptions.ClientError, KeyError) as error:
            raise failure(self._env, "States.ResultWriterFailed", str(error)) from error

    def _fail(self, run: MapRun, error: FailureEventException) -> None:
        run.end("FAILED")
        name, cause = error.extract_error_cause_pair() or (None, None)
        self._tell(HistoryEventType.MapRunFailed, mapRunFailedEventDetails={"error": name, "cause": cause})

    def _tell(self, kind: Any, **details: Any) -> None:
        more = EventDetails(**details) if details else None
        self._env.event_manager.add_event(context=self._env.event_history_context, event_type=kind, event_details=more)
