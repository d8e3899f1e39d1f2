"""Where the embedded AWS listens and keeps its files: one frozen object that every module here receives."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Runtime = Literal["auto", "engine", "process"]

ACCOUNT = "123456789012"
REGION = "us-east-1"


class SettingsError(ValueError):
    """A setting in the environment cannot be used; the message names it, its value and what is allowed."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The embedded AWS's own settings; `home` holds `cache/` and `data/`, both kept, and `state/`, which is not."""

    home: Path
    port: int = 4566
    runtime: Runtime = "auto"

    @property
    def endpoint_url(self) -> str:
        """The endpoint as clients name it; moto recognises S3 buckets in the path only for `localhost`."""
        return f"http://localhost:{self.port}"

    @property
    def cache(self) -> Path:
        """Virtual environments and other things that are dear to make and true for ever."""
        return self.home / "cache"

    @property
    def data(self) -> Path:
        """What the embedded AWS knows, between two lives of the server: a snapshot, S3's bodies, published images."""
        return self.home / "data"

    @property
    def snapshot(self) -> Path:
        """The file of the snapshot."""
        return self.data / "snapshot"

    @property
    def state(self) -> Path:
        """Everything that belongs to the running server: jobs, logs, process ids."""
        return self.home / "state"


def from_environment(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read `TRAINYARD_HOME`, `TRAINYARD_PORT` and `TRAINYARD_RUNTIME`.

    Raises:
        SettingsError: a value is not usable.
    """
    home = Path(environment.get("TRAINYARD_HOME") or Path(__file__).parents[1] / ".trainyard")
    return Settings(home=home.absolute(), port=_port(environment), runtime=_runtime(environment))


def _port(environment: Mapping[str, str]) -> int:
    text = environment.get("TRAINYARD_PORT", "4566")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"TRAINYARD_PORT={text!r}: expected a port number from 1 to 65535")
    return int(text)


def _runtime(environment: Mapping[str, str]) -> Runtime:
    match environment.get("TRAINYARD_RUNTIME", "auto"):
        case "auto" | "engine" | "process" as runtime:
            return runtime
        case other:
            raise SettingsError(f"TRAINYARD_RUNTIME={other!r}: expected auto, engine or process")
