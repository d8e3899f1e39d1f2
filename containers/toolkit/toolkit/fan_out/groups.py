"""Which rows belong to which data set: by the values of key columns, or by the file they come from."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.errors import UserError
from contract.text import quoted

from toolkit import checks, columns, sources
from toolkit.plan import Plan
from toolkit.problems import Problems
from toolkit.sources import Raw

MOST = 10_000
LONGEST_WORDS = 40
OBJECT = "object"
"""The key of a data set that is a file of its own."""


@dataclass(frozen=True)
class DataSet:
    """Rows that get models of their own; `problems` are those of reading them."""

    key: Mapping[str, str]
    raw: Raw
    problems: Problems

    @property
    def id(self) -> str:
        """A folder's name: what can be read of the key, and a hash of all of it, which makes it unique."""
        values = json.dumps(list(self.key.values()), ensure_ascii=False)
        words = re.sub(r"[^a-z0-9]+", "-", "-".join(self.key.values()).lower()).strip("-")
        digest = hashlib.sha256(values.encode()).hexdigest()[:8]
        return "-".join(filter(None, (words[:LONGEST_WORDS].strip("-"), digest)))


@dataclass(frozen=True)
class Wanted:
    """What plan.json says of the fan-out: key columns, or none where each file is a data set."""

    by: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "Wanted":
        """Read plan.json once more, for the member that only this job knows."""
        said: Any = json.loads(path.read_text(encoding="utf-8")).get("fan_out")
        if not isinstance(said, dict) or bool(said.get("by")) == (said.get("prefix") is True):
            raise UserError("plan.json: fan_out needs by (key columns) or prefix: true, one of them")
        by = said.get("by") or ()
        return cls((by,) if isinstance(by, str) else tuple(map(str, by)))


def read(folder: Path, wanted: Wanted, plan: Plan) -> Iterator[DataSet]:
    """Yield every data set of the folder, sorted by key."""
    return _by_key(folder, wanted.by, plan) if wanted.by else _by_file(folder)


def _by_file(folder: Path) -> Iterator[DataSet]:
    for file in sources.files(folder):
        problems = Problems()
        yield DataSet({OBJECT: file.relative_to(folder).as_posix()}, sources.read_files([file], problems), problems)


def _by_key(folder: Path, by: Sequence[str], plan: Plan) -> Iterator[DataSet]:
    problems = Problems()
    raw = sources.read(folder, problems)
    if raw.header:
        checks.needed(raw, {"target": plan.target} | {f"fan_out.by ({name})": name for name in by}, problems)
    problems.stop()
    places = [raw.header.index(name) for name in by]
    for name, place in zip(by, places, strict=True):
        columns.note_missing(name, [row[place] for row in raw.rows], raw, problems)
    if not raw.rows:
        problems.add("no rows")
    problems.stop()
    yield from _cut(raw, by, places, keep=plan.forecast is not None)


def _cut(raw: Raw, by: Sequence[str], places: Sequence[int], *, keep: bool) -> Iterator[DataSet]:
    """Cut the table; within a data set a key column says nothing, so only a forecast, whose key it may be, keeps it."""
    rows: dict[tuple[str, ...], list[int]] = {}
    for number, row in enumerate(raw.rows):
        rows.setdefault(tuple(row[place] for place in places), []).append(number)
    if len(rows) > MOST:
        names = ", ".join(map(quoted, by))
        raise UserError(f"fan_out.by: {names} have {len(rows)} different values, at most {MOST}: is it a measurement?")
    kept = [place for place in range(len(raw.header)) if keep or place not in places]
    for key, numbers in sorted(rows.items()):
        part = Raw(
            [raw.header[place] for place in kept],
            [[raw.rows[number][place] for place in kept] for number in numbers],
            [raw.places[number] for number in numbers],
        )
        yield DataSet(dict(zip(by, key, strict=True)), part, Problems())
