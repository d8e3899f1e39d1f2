"""Seam: the interpreter notes how far each line of states has come, and can go on from there.

moto knows no redrive: a program always begins at its first state. Here each state notes its name, its input
and the variables when it is entered, and a program whose progress is to be resumed begins where it ended.
Branches of a Parallel state that have succeeded keep their outputs. Events that a task sends after it was
stopped or was too slow are dropped: moto would tell of its success.
https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""
# moto's names are replaced or reached on purpose
# mypy: disable-error-code="method-assign, assignment, attr-defined, no-untyped-call, no-untyped-def"

import datetime
import threading
from typing import Any

from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state import state as state_module
from moto.stepfunctions.parser.asl.component.state.fail.state_fail import StateFail
from moto.stepfunctions.parser.asl.component.state.state import CommonStateField
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_manager import EventManager
from moto.stepfunctions.parser.asl.eval.program_state import (
    ProgramEnded,
    ProgramStopped,
    ProgramTimedOut,
)

from local.seams.progress import Progress
from local.seams.task_values import iso

# How long a line that was stopped may take to notice: its states look several times a second.
GRACE_SECONDS = 5.0
_OF_A_RUNNING_TASK = frozenset({"TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"})


def install() -> None:
    """Note progress when states are entered, begin programs where they ended, drop late events."""
    Program.eval = _eval_program
    _note_states()
    _share_progress_with_frames()
    _keep_the_first_end()
    _drop_late_events()


def progress_of(env: Any) -> Progress:
    """Return the progress of the line that an environment belongs to."""
    if not hasattr(env, "progress"):
        env.progress = Progress()
    return env.progress  # type: ignore[no-any-return]


def _eval_program(self: Any, env: Any) -> None:
    env.next_state_name = _first_state(self, env)
    if self.timeout_seconds is None:
        EvalComponent.eval(self, env)
        return
    worker = threading.Thread(target=EvalComponent.eval, args=(self, env), daemon=True)
    worker.start()
    worker.join(self.timeout_seconds.timeout_seconds)
    if worker.is_alive():
        env.set_timed_out()
        worker.join(GRACE_SECONDS)


def _first_state(program: Any, env: Any) -> str:
    progress = progress_of(env)
    if not progress.resuming or not progress.state:
        progress.resuming = False
        return str(program.start_at.start_at_name)
    env.states.reset(progress.input)
    env.variable_store._inner_scope.update(progress.variables)
    return progress.state


def _note_states() -> None:
    original = CommonStateField._eval_body

    def eval_body(self: Any, env: Any) -> None:
        variables = dict(env.variable_store._inner_scope)
        continues = progress_of(env).enter(self.name, env.states.get_input(), variables)
        env.event_history_context.in_state = continues and not isinstance(self, StateFail)
        original(self, env)

    def state_data(EnteredTime: str, Name: str) -> dict[str, Any]:
        return {"EnteredTime": iso(datetime.datetime.fromisoformat(EnteredTime)), "Name": Name, "RetryCount": 0}

    CommonStateField._eval_body = eval_body
    state_module.StateData = state_data


def _share_progress_with_frames() -> None:
    original = Environment.as_inner_frame_of.__func__

    def as_inner_frame_of(cls: Any, env: Any, variable_store: Any, event_history_frame_cache: Any = None) -> Any:
        frame = original(cls, env, variable_store, event_history_frame_cache)
        own(frame, progress_of(env))
        return frame

    Environment.as_inner_frame_of = classmethod(as_inner_frame_of)


def own(env: Any, progress: Progress) -> None:
    """Give an environment its progress, and its events a way back to it."""
    env.progress = progress
    env.event_history_context.owner = env


def _keep_the_first_end() -> None:
    original = Environment.set_error

    def set_error(self: Any, error: Any) -> None:
        if not isinstance(self._program_state, ProgramStopped | ProgramTimedOut):
            original(self, error)

    Environment.set_error = set_error


def _drop_late_events() -> None:
    original = EventManager.add_event

    def add_event(self: Any, context: Any, event_type: Any, *rest: Any, **more: Any) -> Any:
        name = str(getattr(event_type, "value", event_type))
        if name.endswith("StateEntered") and getattr(context, "in_state", False):
            context.in_state = False
            return context.last_published_event_id
        if _is_late(context, name):
            return context.last_published_event_id
        return original(self, context, event_type, *rest, **more)

    EventManager.add_event = add_event


def _is_late(context: Any, name: str) -> bool:
    ended = getattr(getattr(context, "owner", None), "_program_state", None)
    if isinstance(ended, ProgramStopped | ProgramTimedOut):
        return not name.startswith("Execution") and not name.endswith("Aborted")
    return isinstance(ended, ProgramEnded) and name in _OF_A_RUNNING_TASK
