"""Results of a Distributed Map: as the state's output, or as files in S3 with a manifest.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

import json
from typing import Any

from local.seams.map_runs import MapRun
from local.seams.redrive_status import description
from local.seams.task_values import iso

_FILES = {
    "SUCCEEDED": "SUCCEEDED", "FAILED": "FAILED", "TIMED_OUT": "FAILED", "ABORTED": "FAILED", "PENDING": "PENDING",
}  # fmt: skip


def results(run: MapRun, transformation: str) -> list[Any]:
    """Return the results of all children that have begun, in the order of their items."""
    return _transformed([(index, child) for index, child in sorted(run.children.items())], transformation)


def _transformed(children: list[tuple[int, Any]], transformation: str) -> list[Any]:
    found: list[Any] = []
    for _, child in children:
        if transformation == "NONE" or str(child.status) != "SUCCEEDED":
            found.append(record(child))
        elif transformation == "FLATTEN" and isinstance(child.output, list):
            found += child.output
        else:
            found.append(child.output)
    return found


def record(child: Any) -> dict[str, Any]:
    """Return what AWS tells of a child execution: its description, in PascalCase, input and output as texts."""
    redrives = description(child)
    shown = {
        "ExecutionArn": child.exec_arn,
        "Input": json.dumps(child.input_data, separators=(",", ":")),
        "InputDetails": {"Included": True},
        "Name": child.name,
        "Output": json.dumps(child.output, separators=(",", ":")) if str(child.status) == "SUCCEEDED" else None,
        "OutputDetails": {"Included": True} if str(child.status) == "SUCCEEDED" else None,
        "Error": child.error,
        "Cause": child.cause,
        "RedriveCount": child.redrive_count,
        "RedriveStatus": redrives["redriveStatus"],
        "RedriveStatusReason": redrives.get("redriveStatusReason"),
        "StartDate": iso(child.start_date),
        "StateMachineArn": child.state_machine.arn,
        "Status": str(child.status),
        "StopDate": iso(child.stop_date) if child.stop_date else None,
    }
    return {key: value for key, value in shown.items() if value is not None}


def write(client: Any, run: MapRun, bucket: str, prefix: str, config: dict[str, Any]) -> dict[str, Any]:
    """Put the files and their manifest into S3; return what the state has as its result.

    The keys begin with the prefix and the run's own id.
    """
    base = f"{prefix.rstrip('/') + '/' if prefix else ''}{run.map_run_arn.rpartition(':')[2]}"
    files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
    for kind, content in _contents(run, config.get("Transformation", "NONE")).items():
        body, suffix = _form(content, config.get("OutputType", "JSON"))
        key = f"{base}/{kind}_0.{suffix}"
        client.put_object(Bucket=bucket, Key=key, Body=body)
        files[kind].append({"Key": key, "Size": len(body)})
    manifest = {"DestinationBucket": bucket, "MapRunArn": run.map_run_arn, "ResultFiles": files}
    client.put_object(Bucket=bucket, Key=f"{base}/manifest.json", Body=json.dumps(manifest).encode())
    run.results_written = True
    return {
        "MapRunArn": run.map_run_arn,
        "ResultWriterDetails": {"Bucket": bucket, "Key": f"{base}/manifest.json"},
    }


def _contents(run: MapRun, transformation: str) -> dict[str, list[Any]]:
    """Return the results by file; a child that has not begun has its input alone."""
    children: dict[str, list[tuple[int, Any]]] = {}
    pending = [{"Input": json.dumps(data, separators=(",", ":"))} for data in _pending(run)]
    for index, child in sorted(run.children.items()):
        children.setdefault(_FILES.get(str(child.status), "PENDING"), []).append((index, child))
    found = {kind: _transformed(of_kind, transformation) for kind, of_kind in children.items()}
    return {**found, "PENDING": [*found.get("PENDING", []), *pending]} if pending else found


def _pending(run: MapRun) -> list[Any]:
    return [run.inputs[index] for index in range(len(run.inputs)) if index not in run.children]


def _form(content: list[Any], kind: str) -> tuple[bytes, str]:
    if kind == "JSONL":
        return "".join(json.dumps(item) + "\n" for item in content).encode(), "jsonl"
    return json.dumps(content).encode(), "json"
