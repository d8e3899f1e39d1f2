"""The first job of a run: check the raw data, split it, and write what training, scoring and serving read."""

import json
import logging
from pathlib import Path
from typing import Any

from contract import table
from contract.errors import UserError
from contract.paths import Paths
from contract.text import quoted

from toolkit import checks, columns, features, layout, plan, sources, split
from toolkit.columns import Column
from toolkit.forecasting import prepare as forecasting
from toolkit.plan import Plan
from toolkit.problems import Problems
from toolkit.sources import Raw
from toolkit.split import Rows

log = logging.getLogger(__name__)


def run(paths: Paths) -> None:
    """Do the whole job."""
    wanted = plan.read(paths.processing_input("plan") / "plan.json")
    problems = Problems()
    raw = sources.read(paths.processing_input("data"), problems)
    write(paths.processing_output("prepared"), wanted, raw, problems)


def write(folder: Path, wanted: Plan, raw: Raw, problems: Problems) -> None:
    """Prepare one set of rows into a folder; all that is wrong ends it at once, what was found before included."""
    if wanted.forecast:
        forecasting.write(folder, wanted, wanted.forecast, raw, problems)
        return
    inputs, target = typed(raw, wanted, problems)
    parts = _split(inputs, target, wanted)
    _write(folder, wanted, inputs, target, parts)
    log.info("rows: train %d, validation %d, test %d", *map(len, parts))


def typed(raw: Raw, wanted: Plan, problems: Problems) -> tuple[list[Column], Column]:
    """Check the data and give its columns their types."""
    if not raw.header:
        problems.stop()
    checks.header(raw, wanted.target, problems)
    found = [_column(name, index, raw, wanted, problems) for index, name in enumerate(raw.header)]
    inputs = [column for column in found if column.name != wanted.target]
    goals = [column for column in found if column.name == wanted.target]
    if goals:
        checks.rows(raw, goals[0], wanted, problems)
    _clashes(inputs, wanted, problems)
    problems.stop()
    return inputs, goals[0]


def _column(name: str, index: int, raw: Raw, wanted: Plan, problems: Problems) -> Column:
    cells = [row[index] for row in raw.rows]
    if name == wanted.target:
        return columns.target(name, cells, raw, problems, regression=wanted.task == "regression")
    return columns.feature(name, cells, raw, problems)


def _clashes(inputs: list[Column], wanted: Plan, problems: Problems) -> None:
    names = layout.names(inputs, wanted.layout)
    if not problems and len(set(names)) < len(names):
        problems.add("an encoded column would have the name of another; rename the column with '=' in its name")


def _split(inputs: list[Column], target: Column, wanted: Plan) -> tuple[Rows, Rows, Rows]:
    strata = [str(cell) if target.kind == "category" else "" for cell in target.cells]
    levels = [[str(cell) for cell in column.cells] for column in inputs if column.kind == "category"]
    parts = split.split(strata, split.anchors(levels, wanted.seed), wanted.split, wanted.seed)
    _check_levels(levels, parts[0], [column.name for column in inputs if column.kind == "category"])
    return parts


def _check_levels(levels: list[list[str]], train: Rows, names: list[str]) -> None:
    """A level that training never sees could not be answered for."""
    for name, cells in zip(names, levels, strict=True):
        unseen = set(cells) - {cells[row] for row in train.tolist()}
        if unseen:
            some = ", ".join(quoted(level) for level in sorted(unseen)[:5])
            raise UserError(f"column {quoted(name)} has too many levels: no row to train {some}")


def _write(folder: Path, wanted: Plan, inputs: list[Column], target: Column, parts: tuple[Rows, Rows, Rows]) -> None:
    train, validation, test = parts
    header = [[target.name, *layout.names(inputs, wanted.layout)]] if wanted.layout == "raw" else []
    wire = layout.cells(inputs, wanted.layout)
    labelled = [layout.labels(target, wanted.layout), *wire]
    table.write(folder / "train" / "train.csv", [*header, *_records(labelled, train)])
    if len(validation):
        table.write(folder / "validation" / "validation.csv", [*header, *_records(labelled, validation)])
    table.write(folder / "test" / "features.csv", _records(wire, test))
    table.write(folder / "test" / "labels.csv", _records([target.cells], test))
    rows = dict(zip(("train", "validation", "test"), map(len, parts), strict=True))
    description = features.describe(wanted, inputs, target, train) | {"rows": rows}
    text = json.dumps(description, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / "features.json").write_text(text + "\n", encoding="utf-8")


def _records(cells: list[Any], rows: Rows) -> list[list[Any]]:
    return [[column[row] for column in cells] for row in rows.tolist()]
