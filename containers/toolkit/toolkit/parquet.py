"""Parquet as the same text cells that CSV gives, so that one set of checks serves both."""

from pathlib import Path

from contract.errors import UserError


def read(file: Path) -> list[list[str]]:
    """Return header and rows; a null is an empty cell."""
    import pyarrow as arrow
    import pyarrow.parquet as pq

    try:
        data = pq.read_table(file)
    except (arrow.ArrowException, OSError) as error:
        raise UserError(f"{file.name} is not Parquet: {error}") from error
    columns = [[_cell(value) for value in column.to_pylist()] for column in data.columns]
    return [list(data.column_names), *[list(row) for row in zip(*columns, strict=True)]]


def _cell(value: object) -> str:
    return "" if value is None else str(value)
