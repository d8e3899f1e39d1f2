"""`$context` in gateway responses and access logs: variables, no language."""

import json
import re
from typing import Any

_VARIABLE = re.compile(r"\$context((?:\.[A-Za-z0-9_]+)+)")


def render(template: str, context: dict[str, Any], missing: str = "") -> str:
    """Replace each `$context.a.b` by its value."""

    def value(match: re.Match[str]) -> str:
        found: Any = context
        for name in match.group(1)[1:].split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return missing if found is None else str(found)

    return _VARIABLE.sub(value, template)


def error_context(kind: str, message: str, validation: str) -> dict[str, str]:
    """Return `$context.error`; `messageString` has quotes, the validation is escaped for inside some."""
    return {
        "message": message,
        "messageString": json.dumps(message),
        "responseType": kind,
        "validationErrorString": json.dumps(validation)[1:-1],
    }
