"""Consumers of the API: a key each, with a usage plan of its own, so that throttle and quota are each one's own.

A key is found again by the stage's tag and its name. API Gateway shows a key's value whenever an administrator
asks, so nothing is lost if it was not written down; it never goes into a log here.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from trainyard import stacks
from trainyard.context import Context
from trainyard.errors import NotFound, TrainyardError, code_of

STAGE, CONSUMER = "trainyard:stage", "trainyard:consumer"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Requests: `rate` a second in the long run, `burst` at once, `quota` a month (none: unlimited)."""

    rate: float
    burst: int
    quota: int | None


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """One key as it is known to the gateway; `value` only where it was asked for."""

    name: str
    id: str
    enabled: bool
    created: datetime
    limits: Limits | None
    value: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As the command prints it."""
        limits = asdict(self.limits) if self.limits else None
        body = {"name": self.name, "id": self.id, "enabled": self.enabled, "created": self.created.isoformat()}
        return body | {"limits": limits} | ({"value": self.value} if self.value else {})


def create(context: Context, name: str, limits: Limits) -> Consumer:
    """Make a key and its plan.

    Raises:
        TrainyardError: there is one of this name; two would be told apart by nobody.
        NotFound: the API is not deployed.
    """
    gateway, (api, stage) = context.client("apigateway"), _stage(context)
    if any(key["name"] == _full(context, name) for key in _keys(context)):
        raise TrainyardError(f"there is a key {name} already", fix=f"trainyard keys revoke {name}, or another name")
    tags = {STAGE: context.stage, CONSUMER: name}
    throttle: dict[str, Any] = {"rateLimit": limits.rate, "burstLimit": limits.burst}
    quota = {"quota": {"limit": limits.quota, "period": "MONTH"}} if limits.quota else {}
    plan = gateway.create_usage_plan(
        name=_full(context, name), apiStages=[{"apiId": api, "stage": stage}], throttle=throttle, tags=tags, **quota
    )
    try:
        key = gateway.create_api_key(name=_full(context, name), enabled=True, tags=tags)
        gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
    except ClientError:
        _remove_plan(gateway, plan)
        raise
    return Consumer(
        name=name, id=key["id"], enabled=True, created=key["createdDate"], limits=limits, value=key["value"]
    )


def found(context: Context) -> list[Consumer]:
    """Every consumer of the stage, by name."""
    plans = {plan["name"]: _limits(plan) for plan in _plans(context)}
    return sorted(
        (
            Consumer(
                name=key["tags"][CONSUMER],
                id=key["id"],
                enabled=key["enabled"],
                created=key["createdDate"],
                limits=plans.get(key["name"]),
            )
            for key in _keys(context)
        ),
        key=lambda consumer: consumer.name,
    )


def revoke(context: Context, name: str) -> None:
    """Delete a key and its plan; its next request is a 403.

    Raises:
        NotFound: there is none of this name.
    """
    gateway, full = context.client("apigateway"), _full(context, name)
    keys = [key for key in _keys(context) if key["name"] == full]
    plans = [plan for plan in _plans(context) if plan["name"] == full]
    if not keys and not plans:
        known = ", ".join(consumer.name for consumer in found(context)) or "none"
        raise NotFound(f"there is no key {name}; there are: {known}", fix="trainyard keys list")
    for key in keys:
        gateway.delete_api_key(apiKey=key["id"])
    for plan in plans:
        _remove_plan(gateway, plan)


def remove_all(context: Context) -> Iterator[str]:
    """Delete every consumer's key and plan: a plan that knows a stage keeps the stage from being deleted."""
    names = {key["tags"][CONSUMER] for key in _keys(context)} | {plan["tags"][CONSUMER] for plan in _plans(context)}
    for name in sorted(names):
        revoke(context, name)
        yield f"API key {name}"


def _stage(context: Context) -> tuple[str, str]:
    """The REST API's id and its stage, from the URL that the stack tells."""
    url = stacks.output(context.client("cloudformation"), context.stage, "api", "ApiUrl")
    api_id = stacks.output(context.client("cloudformation"), context.stage, "api", "ApiId")
    return api_id, url.rstrip("/").rpartition("/")[2]


def _full(context: Context, name: str) -> str:
    return f"trainyard-{context.stage}-{name}"


def _keys(context: Context) -> Iterator[dict[str, Any]]:
    pages = context.client("apigateway").get_paginator("get_api_keys").paginate(nameQuery=f"trainyard-{context.stage}-")
    return (key for page in pages for key in page["items"] if _ours(context, key))


def _plans(context: Context) -> Iterator[dict[str, Any]]:
    pages = context.client("apigateway").get_paginator("get_usage_plans").paginate()
    return (plan for page in pages for plan in page["items"] if _ours(context, plan))


def _ours(context: Context, item: dict[str, Any]) -> bool:
    tags = item.get("tags") or {}
    return tags.get(STAGE) == context.stage and CONSUMER in tags


def _limits(plan: dict[str, Any]) -> Limits:
    throttle, quota = plan.get("throttle") or {}, plan.get("quota") or {}
    return Limits(rate=throttle.get("rateLimit", 0.0), burst=throttle.get("burstLimit", 0), quota=quota.get("limit"))


def _remove_plan(gateway: Any, plan: dict[str, Any]) -> None:
    """A plan lets go of its stages before it can be deleted."""
    stages = [f"{stage['apiId']}:{stage['stage']}" for stage in plan.get("apiStages", [])]
    gone = {"NotFoundException"}
    try:
        for stage in stages:
            operation = {"op": "remove", "path": "/apiStages", "value": stage}
            gateway.update_usage_plan(usagePlanId=plan["id"], patchOperations=[operation])
        gateway.delete_usage_plan(usagePlanId=plan["id"])
    except ClientError as error:
        if code_of(error) not in gone:
            raise
