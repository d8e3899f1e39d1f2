"""The input of a run, checked here so that a typing error costs no job; the Plan state checks it again."""

import difflib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trainyard.errors import BadInput


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
    problems = check(given)
    if problems:
        raise BadInput("--input has errors", details=problems)
    return dict(given)


def read_file(path: Path) -> str:
    """The text of a file, or one line that says why not."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BadInput(f"{path} is not UTF-8 text") from error


def check(given: Any) -> list[str]:
    """All that is wrong with the input, each with the name and what is allowed."""
    if not isinstance(given, dict):
        return ["it must be an object: {...}"]
    unknown = [_unknown(name) for name in given if name not in ALLOWED]
    wrong = [f"{name}: {ALLOWED[name][1]}" for name in given if name in ALLOWED and not ALLOWED[name][0](given[name])]
    return unknown + wrong


def _unknown(name: str) -> str:
    close = difflib.get_close_matches(name, ALLOWED, 1)
    meant = f"; did you mean {close[0]}?" if close else ""
    return f"{name}: unknown key{meant} Allowed: {', '.join(ALLOWED)}"


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_data(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"uri"} and str(value["uri"]).startswith("s3://")


def _is_hyperparameters(value: Any) -> bool:
    scalar = str | int | float | bool
    return isinstance(value, dict) and all(
        isinstance(item, dict) and all(isinstance(setting, scalar) for setting in item.values())
        for item in value.values()
    )


def _is_weights(value: Any) -> bool:
    if not (isinstance(value, dict) and value and all(_number(item) and item >= 0 for item in value.values())):
        return False
    return any(value.values())


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, str) for item in value)


def _is_gate(value: Any) -> bool:
    known = isinstance(value, dict) and set(value) <= {"metric", "min", "max"}
    return known and all(_number(value[key]) for key in ("min", "max") if key in value)


ALLOWED: dict[str, tuple[Callable[[Any], bool], str]] = {
    "data": (_is_data, 'must be {"uri": "s3://..."}'),
    "hyperparameters": (_is_hyperparameters, "must be {candidate: {name: value}}"),
    "weights": (_is_weights, "must be {candidate: number}, none negative, one above 0"),
    "candidates": (_is_names, "must be a list of candidates' names"),
    "gate": (_is_gate, 'must be {"metric": name, "min" or "max": number}'),
}
