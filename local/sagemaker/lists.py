"""List operations: filters, order and pages, the same for every kind.

A page's token says which row was the last, not how many came before: rows that come or go meanwhile neither show
twice nor hide others. Defaults of order as botocore's service model documents them.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

from local.sagemaker.errors import AwsError, validation
from local.sagemaker.store import Record, Table

_DEFAULT_PAGE = 10
_OLDEST_FIRST = ("TrainingJob", "ProcessingJob", "HyperParameterTuningJob", "ModelPackage", "ModelPackageGroup")
_BY_NAME = ("HyperParameterTuningJob",)
_TIMES = ("CreationTime", "LastModifiedTime")
Position = list[Any]  # what a row is sorted by; JSON, for it travels in tokens


def page(table: Table, request: Record, member: str, *, wanted: Callable[[Record], bool] = lambda _: True) -> Record:
    """Return one page of `table` under `member`; of the rows that the request's filters leave, those `wanted`.

    Raises:
        AwsError: the token is not one of this operation's.
    """
    prefix = table.kind.prefix
    by = request.get("SortBy") or ("Name" if prefix in _BY_NAME else "CreationTime")
    order = request.get("SortOrder") or ("Ascending" if prefix in _OLDEST_FIRST else "Descending")
    position = _position(by, prefix)
    rows = [row for row in table.all() if _matches(row, request, prefix) and wanted(row)]
    rows.sort(key=position, reverse=order == "Descending")
    return cut(rows, request, member, position=position, descending=order == "Descending", label=f"{by} {order}")


def cut(
    rows: list[Record],
    request: Record,
    member: str,
    *,
    position: Callable[[Record], Position] | None = None,
    descending: bool = False,
    label: str = "",
) -> Record:
    """Return the page of rows in order that a request asks for, under `member`.

    Args:
        rows: all, in their order.
        request: with NextToken and MaxResults.
        member: the name of the list in the answer.
        position: what the rows are sorted by; without it a page begins after so many rows.
        descending: whether the largest position comes first.
        label: of the order; a token of another one is refused.
    """
    mark = _read(request.get("NextToken"), label)
    start = _start(rows, mark, position, descending)
    end = start + request.get("MaxResults", _DEFAULT_PAGE)
    result: Record = {member: rows[start:end]}
    if end < len(rows):
        last = position(rows[end - 1]) if position else end
        result["NextToken"] = base64.urlsafe_b64encode(json.dumps([label, last]).encode()).decode()
    return result


def _start(rows: list[Record], mark: Any, position: Callable[[Record], Position] | None, descending: bool) -> int:
    if mark is None:
        return 0
    if position is None:
        if not isinstance(mark, int) or mark < 0:
            raise _invalid()
        return mark
    try:
        return sum(position(row) >= mark if descending else position(row) <= mark for row in rows)
    except TypeError as error:
        raise _invalid() from error


def _read(token: str | None, label: str) -> Any:
    if token is None:
        return None
    try:
        found = json.loads(base64.urlsafe_b64decode(token))
        if isinstance(found, list) and len(found) == 2 and found[0] == label:
            return found[1]
    except ValueError:
        pass
    raise _invalid()


def _invalid() -> AwsError:
    return validation("Invalid NextToken")


def _matches(row: Record, request: Record, prefix: str) -> bool:
    equal = {
        "StatusEquals": row.get(f"{prefix}Status"),
        "ModelNameEquals": row.get("ModelName"),
        "WarmPoolStatusEquals": row.get("WarmPoolStatus", {}).get("Status"),
        "TrainingPlanArnEquals": row.get("ResourceConfig", {}).get("TrainingPlanArn"),
    }
    return (
        request.get("NameContains", "").lower() in str(row.get(f"{prefix}Name", "")).lower()
        and all(request.get(member) in (None, value) for member, value in equal.items())
        and all(row[time] > request.get(f"{time}After", 0) for time in _TIMES)
        and all(row[time] < request.get(f"{time}Before", float("inf")) for time in _TIMES)
    )


def _position(by: str, prefix: str) -> Callable[[Record], Position]:
    member = {"Name": f"{prefix}Name", "Status": f"{prefix}Status"}.get(by, "CreationTime")
    return lambda row: [row.get(member, ""), row["CreationTime"], str(row.get(f"{prefix}Name", ""))]
