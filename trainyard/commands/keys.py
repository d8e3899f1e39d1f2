"""`trainyard keys`: who may call the API, how often."""

from typing import Annotated

import typer

from trainyard import api_keys
from trainyard.api_keys import Consumer, Limits
from trainyard.commands.retire import confirm
from trainyard.errors import BadInput
from trainyard.options import Json, Yes, begin
from trainyard.render import ago, table

app = typer.Typer(help="API keys: one per consumer, each with its own throttle and quota.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Of the consumer: letters, digits, dash, dot; at most 60.", metavar="NAME")]
LONGEST = 60


@app.command()
def create(
    ctx: typer.Context,
    name: Name,
    rate: Annotated[float, typer.Option(help="Requests a second in the long run.", min=0.01)] = 10.0,
    burst: Annotated[int, typer.Option(help="Requests at once.", min=1)] = 20,
    quota: Annotated[int, typer.Option(help="Requests a month; 0: no limit.", min=0)] = 100_000,
    json: Json = False,
) -> None:
    """Make a key; its value is printed once here, and shown by AWS to whoever may read it.

    Example: trainyard keys create dashboard --rate 5 --quota 10000
    """
    context = begin(ctx, json)
    _check(name)
    made = api_keys.create(context, name, Limits(rate=rate, burst=burst, quota=quota or None))
    if context.machine:
        context.emit(made.as_json())
        return
    context.say(f"key for {name}: {made.value}")
    context.say("Send it as the header x-api-key. A new key may take a minute until the gateway knows it.")


@app.command("list")
def list_(ctx: typer.Context, json: Json = False) -> None:
    """List the consumers with their limits, without the keys' values."""
    context = begin(ctx, json)
    consumers = api_keys.found(context)
    if context.machine:
        context.emit({"stage": context.stage, "keys": [consumer.as_json() for consumer in consumers]})
        return
    if not consumers:
        context.say("no keys yet: trainyard keys create NAME")
        return
    now = context.tools.now()
    headers = ("consumer", "requests/s", "at once", "a month", "made", "")
    context.out.print(table(headers, [[*_cells(one), ago(one.created, now), _state(one)] for one in consumers]))


@app.command()
def revoke(ctx: typer.Context, name: Name, yes: Yes = False, json: Json = False) -> None:
    """Delete a key; whoever uses it is refused from then on.

    Example: trainyard keys revoke dashboard --yes
    """
    context = begin(ctx, json)
    _check(name)
    confirm(context, f"Revoke the key of {name} in stage {context.stage}?", yes)
    api_keys.revoke(context, name)
    if context.machine:
        context.emit({"stage": context.stage, "revoked": name})
    else:
        context.say(f"the key of {name} is revoked")


def _check(name: str) -> None:
    plain = name.replace("-", "").replace(".", "")
    if not (plain.isascii() and plain.isalnum() and len(name) <= LONGEST):
        raise BadInput(f"NAME {name!r}: letters, digits, dash and dot only, at most {LONGEST} characters")


def _cells(consumer: Consumer) -> list[str]:
    limits = consumer.limits
    if limits is None:
        return [consumer.name, "no plan", "", ""]
    return [consumer.name, f"{limits.rate:g}", str(limits.burst), str(limits.quota or "unlimited")]


def _state(consumer: Consumer) -> str:
    return "" if consumer.enabled else "disabled"
