"""JSON in which a name stands once in an object: of two values readers take one, and not all take the same."""

import json
from typing import Any

from predict.problems import BadRequest
from predict.values import shown


class Twice(Exception):
    """A name stands twice in one object; the message says which one."""


def read(text: str, form: str) -> Any:
    """Read a body; `form` tells the caller what to send instead of one that cannot be read."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except Twice as error:
        raise BadRequest(f"{error} Send each name once.") from None
    except (ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, json.JSONDecodeError) else "nested too deeply, or a number too long"
        raise BadRequest(f"The body is not valid JSON: {reason}. {form}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in members if names.count(name) > 1)
        raise Twice(f"{shown(double)!r} stands twice in one object.")
    return members
