"""A batch's input on its way there and its result on the way back."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from trainyard import executions, render, stacks
from trainyard.context import Context
from trainyard.errors import BadInput, TrainyardError
from trainyard.executions import Execution

WORDS = ("live", "heaviest")
S3 = "s3://"


@dataclass(frozen=True)
class Result:
    """The end of a batch; `summary` is empty where it failed."""

    workload: str
    execution: Execution
    status: str
    started: Any
    stopped: Any
    predictions: str | None = None
    summary: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    cause: list[str] = field(default_factory=list)
    downloaded: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether there are predictions."""
        return self.status == "SUCCEEDED"

    def as_json(self) -> dict[str, Any]:
        """The shape in docs/cli.md."""
        own = {name: value for name, value in vars(self).items() if name != "execution"}
        return {"execution": self.execution.name, "arn": self.execution.arn, **own}


def read_input(inputs: list[str]) -> tuple[str | None, list[Path]]:
    """One place in S3, or local files, or neither: the input that the workload is scheduled for."""
    places = [given for given in inputs if given.startswith(S3)]
    if places and len(inputs) > 1:
        raise BadInput("one place in S3, or local files, not several", fix=f"trainyard batch WORKLOAD {places[0]}")
    return (places[0], []) if places else (None, [Path(given) for given in inputs])


def read_variants(text: str | None) -> str | list[str] | None:
    """`live`, `heaviest`, or names joined by commas."""
    if text is None or text in WORDS:
        return text
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise BadInput(f"--variants {text!r} cannot be used", fix=f"{', '.join(WORDS)}, or names: a,b")
    return names


def read_result(context: Context, execution: Execution, workload: str) -> Result:
    """What the execution answered, or why it has no answer."""
    said = executions.describe(context, execution)
    output = json.loads(said.get("output") or "{}")
    return Result(
        workload=workload, execution=execution, status=said["status"], started=said["startDate"],
        stopped=said.get("stopDate"), predictions=output.get("predictions"), summary=output.get("summary", {}),
        error=said.get("error"), cause=render.explain(None, said.get("cause")),
    )  # fmt: skip


def download(context: Context, result: Result, folder: Path) -> list[str]:
    """The predictions and what is told of them, below the folder; returns the files."""
    bucket = stacks.bucket(context.client("cloudformation"), context.stage)
    prefix, s3 = f"{result.workload}/batch/{result.execution.name}/", context.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [_fetch(s3, bucket, key, prefix, folder) for key in keys if not key.startswith(f"{prefix}work/")]


def _fetch(s3: Any, bucket: str, key: str, prefix: str, folder: Path) -> str:
    path = (folder / key.removeprefix(prefix)).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise TrainyardError(f"s3://{bucket}/{key} would be written outside of {folder}")
    path.parent.mkdir(parents=True, exist_ok=True)
    s3.download_file(bucket, key, str(path))
    return str(path)
