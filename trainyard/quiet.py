"""Pauses what starts runs by itself: schedules and rules whose target is one of the stage's state machines."""

from collections.abc import Iterable, Iterator
from typing import Any

from trainyard.context import Context

_READ_ONLY = ("Arn", "CreationDate", "LastModificationDate", "ResponseMetadata")


def pause(context: Context, machines: Iterable[str]) -> list[str]:
    """Disables them, since they would bring back what is removed; they are not deleted: they are the stack's."""
    known = set(machines)
    return [*_schedules(context, known), *_rules(context, known)]


def _schedules(context: Context, machines: set[str]) -> Iterator[str]:
    client = context.client("scheduler")
    for page in client.get_paginator("list_schedules").paginate():
        for item in page["Schedules"]:
            if item.get("Target", {}).get("Arn") in machines and item["State"] == "ENABLED":
                place: dict[str, Any] = {"Name": item["Name"], "GroupName": item["GroupName"]}
                whole = client.get_schedule(**place)
                kept = {key: value for key, value in whole.items() if key not in _READ_ONLY}
                client.update_schedule(**kept | {"State": "DISABLED"})
                context.say(f"[yellow]‖[/] schedule {item['Name']}")
                yield f"schedule {item['Name']}"


def _rules(context: Context, machines: set[str]) -> Iterator[str]:
    client = context.client("events")
    for machine in sorted(machines):
        for name in client.list_rule_names_by_target(TargetArn=machine)["RuleNames"]:
            if client.describe_rule(Name=name)["State"] == "ENABLED":
                client.disable_rule(Name=name)
                context.say(f"[yellow]‖[/] rule {name}")
                yield f"rule {name}"
