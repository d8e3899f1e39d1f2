"""CSV in and out, one dialect for all images: UTF-8, comma, double quotes, LF written, CRLF and BOM read."""

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from contract.errors import UserError

csv.field_size_limit(1 << 24)


def read_text(path: Path) -> str:
    """Decode a file; what is not UTF-8 is named by its place."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"{path.name}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise UserError(message) from error


def rows(text: str, name: str) -> Iterator[list[str]]:
    """Yield the records; a line without anything is an empty list."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise UserError(f"{name}, line {reader.line_num}: not valid CSV ({error})") from error


def write(path: Path, records: Iterable[Sequence[object]]) -> None:
    """Write one file, making its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(records)


def line(record: Sequence[object]) -> str:
    """Return one record as it travels, without line end."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(record)
    return buffer.getvalue()


def number(cell: str) -> float:
    """Read a finite number as people write them in files; ValueError for anything else."""
    value = float(cell)
    if "_" in cell or not math.isfinite(value):
        raise ValueError(cell)
    return value


def numbers(cells: Sequence[str]) -> list[float]:
    """Read many cells as `number` reads one; ValueError where one is none, or their sum is too large to tell."""
    values = list(map(float, cells))
    if "_" in "".join(cells) or not math.isfinite(sum(values)):
        raise ValueError(cells)
    return values
