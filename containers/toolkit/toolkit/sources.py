"""The raw data as text cells: several CSV files with one header, or Parquet files with one schema."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from contract import table
from contract.errors import UserError

from toolkit import parquet
from toolkit.problems import Problems

log = logging.getLogger(__name__)


@dataclass
class Raw:
    """All rows of all files, with the place where each came from."""

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    def place(self, row: int) -> str:
        """Name a row as the user finds it."""
        file, number = self.places[row]
        return f"{file} row {number}"


def read(folder: Path, problems: Problems) -> Raw:
    """Read every data file of a folder; wrong files are noted and left out."""
    return read_files(files(folder), problems)


def read_files(found: Sequence[Path], problems: Problems) -> Raw:
    """Read these files as one table."""
    raw: Raw | None = None
    for file in found:
        try:
            part = parquet.read(file) if file.suffix == ".parquet" else _csv(file)
        except UserError as error:
            problems.add(str(error))
            continue
        raw = raw or Raw([name.strip() for name in part[0]])
        _append(raw, file, part, problems)
    return raw or Raw([])


def files(folder: Path) -> list[Path]:
    """Find CSV and Parquet files in a fixed order; markers that tools leave in S3 are passed over."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() and path.name[0] not in "._")
    data = [path for path in found if path.suffix in {".csv", ".parquet"}]
    for path in found:
        if path not in data:
            log.warning("passed over %s: neither .csv nor .parquet", path.name)
    if not data:
        raise UserError(f"no .csv or .parquet file in the data ({len(found)} other files); upload some first")
    return data


def _csv(file: Path) -> list[list[str]]:
    text = table.read_text(file)
    if not text.strip():
        raise UserError(f"{file.name} is empty")
    if "\0" in text:
        raise UserError(f"{file.name} has NUL characters: not text, or UTF-16; save the file as UTF-8")
    return list(table.rows(text, file.name))


def _append(raw: Raw, file: Path, part: list[list[str]], problems: Problems) -> None:
    header = [name.strip() for name in part[0]]
    if header != raw.header:
        first = raw.places[0][0] if raw.places else "the first file"
        problems.add(f"{file.name} has another header than {first}", _difference(raw.header, header))
        return
    if len(part) == 1:
        problems.add("files with a header and no row", file.name)
    for number, cells in enumerate(part[1:], start=2):
        _append_row(raw, cells, (file.name, number), problems)


def _append_row(raw: Raw, cells: list[str], place: tuple[str, int], problems: Problems) -> None:
    if not cells:
        return
    if len(cells) != len(raw.header):
        kind = f"rows without the {len(raw.header)} cells of the header"
        problems.add(kind, f"{place[0]} row {place[1]} has {len(cells)}")
        return
    raw.rows.append([cell.strip() for cell in cells])
    raw.places.append(place)


def _difference(expected: list[str], header: list[str]) -> str:
    missing = [name for name in expected if name not in header]
    extra = [name for name in header if name not in expected]
    return f"missing {missing[:5]}, extra {extra[:5]}" if missing or extra else "same names in another order"
