"""After the transform: decode what each variant answered and write it beside the rows it was asked about."""

import csv
import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contract import table
from contract.errors import UserError
from contract.paths import Paths

from toolkit import decode
from toolkit.batch import columns, request, schema
from toolkit.batch.request import Request
from toolkit.batch.schema import Schema
from toolkit.decode import Classes, Values

log = logging.getLogger(__name__)

Cells = Sequence[Any]


def run(paths: Paths) -> None:
    """Do the whole job."""
    wanted = request.read(paths.processing_input("request") / "batch.json")
    rules = schema.of(request.document(paths.processing_input("features") / "features.json"))
    encoded, result = paths.processing_input("encoded"), paths.processing_output("result")
    done = json.loads((encoded / "files.json").read_text(encoding="utf-8"))
    joined = Joined(rules, list(wanted.models), paths.processing_input("scores"))
    failed = dict.fromkeys(wanted.models, 0)
    for one in done:
        write = joined.forecasts if rules.forecasts else joined.table
        write(encoded / f"{one['index']:05}.csv", result / "predictions", one, failed)
    _write_summary(result, encoded, wanted, done, failed if rules.forecasts else None)


class Joined:
    """Puts the answers of all variants beside the rows of one file after another."""

    def __init__(self, rules: Schema, variants: Sequence[str], scores: Path) -> None:
        self._rules, self._variants, self._scores = rules, variants, scores
        self._labels: Sequence[str] = rules.document["target"].get("categories", [])

    def table(self, rows: Path, folder: Path, done: Mapping[str, Any], failed: Mapping[str, int]) -> None:
        """Write CSV: the columns of the input, then those of each variant."""
        answers = [self._answers(variant, done) for variant in self._variants] if done["rows"] else []
        path = folder / (done["file"] if done["file"].endswith(".csv") else f"{done['file']}.csv")
        path.parent.mkdir(parents=True, exist_ok=True)
        with rows.open(encoding="utf-8", newline="") as source, path.open("w", encoding="utf-8", newline="") as file:
            reader, writer = csv.reader(source), csv.writer(file, lineterminator="\n")
            writer.writerow([*next(reader), *(name for names, _ in answers for name in names)])
            for row, *more in zip(reader, *(cells for _, cells in answers), strict=bool(answers)):
                writer.writerow([*row, *(cell for cells in more for cell in cells)])

    def _answers(self, variant: str, done: Mapping[str, Any]) -> tuple[list[str], list[Cells]]:
        """Return the names and the cells of a variant's columns, a row of cells for each row."""
        said = decode.read(self._score(variant, done), self._rules.document["decoders"][variant], self._labels)
        if isinstance(said, Values):
            values: list[Cells] = [[value] for value in said.values.tolist()]
            names, cells = [columns.prediction(variant)], values
        else:
            names, cells = self._classes(variant, said)
        if len(cells) != done["rows"]:
            raise UserError(_uneven(variant, len(cells), done))
        return names, cells

    def _classes(self, variant: str, said: Classes) -> tuple[list[str], list[Cells]]:
        labels: list[Cells] = [[self._labels[code]] for code in said.codes.tolist()]
        if said.probabilities is None:
            return [columns.prediction(variant)], labels
        names = [columns.prediction(variant), *(columns.probability(variant, label) for label in self._labels)]
        return names, [[*label, *shares] for label, shares in zip(labels, said.probabilities.tolist(), strict=True)]

    def forecasts(self, rows: Path, folder: Path, done: Mapping[str, Any], failed: dict[str, int]) -> None:
        """Write a line of JSON for each series: the input's row, the horizon, and each variant's forecast."""
        path = folder / f"{done['file'].removesuffix('.csv')}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        answers = [self._lines(variant, done) for variant in self._variants] if done["rows"] else []
        with rows.open(encoding="utf-8", newline="") as source, path.open("w", encoding="utf-8") as file:
            for row, *said in zip(csv.DictReader(source), *answers, strict=bool(answers)):
                for variant, one in zip(self._variants, said, strict=True):
                    failed[variant] += "error" in one
                line = {
                    "input": row,
                    "horizon": int(float(row["horizon"])),
                    "forecasts": dict(zip(self._variants, said, strict=True)),
                }
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _lines(self, variant: str, done: Mapping[str, Any]) -> list[dict[str, Any]]:
        path = self._score(variant, done)
        lines = [line for line in table.read_text(path).splitlines() if line.strip()]
        if len(lines) != done["rows"]:
            raise UserError(_uneven(variant, len(lines), done))
        try:
            return [dict(json.loads(line)) for line in lines]
        except (ValueError, TypeError) as error:
            raise UserError(f"{variant} answered {done['file']} with a line that is no JSON object: {error}") from error

    def _score(self, variant: str, done: Mapping[str, Any]) -> Path:
        """Find an answer by its own name: in which folder a transform puts it depends on the input's prefix."""
        name = f"{done['index']:05}.csv.out"
        found = list((self._scores / variant).rglob(name))
        if len(found) != 1:
            raise UserError(f"{variant} left {len(found)} answers named {name} for {done['file']}, not 1")
        return found[0]


def _uneven(variant: str, answers: int, done: Mapping[str, Any]) -> str:
    return f"{variant} gave {answers} predictions for {done['rows']} rows of {done['file']}: they cannot be joined"


def _write_summary(
    result: Path, encoded: Path, wanted: Request, done: Sequence[Mapping[str, Any]], failed: Mapping[str, int] | None
) -> None:
    """Write what the execution answers with; the lists, which may be long, are tables beside it."""
    told = {
        "workload": wanted.workload,
        "execution": wanted.execution,
        "input": wanted.input,
        "rows": sum(one["rows"] for one in done),
        "skipped_rows": sum(one["skipped"] for one in done),
        "files": len(done),
        "variants": list(wanted.models),
        "models": dict(wanted.models),
        **({} if failed is None else {"failed_series": failed}),
    }
    table.write(result / "files.csv", [["file", "rows", "skipped_rows"], *_counts(done)])
    if told["skipped_rows"]:
        (result / "skipped.csv").write_bytes((encoded / "skipped.csv").read_bytes())
    (result / "summary.json").write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    log.info("joined %d row(s) of %d file(s)", told["rows"], told["files"])


def _counts(done: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    return [[one["file"], one["rows"], one["skipped"]] for one in done]
