"""The input of a run, checked before it starts, by the check that the state machine's first states do."""

import json
from pathlib import Path
from typing import Any

from jsonata.jexception import JException
from jsonata.jsonata import Jsonata

from trainyard.errors import BadInput

RULES, CHECK = "Read workload", "Check input"
"""States of the run's state machine (docs/contracts.md)."""


def read(text: str | None) -> dict[str, Any]:
    """JSON text, or @file."""
    if text is None:
        return {}
    if text.startswith("@"):
        text = read_file(Path(text[1:]))
    try:
        given = json.loads(text)
    except ValueError as error:
        raise BadInput(
            f"--input is not JSON: {error}", fix='quote it: --input \'{"weights": {"forest": 1}}\''
        ) from error
    if not isinstance(given, dict):
        raise BadInput("--input must be an object: {...}")
    return given


def refuse_wrong(given: dict[str, Any], definition: dict[str, Any]) -> None:
    """Raise with everything that is wrong, if anything is."""
    problems = check(given, definition)
    if problems:
        raise BadInput("--input has errors; nothing was started", details=problems)


def read_file(path: Path) -> str:
    """The text of a file, or one line that says why not."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text") from error


def check(given: dict[str, Any], definition: dict[str, Any]) -> list[str]:
    """All that the deployed state machine refuses, each with the name and what is allowed.

    Its own expression is evaluated, over its own rules: what passes here passes there. A machine without such
    a check, or one that cannot be evaluated here, is left to say for itself.
    """
    states = definition.get("States", {})
    known, told = (states.get(name, {}).get("Assign", {}) for name in (RULES, CHECK))
    expression = told.get("problems", "").removeprefix("{%").removesuffix("%}")
    if not expression:
        return []
    try:
        said = Jsonata(expression).evaluate(None, {**known, "states": {"context": {"Execution": {"Input": given}}}})
    except JException:
        return []
    return [line for line in str(said).split("\n") if line]
