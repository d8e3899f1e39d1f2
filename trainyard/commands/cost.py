"""`trainyard cost`: what a run and a month of the endpoint cost, by list prices."""

from pathlib import Path
from typing import Annotated, Any

import typer

from spec.workload import Workload as Spec
from trainyard import catalogue, render
from trainyard.context import Context
from trainyard.cost import lines as made
from trainyard.cost.durations import measured
from trainyard.cost.lines import Line
from trainyard.cost.month import Use, month_lines, most_machines
from trainyard.cost.prices import Prices, load
from trainyard.cost.run import run_lines
from trainyard.options import Json, Workload, begin

Minutes = Annotated[
    float | None, typer.Option("--minutes", min=0.1, help="How long each job takes; else as in the latest run, or 10.")
]
Requests = Annotated[int, typer.Option("--requests-per-month", min=0, help="Calls of the API in a month.")]
Millis = Annotated[float, typer.Option("--milliseconds", min=1, help="How long the model takes for an answer.")]
Stored = Annotated[float, typer.Option("--storage-gb", min=0, help="Data and artifacts kept in S3.")]
Table = Annotated[Path | None, typer.Option("--prices", help="A price table of yours, in the form of ours.")]
ASSUMED_MINUTES = 10.0


def cost(
    ctx: typer.Context,
    workload: Workload,
    minutes: Minutes = None,
    requests_per_month: Requests = 100_000,
    milliseconds: Millis = 100.0,
    storage_gb: Stored = 1.0,
    prices: Table = None,
    json: Json = False,
) -> None:
    """Estimate a run and a month of the endpoint. Without a deployment, from the file alone.

    Example: trainyard cost boston --requests-per-month 1000000
    """
    context = begin(ctx, json)
    spec, table = catalogue.one_of(context, workload), load(prices)
    took, steps = ({}, None) if minutes else measured(context, workload)
    hours = (minutes or ASSUMED_MINUTES) / 60
    run = run_lines(spec, table, took, steps, hours)
    month = month_lines(spec, table, Use(requests_per_month, milliseconds / 1000, storage_gb))
    notes = _notes(spec, run + month, measured_run=bool(took), minutes=minutes or ASSUMED_MINUTES)
    if context.machine:
        context.emit(_report(spec.name, table, run, month, notes))
    else:
        _show(context, table, run, month, notes)


def _notes(spec: Spec, lines: list[Line], *, measured_run: bool, minutes: float) -> list[str]:
    notes = [f"no price known for {name}: add it to a table for --prices" for name in made.unpriced(lines)]
    if measured_run:
        notes.append("jobs take as long as in the latest run that succeeded")
    else:
        notes.append(f"each job is taken to run {minutes:g} minutes; --minutes says otherwise")
    if any(candidate.spot for candidate in spec.candidates.values()):
        notes.append("spot is priced as on-demand, the most it can cost")
    if most := most_machines(spec):
        notes.append(f"each variant may grow to {most} machines")
    return notes


def _report(name: str, table: Prices, run: list[Line], month: list[Line], notes: list[str]) -> dict[str, Any]:
    def part(lines: list[Line]) -> dict[str, Any]:
        return {"total": made.total(lines), "lines": [line.as_json() for line in lines]}

    known = {"date": table.date.isoformat(), "region": table.region, "source": table.source}
    return {
        "workload": name,
        "currency": table.currency,
        "prices": known,
        "run": part(run),
        "month": part(month),
        "unpriced": made.unpriced(run + month),
        "notes": notes,
    }


def _show(context: Context, table: Prices, run: list[Line], month: list[Line], notes: list[str]) -> None:
    for title, lines in (("A run", run), ("A month of the endpoint", month)):
        rows = [[line.what, f"{line.quantity:,.4g}", line.unit, _money(line.amount)] for line in lines]
        what = "total of what is known" if made.unpriced(lines) else "total"
        rows.append([what, "", "", _money(made.total(lines))])
        context.out.print(render.table(["what", "quantity", "unit", table.currency], rows, title=title))
    context.say(f"List prices of {table.region}, {table.date}: {table.source}")
    for note in notes:
        context.say(f"- {note}")


def _money(amount: float | None) -> str:
    return "?" if amount is None else f"{amount:,.2f}" if amount >= 0.01 or amount == 0 else "< 0.01"
