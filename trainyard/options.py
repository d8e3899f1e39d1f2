"""Options that several commands share, and how a command begins."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated, cast

import typer

from trainyard.context import Context


class Output(StrEnum):
    """Who reads the answer."""

    text = "text"
    json = "json"


Workload = Annotated[str, typer.Argument(metavar="WORKLOAD", help="Name of a workload, as in `trainyard workloads`.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, for machines.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def begin(ctx: typer.Context, machine: bool = False) -> Context:
    """The context of this command; errors after this follow its choice of output too."""
    root = ctx.find_root()
    context = cast(Context, root.obj)
    root.obj = replace(context, machine=context.machine or machine)
    return cast(Context, root.obj)
