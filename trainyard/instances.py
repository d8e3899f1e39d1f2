"""The records to predict: from a file, the command line, or the live model's own example."""

import json
from pathlib import Path
from typing import Any

from trainyard import run_input, stacks
from trainyard.api_client import Body
from trainyard.context import Context
from trainyard.errors import BadInput, NotFound

CSV, JSON = "text/csv", "application/json"


def choose(context: Context, workload: str, file: Path | None, text: str | None, example: bool) -> Body:
    """Exactly one of the three."""
    if [file is not None, text is not None, example].count(True) != 1:
        raise BadInput("what to predict?", fix="give exactly one of --file F, --json TEXT, --example")
    if file is not None:
        return from_file(file)
    return from_json(text, "--json") if text is not None else of_example(context, workload)


def from_file(path: Path) -> Body:
    """CSV with a header line as it is, or JSON."""
    text = run_input.read_file(path)
    if path.suffix.lower() == ".csv":
        return Body(text.encode(), CSV)
    if path.suffix.lower() == ".json":
        return from_json(text, str(path))
    raise BadInput(f"{path} is neither .csv nor .json")


def from_json(text: str, source: str) -> Body:
    """One record, a list of records, or {"instances": [...]}."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise BadInput(f"{source} is not JSON: {error}") from error
    if not isinstance(given, dict | list):
        raise BadInput(f'{source} must be a record, a list of records, or {{"instances": [...]}}')
    return as_body(given)


def as_body(given: Any) -> Body:
    """The API's envelope around the records."""
    if not (isinstance(given, dict) and "instances" in given):
        given = {"instances": given if isinstance(given, list) else [given]}
    return Body(json.dumps(given, ensure_ascii=False).encode(), JSON)


def of_example(context: Context, workload: str) -> Body:
    """The real row that features.json carries."""
    live = stacks.require_live(context.client("ssm"), context.stage, workload)
    bucket = stacks.bucket(context.client("cloudformation"), context.stage)
    features = stacks.read_json(context.client("s3"), bucket, live.features)
    if not features or "example" not in features:
        raise NotFound(f"s3://{bucket}/{live.features} is missing", fix=f"trainyard run {workload}")
    return as_body(features["example"])
