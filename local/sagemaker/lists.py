"""List operations: filters, order and pages, the same for every kind."""

import base64
from collections.abc import Callable
from typing import Any

from local.sagemaker.errors import validation
from local.sagemaker.store import Record, Table

_DEFAULT_PAGE = 100


def page(table: Table, request: Record, member: str) -> Record:
    """Return one page of `table` under `member`."""
    prefix = table.kind.prefix
    rows = [row for row in table.all() if _matches(row, request, prefix)]
    rows.sort(key=_sort_key(request.get("SortBy", "CreationTime"), prefix))
    if request.get("SortOrder", "Descending") == "Descending":
        rows.reverse()
    return cut(rows, request, member)


def cut(rows: list[Record], request: Record, member: str) -> Record:
    """Return the page of rows in order that a request asks for, under `member`."""
    start = _offset(request.get("NextToken"))
    end = start + request.get("MaxResults", _DEFAULT_PAGE)
    result: Record = {member: rows[start:end]}
    if end < len(rows):
        result["NextToken"] = base64.urlsafe_b64encode(f"offset:{end}".encode()).decode()
    return result


def _matches(row: Record, request: Record, prefix: str) -> bool:
    times = {"CreationTime": row["CreationTime"], "LastModifiedTime": row["LastModifiedTime"]}
    return (
        request.get("NameContains", "").lower() in row[f"{prefix}Name"].lower()
        and request.get("StatusEquals") in (None, row.get(f"{prefix}Status"))
        and all(value > request.get(f"{name}After", 0) for name, value in times.items())
        and all(value < request.get(f"{name}Before", float("inf")) for name, value in times.items())
        and request.get("ModelNameEquals") in (None, row.get("ModelName"))
    )


def _sort_key(by: str, prefix: str) -> Callable[[Record], Any]:
    member = {"Name": f"{prefix}Name", "Status": f"{prefix}Status"}.get(by, "CreationTime")
    return lambda row: (row.get(member, ""), row["CreationTime"])


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        kind, _, number = base64.urlsafe_b64decode(token).decode().partition(":")
        if kind == "offset":
            return int(number)
    except ValueError:
        pass
    raise validation("Invalid NextToken")
