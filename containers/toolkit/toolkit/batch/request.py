"""What the state machine asks for: batch.json, read once into frozen data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.errors import UserError


@dataclass(frozen=True)
class Request:
    """One batch: which variants answer, and what becomes of rows that do not fit."""

    workload: str
    execution: str
    input: str
    models: Mapping[str, str]
    skips: bool


def read(path: Path) -> Request:
    """Read the request; what is missing or wrong is named."""
    raw = document(path)
    try:
        on_bad_rows = raw["on_bad_rows"]
        if on_bad_rows not in ("fail", "skip"):
            raise UserError(f"{path.name}: on_bad_rows is {on_bad_rows!r}; it must be fail or skip")
        return Request(raw["workload"], raw["execution"], raw["input"], dict(raw["models"]), on_bad_rows == "skip")
    except KeyError as error:
        raise UserError(f"{path.name} lacks {error.args[0]!r}") from error


def document(path: Path) -> dict[str, Any]:
    """Read a JSON object."""
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UserError(f"cannot read {path.name}: {error}") from error
