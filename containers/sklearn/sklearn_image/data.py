"""A training channel: CSV files with one header, the label first."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from contract import table
from contract.errors import UserError

from sklearn_image.schema import Column, Schema


@dataclass(frozen=True)
class Labelled:
    """Rows of text cells, the label first."""

    header: list[str]
    rows: list[list[str]]

    @property
    def labels(self) -> list[str]:
        """Return the first column."""
        return [row[0].strip() for row in self.rows]

    @property
    def features(self) -> list[list[str]]:
        """Return the other columns."""
        return [row[1:] for row in self.rows]


def read(folder: Path) -> Labelled:
    """Read every CSV file of a folder."""
    files = sorted(folder.glob("*.csv"))
    if not files:
        raise UserError(f"channel {folder.name} has no .csv file")
    parts = [_read_file(file) for file in files]
    for file, part in zip(files, parts, strict=True):
        if part.header != parts[0].header:
            raise UserError(f"{file.name} has another header than {files[0].name}")
    return Labelled(parts[0].header, [row for part in parts for row in part.rows])


def _read_file(file: Path) -> Labelled:
    records = list(table.rows(table.read_text(file), file.name))
    if len(records) < 2:
        raise UserError(f"{file.name} has no rows; a header and at least one row are needed")
    header, rows = [name.strip() for name in records[0]], [row for row in records[1:] if row]
    if len(header) < 2 or len(set(header)) < len(header) or "" in header:
        raise UserError(f"{file.name}: the header must name the label and each feature once, got {header[:20]}")
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            raise UserError(f"{file.name} row {number} has {len(row)} cells, the header {len(header)}")
    return Labelled(header, rows)


def schema(task: str, channels: Sequence[Labelled]) -> Schema:
    """Learn columns, levels and classes from all channels."""
    header = channels[0].header
    if any(channel.header != header for channel in channels):
        raise UserError("channels train and validation have different headers")
    cells = zip(*(row for channel in channels for row in channel.rows), strict=True)
    labels = {cell.strip() for cell in next(cells)}
    columns = tuple(_column(name, column) for name, column in zip(header[1:], cells, strict=True))
    if task == "regression":
        return Schema(task, header[0], columns)
    if len(labels) < 2:
        raise UserError(f"only one class in {header[0]}: {labels}; a classification needs two or more")
    return Schema(task, header[0], columns, tuple(sorted(labels)))


def _column(name: str, cells: Sequence[str]) -> Column:
    """Decide by the cells: one that is no number makes all of them levels."""
    try:
        for cell in cells:
            table.number(cell)
    except ValueError:
        return Column(name, tuple(sorted({cell.strip() for cell in cells})))
    return Column(name)
