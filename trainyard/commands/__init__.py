"""One module per command; here only their order in `--help`."""

import typer

from trainyard.commands import (
    data,
    destroy,
    doctor,
    logs,
    predict,
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
    app.command("schema", rich_help_panel=SEE)(schema.schema)
    app.add_typer(data.app, name="data", rich_help_panel=RUN)
    app.command("run", rich_help_panel=RUN)(run.run)
    app.command("watch", rich_help_panel=RUN)(watch.watch)
    app.command("stop", rich_help_panel=RUN)(stop.stop)
    app.command("logs", rich_help_panel=RUN)(logs.logs)
    app.command("report", rich_help_panel=SEE)(report.report)
    app.command("predict", rich_help_panel=USE)(predict.predict)
    app.command("retire", rich_help_panel=END)(retire.retire)
    app.command("destroy", rich_help_panel=END)(destroy.destroy)
