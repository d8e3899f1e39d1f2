"""The workload's own values for its batches, and where their input may lie."""

from collections.abc import Mapping
from typing import Any

from spec.workload import Workload


def settings(*, workload: Workload, tags: Mapping[str, str]) -> dict[str, Any]:
    """All of a workload that its batches need; `input` is empty where only a caller can say it."""
    batch = workload.batch
    return {
        "workload": workload.name,
        "tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "batch": {
            "input": scheduled_input(workload),
            "variants": batch.variants if isinstance(batch.variants, str) else list(batch.variants),
            "on_bad_rows": batch.on_bad_rows,
            "machines": {"InstanceType": batch.type, "InstanceCount": batch.count},
            "timeout": batch.max_runtime_seconds,
        },
    }


def scheduled_input(workload: Workload) -> str:
    """Where a batch by the clock finds its files; empty without one."""
    if workload.schedule is None or workload.schedule.batch is None:
        return ""
    place = workload.schedule.batch.input
    return place if place.startswith("s3://") else f"{own_place(workload)}{place}"


def own_place(workload: Workload) -> str:
    """The workload's part of the deployment's bucket."""
    return f"s3://${{Bucket}}/{workload.name}/"


def places(workload: Workload) -> list[str]:
    """What an input may begin with: the jobs can read nothing else."""
    return list(dict.fromkeys([own_place(workload), *foreign(workload)]))


def foreign(workload: Workload) -> list[str]:
    """Places in other buckets."""
    named = (workload.data.uri or "", scheduled_input(workload))
    return [place for place in named if place and not place.startswith(own_place(workload))]
