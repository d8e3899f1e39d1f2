"""Follows a run on the terminal until it ends, and shows what came out of it."""

from typing import Any

from rich.live import Live

from trainyard import executions, outcome, view
from trainyard.context import Context
from trainyard.errors import TrainyardError
from trainyard.executions import Execution
from trainyard.history import History
from trainyard.log_tail import JobLogs

EVERY = 2.0


def announce(context: Context, execution: Execution, workload: str, **more: Any) -> None:
    """Tells what was started and is not waited for."""
    if context.machine:
        context.emit({"workload": workload, "execution": execution.name, "arn": execution.arn, **more})
    else:
        context.say(f"started {execution.name}\n  watch it  trainyard watch {execution.arn}")


def watch(context: Context, execution: Execution, *, logs: bool = False) -> None:
    """Shows the run live; raises when it failed; Ctrl-C leaves it going."""
    history = follow(context, execution, logs=logs)
    result = outcome.read(context, execution, history)
    if context.machine:
        context.emit(result.as_json())
    else:
        for part in view.outcome_view(result):
            context.out.print(part)
    if not result.ok:
        raise Unsuccessful(execution, result)


def follow(context: Context, execution: Execution, *, logs: bool = False) -> History:
    """Shows any execution until it ends, and returns what was seen."""
    history = History()
    try:
        _show(context, execution, history, JobLogs(context) if logs else None)
    except KeyboardInterrupt:
        _left_going(context, execution)
        raise
    return history


class Unsuccessful(TrainyardError):
    """The run ended, but not well; the outcome, printed before, tells why."""

    def __init__(self, execution: Execution, result: outcome.Outcome) -> None:
        jobs = f"trainyard logs {execution.workload} --execution {execution.name}" if execution.workload else None
        super().__init__(f"run {execution.name} {result.status.lower().replace('_', ' ')}", fix=jobs)


def _show(context: Context, execution: Execution, history: History, logs: JobLogs | None) -> None:
    if context.out.is_terminal and not context.machine:
        _show_live(context, execution, history, logs)
    else:
        _show_lines(context, execution, history, logs)


def _show_live(context: Context, execution: Execution, history: History, logs: JobLogs | None) -> None:
    with Live(console=context.out, refresh_per_second=8, vertical_overflow="visible") as live:
        for tick in executions.follow(context, execution, history, EVERY):
            for said in logs.fresh(history) if logs else ():
                live.console.print(said, style="dim", markup=False, soft_wrap=True)
            live.update(view.live_table(history, execution, tick.started, tick.now))


def _show_lines(context: Context, execution: Execution, history: History, logs: JobLogs | None) -> None:
    console = context.err if context.machine else context.out
    for tick in executions.follow(context, execution, history, EVERY):
        lines: list[Any] = [view.line(event, step, history, tick.started) for event, step in tick.fresh]
        for said in [*filter(None, lines), *(logs.fresh(history) if logs else ())]:
            console.print(said, markup=False, soft_wrap=True)


def _left_going(context: Context, execution: Execution) -> None:
    context.err.print(f"\n{execution.name} goes on.", soft_wrap=True)
    context.err.print(f"  watch it again  trainyard watch {execution.arn}", soft_wrap=True)
    context.err.print(f"  stop it         trainyard stop {execution.arn}", soft_wrap=True)
