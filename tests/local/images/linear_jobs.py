"""Training jobs of the linear-learner stand-in, on folders as SageMaker lays them out."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from linear_learner_image import train
from linear_learner_image.model import LinearModel, load
from numpy.typing import NDArray

Array = NDArray[np.float64]
Data = tuple[Any, Array]


@dataclass
class Trained:
    """How a job ended."""

    base: Path
    code: int

    @property
    def model(self) -> LinearModel:
        assert self.code == 0, self.failure
        return load(self.base / "model")

    @property
    def failure(self) -> str:
        file = self.base / "output" / "failure"
        return file.read_text() if file.exists() else ""


# Fits the few rows of tests; by default a model learns from all of them at once and does not care.
SMALL = {"mini_batch_size": "10"}


def run(base: Path, hyperparameters: dict[str, str], content_type: str = "text/csv", **channels: bytes) -> Trained:
    """Run a job on channels of one file each."""
    config = base / "input" / "config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps(SMALL | hyperparameters))
    (config / "inputdataconfig.json").write_text(json.dumps({name: {"ContentType": content_type} for name in channels}))
    for name, body in channels.items():
        folder = base / "input" / "data" / name
        folder.mkdir(parents=True)
        (folder / "part-0").write_bytes(body)
    return Trained(base, train.run(base))


def csv(data: Data) -> bytes:
    """Return rows with the label first."""
    features, labels = data
    lines = np.column_stack([labels, features])
    return "".join(",".join(repr(float(cell)) for cell in line) + "\n" for line in lines).encode()


def regression(rows: int = 300, seed: int = 1) -> Data:
    """Features of very different sizes, noise, one feature that says nothing and one that never varies."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(rows, 6)) * [1, 10, 1000, 0.01, 1, 0] + [0, 5, -3000, 0, 2, 7]
    labels = features @ [2.0, -0.3, 0.004, 80.0, 0.0, 0.0] + 12 + random.normal(size=rows)
    return features, labels


def binary(rows: int = 400, seed: int = 2) -> Data:
    """Two classes that overlap."""
    random = np.random.default_rng(seed)
    features = random.normal(size=(rows, 4)) * [1, 5, 0.1, 1]
    labels = (features @ [1.0, 0.2, 3.0, 0.0] + random.logistic(size=rows) > 0.5).astype(float)
    return features, labels


def multiclass(rows: int = 400, seed: int = 3) -> Data:
    """Four classes around four centres."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 4, rows)
    centres = np.array([[0, 0], [3, 0], [0, 3], [3, 3]])
    return centres[labels] + random.normal(size=(rows, 2)), labels.astype(float)
