"""The job after scoring: join what the model answered to what was true, by row, and say how good it is."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from contract import quality, table
from contract.errors import UserError
from contract.paths import Paths

from toolkit import curves, decode, plan, plots, report
from toolkit.decode import Classes, Values
from toolkit.plan import Plan

log = logging.getLogger(__name__)

LIMIT_BYTES = 16_000


def run(paths: Paths) -> None:
    """Do the whole job."""
    wanted = plan.read(paths.processing_input("plan") / "plan.json")
    candidate = os.environ.get("CANDIDATE", "")
    features = _json(paths.processing_input("features") / "features.json")
    predicted = _predictions(paths.processing_input("scores"), features, candidate)
    labels = _labels(paths.processing_input("labels") / "labels.csv", predicted)
    metrics, shapes = measured(labels, predicted, features["target"], wanted.seed)
    _write(paths.processing_output("evaluation"), wanted, candidate, len(labels), metrics, shapes)


def _json(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {path.name}: {error}") from error


def _predictions(folder: Path, features: Mapping[str, Any], candidate: str) -> Values | Classes:
    decoders = features["decoders"]
    if candidate not in decoders:
        raise UserError(f"environment variable CANDIDATE={candidate!r} must be one of {', '.join(decoders)}")
    scores = folder / "features.csv.out"
    if not scores.is_file() or not scores.read_text(encoding="utf-8", errors="replace").strip():
        raise UserError(f"no scores in {scores.name}: the transform answered nothing")
    return decode.read(scores, decoders[candidate], features["target"].get("categories", []))


def _labels(path: Path, predicted: Values | Classes) -> list[str]:
    if not path.is_file():
        raise UserError(f"no {path.name} to compare the scores with")
    labels = [row[0] for row in table.rows(table.read_text(path), path.name) if row]
    scores = len(predicted.values if isinstance(predicted, Values) else predicted.codes)
    if len(labels) != scores:
        raise UserError(f"{scores} scores for {len(labels)} labels: rows cannot be joined")
    return labels


def measured(
    labels: Sequence[str], predicted: Values | Classes, target: Mapping[str, Any], seed: int
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return metrics in the model-quality form, and the curves."""
    if isinstance(predicted, Values):
        values, guesses = np.array([table.number(label) for label in labels]), predicted.values
        metrics = quality.with_deviations(
            lambda rows: quality.regression(values[rows], guesses[rows]), len(labels), seed
        )
        return {quality.group("regression", 0): metrics}, curves.regression(values, guesses)
    categories = target["categories"]
    codes = np.array([categories.index(label) for label in labels], dtype=np.intp)
    metrics = quality.with_deviations(lambda rows: _classes(codes, predicted, rows, categories), len(labels), seed)
    shapes = curves.classification(codes, predicted, categories)
    return {quality.group("classification", len(categories)): metrics}, shapes


def _classes(codes: Any, predicted: Classes, rows: Any, categories: Sequence[str]) -> dict[str, float]:
    probabilities = None if predicted.probabilities is None else predicted.probabilities[rows]
    return quality.classification(codes[rows], predicted.codes[rows], probabilities, len(categories))


def _write(
    folder: Path,
    wanted: Plan,
    candidate: str,
    rows: int,
    metrics: Mapping[str, Any],
    shapes: Mapping[str, Any],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps({**metrics, "rows": rows}, indent=1, allow_nan=False)
    if len(text.encode()) > LIMIT_BYTES:
        raise UserError(f"metrics.json would have {len(text)} bytes, more than {LIMIT_BYTES}")
    (folder / "metrics.json").write_text(text + "\n", encoding="utf-8")
    (folder / "curves.json").write_text(json.dumps(shapes, ensure_ascii=False, allow_nan=False), encoding="utf-8")
    pictures = [folder / name for name in plots.draw(shapes, wanted.target, folder)]
    (values,) = metrics.values()
    facts = {"workload": wanted.workload, "task": wanted.task, "test rows": rows}
    if wanted.gate:
        facts["gate"] = report.Verdict(wanted.gate, values)
    report.write(folder / "report.html", f"{wanted.workload}: {candidate}", facts, values, pictures)
    for name, metric in values.items():
        log.info("%s %.4g ± %.2g", name, metric["value"], metric["standard_deviation"])
