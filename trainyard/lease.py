"""The lease of a workload: who may change what serves. One conditional write with an expiry."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from trainyard import stacks
from trainyard.context import Context
from trainyard.errors import NotFound, TrainyardError, code_of

SECONDS = 900
MARK_SECONDS = 366 * 86_400
"""No execution lasts longer than a year."""
FREE = "attribute_not_exists(#lease) OR #expires < :now"


class Held(TrainyardError):
    """Somebody else holds the lease."""


@contextmanager
def held(context: Context, workload: str, *, force: bool) -> Iterator[None]:
    """Holds the lease during the block; with `force` also over another holder."""
    try:
        table = stacks.output(context.client("cloudformation"), context.stage, "storage", "LeaseTableName")
    except NotFound:
        yield  # the stacks are gone, and with them everyone who could take the lease
        return
    holder = f"trainyard-{context.tools.token()}"
    take(context, table, workload, holder, force)
    try:
        yield
    finally:
        release(context, table, workload, holder)


def mark_retired(context: Context, workload: str) -> None:
    """So that no run that has begun by now deploys later (docs/contracts.md)."""
    try:
        table = stacks.output(context.client("cloudformation"), context.stage, "storage", "LeaseTableName")
    except NotFound:
        return
    now = context.tools.now().timestamp()
    item = {
        "lease": {"S": f"{name(context, workload)}/retired"},
        "retired": {"N": str(int(now * 1_000))},
        "expires": {"N": str(int(now) + MARK_SECONDS)},
    }
    context.client("dynamodb").put_item(TableName=table, Item=item)


def take(context: Context, table: str, workload: str, holder: str, force: bool) -> None:
    """One conditional write."""
    now = int(context.tools.now().timestamp())
    item = {
        "lease": {"S": name(context, workload)},
        "holder": {"S": holder},
        "expires": {"N": str(now + SECONDS)},
    }
    free: dict[str, Any] = {
        "ConditionExpression": FREE,
        "ExpressionAttributeNames": {"#lease": "lease", "#expires": "expires"},
        "ExpressionAttributeValues": {":now": {"N": str(now)}},
    }
    if not (_put(context, table, item, {} if force else free) or _take_over(context, table, item)):
        raise _refusal(context, table, workload)


def _put(context: Context, table: str, item: dict[str, Any], condition: dict[str, Any]) -> bool:
    try:
        context.client("dynamodb").put_item(TableName=table, Item=item, **condition)
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _take_over(context: Context, table: str, item: dict[str, Any]) -> bool:
    """From an execution that has ended: aborted, it gave nothing back."""
    found = context.client("dynamodb").get_item(TableName=table, Key={"lease": item["lease"]}, ConsistentRead=True)
    dead = found.get("Item", {}).get("holder", {}).get("S", "")
    if not dead.startswith("arn:") or _runs(context, dead):
        return False
    same: dict[str, Any] = {
        "ConditionExpression": "#holder = :dead",
        "ExpressionAttributeNames": {"#holder": "holder"},
        "ExpressionAttributeValues": {":dead": {"S": dead}},
    }
    return _put(context, table, item, same)


def _runs(context: Context, execution: str) -> bool:
    try:
        status = context.client("stepfunctions").describe_execution(executionArn=execution)["status"]
    except ClientError as error:
        if code_of(error) != "ExecutionDoesNotExist":
            raise
        return False
    return bool(status == "RUNNING")


def release(context: Context, table: str, workload: str, holder: str) -> None:
    """Gives it back, if it is still ours."""
    try:
        context.client("dynamodb").delete_item(
            TableName=table,
            Key={"lease": {"S": name(context, workload)}},
            ConditionExpression="#holder = :holder",
            ExpressionAttributeNames={"#holder": "holder"},
            ExpressionAttributeValues={":holder": {"S": holder}},
        )
    except ClientError as error:
        if code_of(error) != "ConditionalCheckFailedException":
            raise


def name(context: Context, workload: str) -> str:
    """The lease's key."""
    return f"{context.stage}-{workload}"


def _refusal(context: Context, table: str, workload: str) -> Held:
    key = {"lease": {"S": name(context, workload)}}
    item = context.client("dynamodb").get_item(TableName=table, Key=key).get("Item", {})
    holder = item.get("holder", {}).get("S", "somebody")
    until = datetime.fromtimestamp(int(item.get("expires", {}).get("N", "0")), context.tools.now().tzinfo)
    stop = f"trainyard stop {holder}" if holder.startswith("arn:") else "wait for it"
    return Held(
        f"{workload} is being changed by {holder.rsplit(':', 1)[-1]} (until {until:%H:%M} UTC at the latest)",
        fix=f"{stop}; if it has stopped already, add --force",
    )
