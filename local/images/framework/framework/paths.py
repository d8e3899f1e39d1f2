"""Where SageMaker puts things: below /opt/ml, or below SAGEMAKER_BASE_DIR where set."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Paths:
    """The folders of one job or server, as AWS's toolkits name them."""

    base: Path

    @classmethod
    def from_environment(cls) -> "Paths":
        """Read the root once, at the start of the program."""
        return cls(Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml")))

    @property
    def code(self) -> Path:
        """The user's code; a filled folder is used as it is."""
        return self.base / "code"

    @property
    def model(self) -> Path:
        """Becomes model.tar.gz after training; holds its content when serving."""
        return self.base / "model"

    @property
    def input(self) -> Path:
        """Configuration and channels."""
        return self.base / "input"

    @property
    def config(self) -> Path:
        """Holds hyperparameters.json, inputdataconfig.json, resourceconfig.json."""
        return self.input / "config"

    def channel(self, name: str) -> Path:
        """The files of a channel."""
        return self.input / "data" / name

    @property
    def output(self) -> Path:
        """Holds `failure` or `success`, and `data`."""
        return self.base / "output"

    @property
    def packages(self) -> Path:
        """The overlay of packages that the user's requirements.txt adds for this job or server."""
        return self.base / "packages"
