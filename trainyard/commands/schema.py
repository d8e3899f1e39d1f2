"""`trainyard schema`: the JSON schema of workload.yaml, for editors."""

import json

import typer

from spec.schema import json_schema


def schema() -> None:
    """Print the JSON schema of workload.yaml, for completion and checks in an editor.

    Example: trainyard schema > workload.schema.json
    """
    typer.echo(json.dumps(json_schema(), indent=2))
