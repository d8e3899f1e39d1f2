"""The input's files, row by row: what is larger than memory is read all the same."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contract import table
from contract.errors import UserError

from toolkit import parquet, sources


@dataclass(frozen=True)
class Source:
    """One file of the input; `name` is its path below the input's prefix."""

    path: Path
    name: str

    def rows(self) -> Iterator[Sequence[str]]:
        """Yield the header, then the rows as text cells; an empty line is an empty row.

        Raises:
            UserError: the file is empty, no UTF-8, no CSV, no Parquet.
        """
        empty = True
        for row in parquet.rows(self.path) if self.path.suffix == ".parquet" else self._csv():
            empty = False
            yield row
        if empty:
            raise UserError(f"{self.name} is empty; the first line must name the columns")

    def _csv(self) -> Iterator[list[str]]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            try:
                yield from reader
            except csv.Error as error:
                raise UserError(f"{self.name}, line {reader.line_num}: not valid CSV ({error})") from error
            except UnicodeDecodeError as error:
                table.read_text(self.path)  # names the place
                raise UserError(f"{self.name} is not UTF-8") from error


def of(folder: Path) -> list[Source]:
    """Find CSV and Parquet files in a fixed order.

    Raises:
        UserError: there is none.
    """
    return [Source(path, path.relative_to(folder).as_posix()) for path in sources.files(folder)]
