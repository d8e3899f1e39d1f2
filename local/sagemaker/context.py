"""What every part of the embedded SageMaker shares: settings, limits, runtime, S3, logs, tags, folders."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local.clients import client
from local.runtime.interface import Runtime
from local.sagemaker.limits import Limits
from local.sagemaker.logs import LogStream, LogWriter
from local.sagemaker.s3files import S3Files
from local.sagemaker.store import Kind, Record, Table
from local.sagemaker.tags import Tags
from local.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Context:
    """Handed to jobs and endpoints."""

    settings: Settings
    limits: Limits
    runtime: Runtime
    s3: S3Files
    logs: LogWriter
    role: str = ""
    tags: Tags = field(default_factory=Tags)
    tables: dict[str, Table] = field(default_factory=dict)
    kept: dict[str, dict[str, Record]] = field(default_factory=dict)

    def acting_as(self, role: str) -> "Context":
        """Return the same for calls by right of a role: of a job or a model."""
        return replace(self, role=role, s3=S3Files(self.settings, role))

    def open_log(self, group: str, stream: str) -> LogStream:
        """Return a log stream to write to."""
        return self.logs.open(group, stream, self.role)

    def client(self, service: str) -> Any:
        """Return a boto3 client that calls by right of the role."""
        return client(service, self.settings, self.role)

    def table(self, kind: Kind) -> Table:
        """Return the one table of a kind of resource: all that SageMaker knows is in these tables."""
        return self.tables.setdefault(kind.prefix, Table(kind, self.kept.get(kind.prefix)))

    def state(self) -> Record:
        """Return all that SageMaker knows, as plain values; `kept` and `tags` of a later context take it."""
        tables = {prefix: table.records() for prefix, table in list(self.tables.items())}
        return {"tables": tables, "tags": self.tags.state()}

    def mark(self) -> Record:
        """Return something that differs after each change of what `state` returns."""
        return {"tags": self.tags.version, **{prefix: table.version for prefix, table in list(self.tables.items())}}

    @property
    def sandboxes(self) -> Path:
        """The folder of everything that jobs and endpoints have on disk."""
        return self.settings.state / "sagemaker"

    def make_sandbox(self, name: str) -> Path:
        """Return a new folder; who asks for it calls `drop_sandbox`."""
        self.sandboxes.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{name[:40]}-", dir=self.sandboxes))

    def drop_sandbox(self, folder: Path, image: str) -> None:
        """Remove a folder, what a container wrote as another user included."""
        self.runtime.release(folder, image)
        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def sandbox(self, name: str, image: str) -> Iterator[Path]:
        """A folder that is gone afterwards."""
        folder = self.make_sandbox(name)
        try:
            yield folder
        finally:
            self.drop_sandbox(folder, image)
