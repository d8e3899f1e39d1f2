"""A batch's two jobs with a transform between them that answers as a model would."""

import csv
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contract import program
from contract.paths import Paths
from toolkit.batch import encode, join

FLOWERS: dict[str, Any] = {
    "task": "classification",
    "layout": "raw",
    "target": {"name": "kind", "type": "category", "categories": ["aster", "bellis"]},
    "features": [
        {"name": "width", "type": "number", "min": 1.0, "max": 9.0},
        {"name": "petals", "type": "integer", "min": 1, "max": 9},
        {"name": "colour", "type": "category", "categories": ["blue", "red"]},
    ],
    "columns": ["width", "petals", "colour"],
    "decoders": {
        "forest": {"format": "csv", "output": "label-probabilities"},
        "codes": {"format": "csv", "output": "code"},
    },
    "example": {"width": 1.0, "petals": 3, "colour": "red"},
}
ENCODED = FLOWERS | {"layout": "encoded", "columns": ["width", "petals", "colour=blue", "colour=red"]}
TRIPS: dict[str, Any] = {
    "task": "forecasting",
    "layout": "raw",
    "target": {"name": "trips", "type": "number"},
    "features": [
        {"name": "region", "type": "category", "categories": ["north", "south"]},
        {"name": "horizon", "type": "integer", "min": 1, "max": 8},
    ],
    "columns": ["region", "horizon"],
    "decoders": {"ets": {"format": "json", "output": "forecast"}},
    "example": {"region": "north", "horizon": 4},
}


@dataclass
class Batch:
    """The folders of both jobs below one root."""

    root: Path
    features: dict[str, Any] = field(default_factory=lambda: FLOWERS)
    models: dict[str, str] = field(default_factory=lambda: {"forest": "model-1"})

    def encode(self, files: dict[str, str | bytes], on_bad_rows: str = "fail") -> int:
        """Run `encode` on the files."""
        paths = self._job("encode", on_bad_rows)
        for name, content in files.items():
            put(paths.processing_input("data") / name, content)
        return program.job(lambda: encode.run(paths), paths.message)

    def join(self, scores: dict[str, dict[str, str]]) -> int:
        """Run `join` on what each variant answered, by the names of the transform's objects."""
        paths = self._job("join", "skip")
        encoded = Paths(self.root / "encode").processing_output("encoded")
        for path in encoded.iterdir():
            put(paths.processing_input("encoded") / path.name, path.read_bytes())
        for variant, answers in scores.items():
            for name, content in answers.items():
                put(paths.processing_input("scores") / variant / name, content)
        return program.job(lambda: join.run(paths), paths.message)

    def message(self, name: str) -> str:
        """Return why a job failed."""
        return Paths(self.root / name).message.read_text(encoding="utf-8")

    def wire(self, index: int) -> str:
        """Return what the models will read of a file."""
        return (Paths(self.root / "encode").processing_output("wire") / f"{index:05}.csv").read_text(encoding="utf-8")

    def told(self) -> dict[str, Any]:
        """Return what `encode` tells the state machine."""
        path = Paths(self.root / "encode").processing_output("encoded") / "encoded.json"
        return dict(json.loads(path.read_text(encoding="utf-8")))

    def result(self, *parts: str) -> str:
        """Return a file of the result."""
        folder = Paths(self.root / "join").processing_output("result")
        return folder.joinpath(*parts).read_text(encoding="utf-8")

    def rows(self, *parts: str) -> list[dict[str, str]]:
        """Return a table of the result."""
        return list(csv.DictReader(self.result(*parts).splitlines()))

    def _job(self, name: str, on_bad_rows: str) -> Paths:
        paths = Paths(self.root / name)
        request = {
            "workload": "flowers",
            "execution": "e",
            "input": "s3://bucket/flowers/inbox/",
            "on_bad_rows": on_bad_rows,
            "models": self.models,
        }
        put(paths.processing_input("request") / "batch.json", json.dumps(request))
        put(paths.processing_input("features") / "features.json", json.dumps(self.features))
        return paths


def put(path: Path, content: str | bytes) -> None:
    """Write a file and its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
