"""What every command gets: the stage, the clients, the clock and where to print. Tests hand in their own."""

import json
import secrets
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from trainyard.aws import Clients


def utc_now() -> datetime:
    """The wall clock, aware of its zone."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Everything that comes from outside the process."""

    client: Callable[[str], Any] = field(default_factory=Clients)
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = utc_now
    open_page: Callable[[str], bool] = webbrowser.open
    token: Callable[[], str] = lambda: secrets.token_hex(2)


@dataclass(frozen=True, kw_only=True)
class Context:
    """One invocation of the command line."""

    tools: Tools
    stage: str = "dev"
    machine: bool = False
    folder: Path = Path("workloads")
    out: Console = field(default_factory=lambda: Console(highlight=False))
    err: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))

    def client(self, service: str) -> Any:
        """The boto3 client of a service."""
        return self.tools.client(service)

    def say(self, text: str) -> None:
        """Progress for people; silent for machines."""
        if not self.machine:
            self.out.print(text)

    def emit(self, data: Any) -> None:
        """The answer for machines: one JSON document on stdout."""
        typer.echo(json.dumps(data, indent=2, default=_plain, ensure_ascii=False))

    def emit_line(self, data: Any) -> None:
        """One of many answers for machines: JSON on one line."""
        typer.echo(json.dumps(data, default=_plain, ensure_ascii=False))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
