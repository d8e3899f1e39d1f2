"""Where SageMaker puts things: below /opt/ml, or below SAGEMAKER_BASE_DIR where set."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = "/opt/ml"


@dataclass(frozen=True)
class Paths:
    """The files and folders of one job or server."""

    base: Path

    @classmethod
    def from_environment(cls) -> "Paths":
        """Read the root once, at the start of the program."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", ROOT)))

    @property
    def model(self) -> Path:
        """Becomes model.tar.gz after training; holds its content when serving."""
        return self.base / "model"

    @property
    def failure(self) -> Path:
        """Becomes FailureReason of a training job."""
        return self.base / "output" / "failure"

    def config(self, name: str) -> dict[str, Any]:
        """Return a JSON file of the job's configuration; nothing where there is no such file."""
        file = self.base / "input" / "config" / name
        value: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return value

    def channel(self, name: str) -> Path:
        """Hold the files of a training channel."""
        return self.base / "input" / "data" / name

    @property
    def checkpoints(self) -> Path | None:
        """The folder that is kept in S3, if the job asks for one."""
        local = self.config("checkpointconfig.json").get("LocalPath")
        if not local:
            return None
        return self.base / str(local).removeprefix(ROOT).lstrip("/") if str(local).startswith(ROOT) else Path(local)
