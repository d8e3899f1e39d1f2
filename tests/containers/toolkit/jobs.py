"""What SageMaker puts into a processing job's folders, and what it finds there afterwards."""

import csv
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from contract import program
from contract.paths import Paths
from toolkit import evaluate, prepare, results

SPLIT = {"train": 0.7, "validation": 0.15, "test": 0.15}


def plan(**changes: Any) -> dict[str, Any]:
    """Return a plan as the state machine writes it."""
    return {
        "workload": "flowers",
        "task": "classification",
        "execution": "e",
        "layout": "raw",
        "data": {"uri": "s3://bucket/flowers/data/", "target": "kind"},
        "prepare": {"split": SPLIT, "seed": 28},
        "candidates": {"forest": {"decoder": {"format": "csv", "output": "label-probabilities"}}},
        "gate": {"metric": "accuracy", "min": 0.5},
        **changes,
    }


REGRESSION: dict[str, Any] = {
    "task": "regression",
    "data": {"uri": "", "target": "y"},
    "candidates": {"linear": {"decoder": {"format": "csv", "output": "value"}}},
    "gate": {"metric": "rmse", "max": 2.0},
}


def flowers(rows: int = 60) -> str:
    """Return rows of three kinds, with a number, a whole number and a category."""
    kinds, colours = ["aster", "bellis", "crocus"], ["blue", "red"]
    lines = [f"{1 + row / 8},{row},{colours[row % 2]},{kinds[row % 3]}" for row in range(rows)]
    return "\n".join(["width,petals,colour,kind", *lines]) + "\n"


@dataclass(frozen=True)
class Job:
    """One job."""

    base: Path

    def put(self, channel: str, name: str, content: str | bytes) -> None:
        """Place an input file."""
        path = self.base / "processing" / "input" / channel / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def prepare(self, data: str | bytes | dict[str, str | bytes], /, **changes: Any) -> int:
        """Run `prepare` on one file or several."""
        self.put("plan", "plan.json", json.dumps(plan(**changes)))
        files = data if isinstance(data, dict) else {"data.csv": data}
        for name, content in files.items():
            self.put("data", name, content)
        paths = Paths(self.base)
        return program.job(lambda: prepare.run(paths), paths.message)

    def evaluate(
        self, features: dict[str, Any], labels: str, scores: str, /, *, drawn: bool = True, **changes: Any
    ) -> int:
        """Run `evaluate` on given files; without its pictures, which take most of its time, it is quick."""
        self.put("plan", "plan.json", json.dumps(plan(**changes)))
        self.put("features", "features.json", json.dumps(features))
        self.put("labels", "labels.csv", labels)
        self.put("scores", "features.csv.out", scores)
        paths = Paths(self.base)
        return program.job(lambda: evaluate.run(paths) if drawn else self._write(paths), paths.message)

    @staticmethod
    def _write(paths: Paths) -> None:
        plan, candidate, result = evaluate.judged(paths)
        undrawn = replace(result, draw=lambda _: [])
        results.write(paths.processing_output("evaluation"), plan, candidate, undrawn)

    @property
    def message(self) -> str:
        """Return the reason of the failure."""
        return (self.base / "output" / "message").read_text(encoding="utf-8")

    def output(self, *parts: str) -> Path:
        """Find an output file."""
        return self.base.joinpath("processing", "output", *parts)

    def table(self, *parts: str) -> list[list[str]]:
        """Read an output table."""
        with self.output("prepared", *parts).open(encoding="utf-8", newline="") as file:
            return list(csv.reader(file))

    @property
    def features(self) -> dict[str, Any]:
        """Read features.json."""
        return dict(json.loads(self.output("prepared", "features.json").read_text(encoding="utf-8")))
