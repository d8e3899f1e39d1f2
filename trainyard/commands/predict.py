"""`trainyard predict`: one call of the public API."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from trainyard import api_client, forecasts, instances, render
from trainyard.context import Context
from trainyard.options import Output, Workload, begin


def predict(
    ctx: typer.Context,
    workload: Workload,
    file: Annotated[Path | None, typer.Option("--file", "-f", help="CSV with a header line, or JSON.")] = None,
    text: Annotated[
        str | None, typer.Option("--json", metavar="TEXT", help="Input: a record, or a list of records.")
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="The example that the live model came with.")] = False,
    variant: Annotated[str | None, typer.Option(help="Ask this variant; else the weights decide.")] = None,
    session: Annotated[str | None, typer.Option(help="Keeps one user on one variant.")] = None,
    output: Annotated[Output, typer.Option("--output", "-o", help="For people, or the API's JSON.")] = Output.text,
) -> None:
    """Call the public API with its key; exit code 1 if the API refuses, naming each bad field.

    Here --json is the input; the machines' answer is -o json.

    Examples:
      trainyard predict iris-sklearn --example

      trainyard predict iris-sklearn -f flowers.csv -o json

      trainyard predict iris-sklearn --variant forest --json '{...}'
    """
    context = begin(ctx, output is Output.json)
    body = instances.choose(context, workload, file, text, example)
    headers = {"x-variant": variant, "x-session-id": session}
    path = f"/v1/workloads/{workload}/predictions"
    sent = {name: value for name, value in headers.items() if value}
    answer = api_client.post(api_client.find(context), path, body, sent)
    if context.machine:
        context.emit(answer)
    else:
        show(context, answer)


def show(context: Context, answer: dict[str, Any]) -> None:
    """The predictions as a table, and who made them."""
    predictions = answer.get("predictions", [])
    context.out.print(forecasts.table(predictions) if forecasts.are(predictions) else _table(predictions))
    facts = [(name, answer[name]) for name in ("variant", "model", "inference_id") if answer.get(name)]
    for name, value in facts:
        context.out.print(Text.assemble((f"{name.replace('_', ' '):<13}", "dim"), str(value)), soft_wrap=True)


def _table(predictions: Sequence[Any]) -> Table:
    rows = [_cells(number, item) for number, item in enumerate(predictions, 1)]
    probable = any(len(row) > 2 for row in rows)
    return render.table(["row", "prediction", *(["probabilities"] if probable else [])], rows)


def _cells(number: int, item: Any) -> list[Any]:
    if not isinstance(item, dict):
        return [number, Text(render.number(item), style="bold")]
    label = Text(str(item.get("label", item)), style="bold")
    likely = sorted(item.get("probabilities", {}).items(), key=lambda pair: -pair[1])
    return [number, label, "  ".join(f"{name} {value:.3f}" for name, value in likely)] if likely else [number, label]
