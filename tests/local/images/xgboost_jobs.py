"""A training job of the XGBoost stand-in on disk, run in this process."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray
from sklearn.datasets import load_iris
from xgboost_image import training
from xgboost_image.paths import Paths

Floats = NDArray[np.float64]
IRIS = {"objective": "multi:softprob", "num_class": "3"}


def iris() -> tuple[Floats, Floats]:
    """Features and classes, shuffled."""
    data = load_iris()
    order = np.random.default_rng(7).permutation(len(data.target))
    return np.asarray(data.data[order], dtype=float), np.asarray(data.target[order], dtype=float)


def csv(labels: Floats | None, features: Floats) -> bytes:
    """CSV without header, the label first."""
    table = features if labels is None else np.column_stack([labels, features])
    return "".join(",".join(map(repr, row)) + "\n" for row in table.tolist()).encode()


class Job:
    """What SageMaker puts below /opt/ml for one job."""

    def __init__(self, base: Path, content_type: str | None = "text/csv") -> None:
        self.paths = Paths(base)
        self._content_type = content_type
        self._channels: dict[str, Any] = {}

    def put(self, channel: str, name: str, content: bytes) -> None:
        """Add a file to a channel."""
        file = self.paths.channel(channel) / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        self._channels[channel] = {
            "TrainingInputMode": "File",
            "S3DistributionType": "FullyReplicated",
            **({"ContentType": self._content_type} if self._content_type else {}),
        }

    def configure(self, name: str, value: object) -> None:
        """Write a configuration file."""
        file = self.paths.base / "input" / "config" / f"{name}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))

    def run(self, **hyperparameters: Any) -> xgboost.Booster:
        """Train, and load the model as plain XGBoost does."""
        values = {name: str(value) for name, value in {"num_round": 5, "nthread": 1, **hyperparameters}.items()}
        self.configure("hyperparameters", values)
        self.configure("inputdataconfig", self._channels)
        training.run(self.paths)
        booster = xgboost.Booster()
        booster.load_model(self.paths.model / "xgboost-model")
        return booster


def iris_job(base: Path) -> Job:
    """A job of 100 rows to train on and 50 to validate with."""
    features, labels = iris()
    job = Job(base)
    job.put("train", "train.csv", csv(labels[:100], features[:100]))
    job.put("validation", "validation.csv", csv(labels[100:], features[100:]))
    return job
