"""One module per command; here only their order in `--help`."""

import typer

from trainyard.commands import (
    ab,
    batch,
    cost,
    data,
    destroy,
    doctor,
    fan_out,
    keys,
    logs,
    models,
    predict,
    promote,
    report,
    retire,
    run,
    schema,
    status,
    stop,
    watch,
    workloads,
)

SEE, RUN, USE, END = "Look", "Train and deploy", "Use", "Remove"


def register(app: typer.Typer) -> None:
    """Adds every command."""
    app.command("workloads", rich_help_panel=SEE)(workloads.workloads)
    app.command("status", rich_help_panel=SEE)(status.status)
    app.command("doctor", rich_help_panel=SEE)(doctor.doctor)
    app.command("cost", rich_help_panel=SEE)(cost.cost)
    app.command("schema", rich_help_panel=SEE)(schema.schema)
    app.add_typer(data.app, name="data", rich_help_panel=RUN)
    app.command("run", rich_help_panel=RUN)(run.run)
    app.command("fan-out", rich_help_panel=RUN)(fan_out.fan_out)
    app.command("watch", rich_help_panel=RUN)(watch.watch)
    app.command("stop", rich_help_panel=RUN)(stop.stop)
    app.command("logs", rich_help_panel=RUN)(logs.logs)
    app.command("report", rich_help_panel=SEE)(report.report)
    app.command("models", rich_help_panel=SEE)(models.models)
    app.command("approve", rich_help_panel=RUN)(models.approve)
    app.command("reject", rich_help_panel=RUN)(models.reject)
    app.command("predict", rich_help_panel=USE)(predict.predict)
    app.command("batch", rich_help_panel=USE)(batch.batch)
    app.command("ab", rich_help_panel=USE)(ab.ab)
    app.command("promote", rich_help_panel=USE)(promote.promote)
    app.add_typer(keys.app, name="keys", rich_help_panel=USE)
    app.command("retire", rich_help_panel=END)(retire.retire)
    app.command("destroy", rich_help_panel=END)(destroy.destroy)
