"""A stream of records as one matrix and one vector of labels."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recordio.problems import RecordIOError
from recordio.records import Record, Tensor, read_records

_NAME = "values"


@dataclass(frozen=True)
class Labelled:
    """Rows: a dense array, or a sparse matrix where any record is sparse; labels where every record has one."""

    features: "NDArray[np.float64] | csr_matrix"
    labels: NDArray[np.float64] | None


def read_matrix(data: bytes) -> Labelled:
    """Read a whole stream.

    Raises:
        RecordIOError: it has no record, records of different widths, or labels in some records only.
    """
    records = list(read_records(data))
    if not records:
        raise RecordIOError("there is no record")
    rows = [record.features.get(_NAME, Tensor(np.zeros(0))) for record in records]
    sparse = any(row.keys is not None or row.shape for row in rows)
    return Labelled(_sparse(rows) if sparse else _dense(rows), _labels(records))


def _dense(rows: list[Tensor]) -> NDArray[np.float64]:
    widths = sorted({len(row.values) for row in rows})
    if len(widths) > 1:
        raise RecordIOError(f"records have {widths[0]} and {widths[-1]} features")
    return np.stack([row.values for row in rows])


def _sparse(rows: list[Tensor]) -> csr_matrix:
    keys = [np.arange(len(row.values)) if row.keys is None else row.keys for row in rows]
    columns = np.concatenate(keys)
    width = max((row.shape[-1] for row in rows if row.shape), default=int(columns.max(initial=-1)) + 1)
    if columns.size and not 0 <= columns.min() <= columns.max() < width:
        raise RecordIOError(f"a key lies outside the {width} features")
    places = np.cumsum([0, *map(len, keys)])
    return csr_matrix((np.concatenate([row.values for row in rows]), columns, places), shape=(len(rows), width))


def _labels(records: list[Record]) -> NDArray[np.float64] | None:
    found = [record.label[_NAME].values for record in records if _NAME in record.label]
    if not found:
        return None
    if len(found) < len(records) or any(len(label) != 1 for label in found):
        raise RecordIOError("every record needs one label, or none has any")
    return np.concatenate(found)
