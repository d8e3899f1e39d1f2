"""Spans of time as a person types them: 30s, 10m, 2h, 7d."""

import re
from datetime import timedelta

from trainyard.errors import BadInput

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read(text: str, option: str) -> timedelta:
    """10m as ten minutes; `option` is named where it cannot be read."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text.strip())
    if not match:
        raise BadInput(f"{option} {text!r} is not a span of time", fix="30s, 10m, 2h or 7d")
    return timedelta(**{UNITS[match[2]]: int(match[1])})
