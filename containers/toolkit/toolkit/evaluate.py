"""The job after scoring: join what the model answered to what was true, by row, and say how good it is."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contract import quality, table
from contract.errors import UserError
from contract.paths import Paths

from toolkit import curves, decode, plan, results
from toolkit.decode import Classes, Codes, Values
from toolkit.forecasting import evaluate as forecasting
from toolkit.plan import Plan
from toolkit.plots.picture import Picture
from toolkit.results import Result


def run(paths: Paths) -> None:
    """Do the whole job; without its pictures, which take most of the time, where PICTURES is none."""
    drawn = os.environ.get("PICTURES") != "none"
    results.write(paths.processing_output("evaluation"), *judged(paths), drawn=drawn)


def judged(paths: Paths) -> tuple[Plan, str, Result]:
    """Return the plan, the candidate's name, and how good it is."""
    wanted = plan.read(paths.processing_input("plan") / "plan.json")
    features = _json(paths.processing_input("features") / "features.json")
    candidate = _candidate(features)
    scores = _scores(paths.processing_input("scores") / "features.csv.out")
    if wanted.forecast:
        return wanted, candidate, forecasting.run(paths, wanted, wanted.forecast, scores)
    labels = paths.processing_input("labels") / "labels.csv"
    return wanted, candidate, _measured(labels, scores, features, candidate, wanted)


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path.name}: {error}") from error


def _candidate(features: Mapping[str, Any]) -> str:
    candidate = os.environ.get("CANDIDATE", "")
    if candidate not in features["decoders"]:
        raise UserError(
            f"environment variable CANDIDATE={candidate!r} must be one of {', '.join(features['decoders'])}"
        )
    return candidate


def _scores(path: Path) -> Path:
    if not path.is_file() or not path.read_text(encoding="utf-8", errors="replace").strip():
        raise UserError(f"no scores in {path.name}: the transform answered nothing")
    return path


def _measured(path: Path, scores: Path, features: Mapping[str, Any], candidate: str, wanted: Plan) -> Result:
    categories = features["target"].get("categories", [])
    predicted = decode.read(scores, features["decoders"][candidate], categories)
    labels = _labels(path, predicted)
    if isinstance(predicted, Values):
        return of_values(np.array([table.number(label) for label in labels]), predicted.values, wanted)
    codes = np.array([categories.index(label) for label in labels], dtype=np.intp)
    return of_classes(codes, predicted, categories, wanted.seed)


def _labels(path: Path, predicted: Values | Classes) -> list[str]:
    if not path.is_file():
        raise UserError(f"no {path.name} to compare the scores with")
    labels = [row[0] for row in table.rows(table.read_text(path), path.name) if row]
    scores = len(predicted.values if isinstance(predicted, Values) else predicted.codes)
    if len(labels) != scores:
        raise UserError(f"{scores} scores for {len(labels)} labels: rows cannot be joined")
    return labels


def of_values(actual: Any, predicted: Any, wanted: Plan) -> Result:
    """Evaluate a regression."""
    metrics = quality.with_deviations(
        lambda rows: quality.regression(actual[rows], predicted[rows]), len(actual), wanted.seed
    )
    shapes = curves.regression(actual, predicted)
    group, counts = quality.group("regression", 0), {"rows": len(actual)}

    def draw(folder: Path) -> list[Picture]:
        from toolkit.plots import regression  # dear to load

        return regression.draw(shapes, wanted.target, folder)

    return Result(group, metrics, counts, shapes, draw)


def of_classes(actual: Codes, predicted: Classes, categories: Sequence[str], seed: int) -> Result:
    """Evaluate a classification."""

    def measure(rows: Codes) -> dict[str, float]:
        probabilities = None if predicted.probabilities is None else predicted.probabilities[rows]
        return quality.classification(actual[rows], predicted.codes[rows], probabilities, len(categories))

    def draw(folder: Path) -> list[Picture]:
        from toolkit.plots import classification  # dear to load

        return classification.draw(shapes, folder)

    metrics = quality.with_deviations(measure, len(actual), seed)
    shapes = curves.classification(actual, predicted, categories)
    matrix = {
        label: dict(zip(categories, row, strict=True))
        for label, row in zip(categories, shapes["confusion_matrix"], strict=True)
    }
    return Result(
        group=quality.group("classification", len(categories)),
        metrics=metrics,
        counts={"rows": len(actual)},
        curves=shapes,
        draw=draw,
        more={"confusion_matrix": matrix},
    )
