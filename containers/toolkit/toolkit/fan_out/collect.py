"""The last job of a fan-out: what became of every data set, in one table, a row per data set and candidate.

It reads the files that Step Functions writes of a Distributed Map's children:
https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from contract import table
from contract.errors import UserError
from contract.paths import Paths

log = logging.getLogger(__name__)

Row = dict[str, Any]
PARTS = ("train", "validation", "test")
OWN = ("data_set", "candidate", "winner", "passed", *(f"rows_{part}" for part in PARTS), "artifact", "error")
MOST_REASONS = 5
NO_RESULT = "No candidate could be judged. "


def run(paths: Paths) -> None:
    """Do the whole job."""
    plan = json.loads((paths.processing_input("plan") / "plan.json").read_text(encoding="utf-8"))
    manifest = table.read_text(paths.processing_input("manifest") / "manifest.jsonl").splitlines()
    children = dict(_children(paths.processing_input("results")))
    sets = [json.loads(line) for line in manifest]
    rows = [row for one in sets for row in _rows(one, children.get(one["id"], {}), plan)]
    folder = paths.processing_output("collected")
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(folder / "results.csv", rows)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "results.jsonl").write_text("".join(lines), encoding="utf-8")
    told = summary(sets, rows)
    (folder / "summary.json").write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
    log.info("%d data sets, %d without a model", told["data_sets"], told["failed"])


def _children(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each child by its data set."""
    files = [file for file in sorted(folder.rglob("*.json")) if file.name != "manifest.json"]
    if not files:
        raise UserError("the map left no results to collect")
    for file in files:
        for child in json.loads(table.read_text(file)):
            yield json.loads(child["Input"])["data_set"]["id"], child


def _rows(one: Mapping[str, Any], child: Mapping[str, Any], plan: Mapping[str, Any]) -> list[Row]:
    """Return a row for every candidate, whatever became of it."""
    said = json.loads(child["Output"])["candidates"] if child.get("Status") == "SUCCEEDED" else []
    found = {candidate["name"]: candidate for candidate in said}
    lost: Row = {"metrics": {}, "artifact": "", "error": one["error"] or _reason(child)}
    outcomes = {name: found.get(name, lost) for name in plan["candidates"]}
    winner = best({name: outcome["metrics"] for name, outcome in outcomes.items()}, plan["gate"])
    return [
        {
            "data_set": one["id"],
            "key": one["key"],
            "candidate": name,
            "winner": name == winner,
            "passed": meets(outcome["metrics"], plan["gate"]),
            "metrics": outcome["metrics"],
            "rows": one["rows"],
            "artifact": outcome["artifact"],
            "error": outcome["error"],
        }
        for name, outcome in outcomes.items()
    ]


def _reason(child: Mapping[str, Any]) -> str:
    """Return what the state machine says of the candidates, which Step Functions puts into words of its own."""
    cause = str(child.get("Cause") or child.get("Error") or child.get("Status") or "it was not begun")
    return cause.partition(NO_RESULT)[2] or cause


def best(metrics: Mapping[str, Mapping[str, float]], gate: Mapping[str, Any]) -> str | None:
    """Name the candidate with the best value of the gate's metric: the greatest where the gate has a least."""
    values = {name: of[gate["metric"]] for name, of in metrics.items() if gate["metric"] in of}
    if not values:
        return None
    return max(values, key=values.__getitem__) if "min" in gate else min(values, key=values.__getitem__)


def meets(metrics: Mapping[str, float], gate: Mapping[str, Any]) -> bool:
    """Tell whether the metric is within the gate's bound."""
    value = metrics.get(gate["metric"])
    return value is not None and gate.get("min", value) <= value <= gate.get("max", value)


def _write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write a column for each part of the key and each metric; no column has the name of another."""
    keys, metrics = _names(row["key"] for row in rows), _names(row["metrics"] for row in rows)
    header = [f"key_{name}" if name in (*OWN, *metrics) else name for name in keys]
    lines = [
        [
            *(row["key"].get(name, "") for name in keys), row["data_set"], row["candidate"],
            *(str(row[name]).lower() for name in ("winner", "passed")),
            *(row["metrics"].get(name, "") for name in metrics),
            *(row["rows"].get(part, "") for part in PARTS), row["artifact"], row["error"],
        ]
        for row in rows
    ]  # fmt: skip
    table.write(path, [[*header, *OWN[:4], *metrics, *OWN[4:]], *lines])


def _names(mappings: Iterator[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for mapping in mappings for name in mapping))


def summary(sets: Sequence[Mapping[str, Any]], rows: Sequence[Row]) -> dict[str, Any]:
    """Count data sets, candidates' victories and reasons of failures; small, since a state machine reads it."""
    with_model = {row["data_set"] for row in rows if row["metrics"]}
    reasons = Counter(row["error"].splitlines()[0][:300] for row in rows if row["error"])
    return {
        "data_sets": len(sets),
        "succeeded": len(with_model),
        "failed": len(sets) - len(with_model),
        "candidates": {name: _candidate(name, rows) for name in dict.fromkeys(row["candidate"] for row in rows)},
        "reasons": dict(reasons.most_common(MOST_REASONS)),
    }


def _candidate(name: str, rows: Sequence[Row]) -> dict[str, Any]:
    own = [row for row in rows if row["candidate"] == name]
    metrics = _names(row["metrics"] for row in own)
    return {
        "evaluated": sum(bool(row["metrics"]) for row in own),
        "passed": sum(row["passed"] for row in own),
        "won": sum(row["winner"] for row in own),
        "median": {m: median(row["metrics"][m] for row in own if m in row["metrics"]) for m in metrics},
    }
