"""Before the transform: check every row of the input and write it in the order that the models were trained on.

The rows that are sent are kept beside, so that the join needs no second look at an input that may change.
"""

import csv
import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any

from contract import table
from contract.errors import UserError
from contract.paths import Paths
from contract.text import quoted

from toolkit.batch import columns, files, request, schema
from toolkit.batch.files import Source
from toolkit.batch.request import Request
from toolkit.batch.schema import Refused, Schema
from toolkit.problems import Problems

log = logging.getLogger(__name__)

_SKIPPED = ("file", "row", "field", "value", "reason")


@dataclass(frozen=True)
class Encoded:
    """What became of one file; `index` names its parts on the wire."""

    index: int
    file: str
    rows: int
    skipped: int


def run(paths: Paths) -> None:
    """Do the whole job."""
    wanted = request.read(paths.processing_input("request") / "batch.json")
    rules = schema.of(request.document(paths.processing_input("features") / "features.json"))
    missing = sorted(wanted.models.keys() - rules.document["decoders"].keys())
    if missing:
        raise UserError(f"features.json has no decoder for {', '.join(missing)}")
    found = files.of(paths.processing_input("data"))
    encoder = Encoder(wanted, rules, paths.processing_output("wire"), paths.processing_output("encoded"))
    encoder.run(found)


class Encoder:
    """Goes through the files, and keeps what is wrong."""

    def __init__(self, wanted: Request, rules: Schema, wire: Path, kept: Path) -> None:
        self._wanted, self._rules, self._wire, self._kept = wanted, rules, wire, kept
        self._problems = Problems()
        self._first = ""

    def run(self, found: Sequence[Source]) -> None:
        """Encode all files; everything that is wrong ends the job at once, unless bad rows are to be skipped."""
        self._kept.mkdir(parents=True, exist_ok=True)
        self._wire.mkdir(parents=True, exist_ok=True)
        with (self._kept / "skipped.csv").open("w", encoding="utf-8", newline="") as file:
            skipped = csv.writer(file, lineterminator="\n")
            skipped.writerow(_SKIPPED)
            done = [self._file(index, source, skipped) for index, source in enumerate(found)]
        self._problems.stop()
        rows = sum(one.rows for one in done)
        if not rows:
            raise UserError(f"no row is left to predict: all were skipped, the first since {self._first}")
        self._write(done, rows)

    def _write(self, done: Sequence[Encoded], rows: int) -> None:
        decoders = self._rules.document["decoders"]
        told = {
            "rows": rows,
            "skipped": sum(one.skipped for one in done),
            "files": len(done),
            "accepts": {variant: _accept(decoders[variant]) for variant in self._wanted.models},
        }
        (self._kept / "files.json").write_text(json.dumps([asdict(one) for one in done]), encoding="utf-8")
        (self._kept / "encoded.json").write_text(json.dumps(told), encoding="utf-8")
        log.info("rows: %d to predict, %d skipped, in %d file(s)", rows, told["skipped"], len(done))

    def _file(self, index: int, source: Source, skipped: Any) -> Encoded:
        try:
            return self._encoded(index, source, skipped)
        except UserError as error:
            self._problems.add(str(error))
            return Encoded(index, source.name, 0, 0)

    def _encoded(self, index: int, source: Source, skipped: Any) -> Encoded:
        rows = source.rows()
        header = [name.strip() for name in next(rows)]
        self._check_header(source, header)
        sent = left = 0
        wire = self._wire / f"{index:05}.csv"
        with ExitStack() as stack:
            out = [
                csv.writer(stack.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n")
                for path in (wire, self._kept / f"{index:05}.csv")
            ]
            out[1].writerow([*header, *self._added(header)])
            for number, row in zip(count(2), rows, strict=False):
                if not row:
                    continue
                bad = list(self._row(header, row, out))
                sent, left = sent + (not bad), left + bool(bad)
                self._note(source.name, number, bad, skipped)
        if not sent:
            wire.unlink()  # a transform has nothing to do with an empty object
        if not sent + left:
            raise UserError(f"{source.name} has a header but no rows")
        return Encoded(index, source.name, sent, left)

    def _added(self, header: Sequence[str]) -> list[str]:
        return [name for name in self._rules.defaults if name not in header]

    def _check_header(self, source: Source, header: Sequence[str]) -> None:
        needed = [field.name for field in self._rules.fields if field.name not in self._rules.defaults]
        missing = [name for name in needed if name not in header]
        if missing:
            raise UserError(f"{source.name} has no column {', '.join(missing)}; its header has {', '.join(header)}")
        twice = sorted({name for name in header if header.count(name) > 1})
        if twice:
            raise UserError(f"{source.name} has columns of the same name: {', '.join(map(quoted, twice))}")
        taken = sorted(columns.possible(self._wanted.models, self._rules.document).intersection(header))
        if taken and not self._rules.forecasts:
            raise UserError(f"{source.name} has columns that the result will have: {', '.join(taken)}; rename them")

    def _row(self, header: Sequence[str], row: Sequence[str], out: Sequence[Any]) -> Iterator[tuple[str, str, str]]:
        """Write a good row; yield field, value and reason of what is wrong with another."""
        if len(row) != len(header):
            yield "", table.line(row), f"the row has {len(row)} cells, the header {len(header)}"
            return
        cells = {**self._rules.defaults, **dict(zip(header, row, strict=True))}
        values: dict[str, schema.Value] = {}
        bad = False
        for field in self._rules.fields:
            try:
                values[field.name] = field.read(cells[field.name])
            except Refused as refused:
                bad = True
                yield field.name, cells[field.name], str(refused)
        if not bad:
            out[0].writerow(self._rules.wire(values))
            out[1].writerow([*row, *(cells[name] for name in self._added(header))])

    def _note(self, file: str, number: int, bad: Sequence[tuple[str, str, str]], skipped: Any) -> None:
        for field, value, reason in bad:
            skipped.writerow([file, number, field, value, reason])
            self._first = self._first or f"{file} row {number}: {field} {quoted(value)} is {reason}"
            if not self._wanted.skips:
                self._problems.add(f"{field}: {reason}" if field else reason, f"{file} row {number}: {quoted(value)}")


def _accept(decoder: dict[str, str]) -> str:
    """Return the media type that the transform asks for; a forecast is an object a line."""
    if decoder["format"] != "json":
        return "text/csv"
    return "application/jsonlines" if decoder["output"] == "forecast" else "application/json"
