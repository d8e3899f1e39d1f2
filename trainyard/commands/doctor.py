"""`trainyard doctor`: what is missing, and the command that mends it."""

from dataclasses import asdict

import typer
from rich.markup import escape

from trainyard import checks
from trainyard.checks.finding import Finding
from trainyard.context import Context
from trainyard.options import Json, begin

MARKS = {"ok": "[green]ok  [/]", "warn": "[yellow]warn[/]", "fail": "[red]fail[/]"}


def doctor(ctx: typer.Context, json: Json = False) -> None:
    """Check programs, credentials, region, bootstrap, images and quotas; exit code 1 if one must be mended.

    Example: trainyard doctor
    """
    context = begin(ctx, json)
    findings: list[Finding] = []
    for check in checks.ALL:
        for finding in check(context):
            findings.append(finding)
            show(context, finding)
    failed = sum(finding.level == "fail" for finding in findings)
    if context.machine:
        context.emit({"stage": context.stage, "ok": not failed, "findings": [asdict(item) for item in findings]})
    else:
        context.say(f"\n[red]{failed} to mend[/]" if failed else "\n[green]ready[/]")
    if failed:
        raise typer.Exit(1)


def show(context: Context, finding: Finding) -> None:
    """One line, and the mending under it."""
    context.say(f"{MARKS[finding.level]}  [bold]{escape(finding.about)}[/]  {escape(finding.said)}")
    if finding.fix:
        context.say(f"      mend  {escape(finding.fix)}")
