"""Where SageMaker puts things: below /opt/ml, or below SAGEMAKER_BASE_DIR where set."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The folders and files of one job or server."""

    base: Path

    @classmethod
    def from_environment(cls) -> "Paths":
        """Read the root once, at the start of the program."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def hyperparameters(self) -> Path:
        """All values are strings there."""
        return self.base / "input" / "config" / "hyperparameters.json"

    def channel(self, name: str) -> Path:
        """Hold the files of a training channel."""
        return self.base / "input" / "data" / name

    @property
    def model(self) -> Path:
        """Becomes model.tar.gz after training; holds its content when serving."""
        return self.base / "model"

    @property
    def failure(self) -> Path:
        """Becomes FailureReason of a training job."""
        return self.base / "output" / "failure"

    @property
    def message(self) -> Path:
        """Becomes ExitMessage of a processing job, which does not read `failure`."""
        return self.base / "output" / "message"

    def processing_input(self, name: str) -> Path:
        """Hold the files of a processing input."""
        return self.base / "processing" / "input" / name

    def processing_output(self, name: str) -> Path:
        """Is uploaded when the processing job ends."""
        return self.base / "processing" / "output" / name
