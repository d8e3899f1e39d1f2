"""Parquet as the same text cells that CSV gives, so that one set of checks serves both."""

from collections.abc import Iterator
from pathlib import Path

from contract.errors import UserError


def read(file: Path) -> list[list[str]]:
    """Return header and rows; a null is an empty cell."""
    return list(rows(file))


def rows(file: Path) -> Iterator[list[str]]:
    """Yield header and rows, a batch of rows in memory at a time."""
    import pyarrow as arrow
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file) as data:
            yield list(data.schema_arrow.names)
            for batch in data.iter_batches():
                columns = [[_cell(value) for value in column.to_pylist()] for column in batch.columns]
                yield from (list(row) for row in zip(*columns, strict=True))
    except (arrow.ArrowException, OSError) as error:
        raise UserError(f"{file.name} is not Parquet: {error}") from error


def _cell(value: object) -> str:
    return "" if value is None else str(value)
