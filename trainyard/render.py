"""How things look on a terminal: durations, marks, tables. Nothing here asks AWS."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table
from rich.text import Text

STYLES = {
    "good": ("SUCCEEDED", "InService", "COMPLETE", "Completed", "succeeded", "ok"),
    "bad": (
        "FAILED",
        "TIMED_OUT",
        "ABORTED",
        "Failed",
        "ROLLBACK",
        "OutOfService",
        "failed",
        "fail",
        "aborted",
    ),
}
COLOURS = {"good": "green", "bad": "red", "other": "yellow"}
REASONS = ("ExitMessage", "FailureReason", "errorMessage", "message", "Message", "cause", "Cause")
SUBJECTS = (
    "TrainingJobName",
    "ProcessingJobName",
    "TransformJobName",
    "HyperParameterTuningJobName",
    "EndpointName",
)


def coloured(status: str) -> Text:
    """A status word in its colour."""
    kind = next((kind for kind, words in STYLES.items() if any(word in status for word in words)), "other")
    return Text(status, style="red" if "ROLLBACK" in status else COLOURS[kind])


def table(headers: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> Table:
    """A table that keeps to the terminal's width and folds rather than cuts."""
    made = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False)
    for header in headers:
        made.add_column(header, overflow="fold")
    for row in rows:
        made.add_row(*(cell if isinstance(cell, Text) else escape(str(cell)) for cell in row))
    return made


def duration(span: timedelta) -> str:
    """0:05, 12:40, 1:02:03."""
    seconds = max(0, int(span.total_seconds()))
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def ago(when: datetime, now: datetime) -> str:
    """How long ago, in one unit."""
    seconds = max(0, int((now - when).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return f"{seconds} s ago"


def number(value: Any) -> str:
    """Numbers to four digits; everything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def explain(error: str | None, cause: str | None) -> list[str]:
    """An execution's error and cause as lines for a person: AWS gives the job's whole description as JSON."""
    lines = [error] if error else []
    said = _parsed(cause)
    if not isinstance(said, dict | list):
        return lines + (str(said).splitlines() if said not in (None, "") else [])
    reason = _reason(said)
    return lines + (reason or json.dumps(said, indent=2, ensure_ascii=False).splitlines())


def _reason(said: Any) -> list[str]:
    if not isinstance(said, dict):
        return []
    subject = next((f"{key.removesuffix('Name')}: {said[key]}" for key in SUBJECTS if said.get(key)), None)
    reason = next((said[key] for key in REASONS if said.get(key)), None)
    if reason is None:
        return []
    inner = explain(None, reason if isinstance(reason, str) else json.dumps(reason))
    return [*([subject] if subject else []), *inner]


def _parsed(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text
