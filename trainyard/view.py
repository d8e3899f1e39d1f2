"""What a run looks like while it goes: a table that moves on a terminal, one line per event elsewhere."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from trainyard import render
from trainyard.executions import Execution
from trainyard.history import History, Step, details
from trainyard.outcome import Outcome

MARKS = {"succeeded": "[green]✔[/]", "failed": "[red]✘[/]", "aborted": "[red]■[/]", "caught": "[yellow]![/]"}
WORDS = {"caught": "failed, handled", "aborted": "stopped"}


def live_table(history: History, execution: Execution, started: datetime, now: datetime) -> RenderableType:
    """The run as it stands: one row per state, a candidate's states under its name."""
    made = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    made.add_column(width=1)
    made.add_column(no_wrap=True)
    made.add_column(justify="right", no_wrap=True)
    made.add_column(style="dim")
    for visits in rows(history):
        _row(made, visits, now)
    title = Text.assemble(("▶ ", "bold cyan"), (execution.workload or "run", "bold"), f"  {execution.name}  ")
    return Group(Text.assemble(title, (render.duration(now - started), "cyan")), made)


Place = tuple[str | None, str | None, str]


def rows(history: History) -> list[list[Step]]:
    """Visits by state: what stands in a Map comes below it, each candidate's states together."""
    grouped: dict[Place, list[Step]] = {}
    for step in history.steps:
        if not step.quiet:
            place = (step.inside.state if step.inside else None, step.candidate, step.state)
            grouped.setdefault(place, []).append(step)
    return list(_inside(None, grouped))


def _inside(outer: str | None, grouped: dict[Place, list[Step]]) -> Iterator[list[Step]]:
    here = [place for place in grouped if place[0] == outer]
    candidates = list(dict.fromkeys(candidate for _, candidate, _ in here))
    for place in sorted(here, key=lambda place: candidates.index(place[1])):
        yield grouped[place]
        yield from _inside(place[2], grouped)


def _row(made: Table, visits: list[Step], now: datetime) -> None:
    step = visits[-1]
    mark: RenderableType = MARKS.get(step.status) or Spinner("dots", style="cyan")
    name = f"  {step.candidate} · {step.state}" if step.candidate else step.state
    again = f" x{len(visits)}" if len(visits) > 1 else ""
    made.add_row(mark, escape(name + again), render.duration((step.left or now) - visits[0].entered), _note(step))


def _note(step: Step) -> Text:
    """Cut, not folded, where the terminal is narrow: a row stays a line."""
    tries = f" (try {step.tries})" if step.tries > 1 and step.job else ""
    if step.error:
        said = " ".join(render.explain(None, step.cause)) or step.error
    else:
        said = f"{step.job.kind} {step.job.status}  {step.job.name}" if step.job else ""
    return Text(said + tries, no_wrap=True, overflow="ellipsis")


def line(event: dict[str, Any], step: Step | None, history: History, started: datetime) -> str | None:
    """One event as one line, or None where it says nothing new to a person."""
    if step is None or step.quiet:
        return None
    said = _words(event, step, first=_first_visit(step, history) is step)
    if said is None:
        return None
    name = f"{step.candidate} · {step.state}" if step.candidate else step.state
    return f"{render.duration(event['timestamp'] - started):>7}  {name:<24} {said}"


def _first_visit(step: Step, history: History) -> Step:
    """States that poll come again and again: told once."""
    place = (step.candidate, step.state)
    return next(other for other in history.steps if (other.candidate, other.state) == place)


def _words(event: dict[str, Any], step: Step, *, first: bool) -> str | None:
    kind, said = event["type"], details(event)
    if kind.endswith("StateEntered"):
        return "started" if first else None
    if kind.endswith("StateExited"):
        took = render.duration(event["timestamp"] - step.entered)
        return f"{WORDS.get(step.status, 'done')} in {took}" if first else None
    if kind == "TaskSubmitted" and step.job:
        return f"{step.job.kind} job {step.job.name}"
    if kind.endswith(("Failed", "TimedOut", "Aborted")) and not kind.startswith("MapIteration"):
        return " ".join(["failed:", *render.explain(said.get("error"), said.get("cause"))])
    return None


def outcome_view(outcome: Outcome) -> list[RenderableType]:
    """The end of a run for people."""
    took = f" in {render.duration(outcome.stopped - outcome.started)}" if outcome.stopped else ""
    head = Text.assemble(outcome.workload or "run", " ", outcome.execution, " ", render.coloured(outcome.status), took)
    parts: list[RenderableType] = [head]
    if outcome.candidates:
        parts.append(_candidates(outcome))
    if outcome.endpoint:
        parts.append(Text.assemble("Endpoint ", (outcome.endpoint, "bold"), " serves it"))
    if not outcome.ok and (outcome.error or outcome.cause):
        parts.append(Text("\n  ".join([outcome.error or "Failed", *outcome.cause]), style="red"))
    return parts


def _candidates(outcome: Outcome) -> Table:
    metrics = list(dict.fromkeys(name for item in outcome.candidates for name in item.metrics))
    made = render.table(["candidate", *metrics, "gate"], [])
    verdicts = {True: "[green]passed[/]", False: "[red]below the gate[/]", None: "[dim]-[/]"}
    for item in outcome.candidates:
        verdict = f"[red]{escape(item.reason)}[/]" if item.reason else verdicts[item.passed]
        made.add_row(item.name, *(render.number(item.metrics.get(name, "-")) for name in metrics), verdict)
    if outcome.gate:
        bounds = [
            f"{word} {outcome.gate[key]}"
            for key, word in (("min", "at least"), ("max", "at most"))
            if key in outcome.gate
        ]
        made.caption_justify = "left"
        made.caption = f"gate: {outcome.gate.get('metric')} {' and '.join(bounds)}"
    return made
